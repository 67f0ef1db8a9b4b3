//! What is asked of memory, and what it answers.

use tokio::sync::futures::OwnedNotified;

use super::room_log::Updates;
use crate::model::log::Cursor;
use crate::model::rooms::RoomId;
use crate::model::versions::Age;

/// What a poll asks about a room's log.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Which room's.
    pub room: RoomId,
    /// How far its reader has read.
    pub after: Cursor,
    /// The version of the people that they know; nothing if they need not be told of a newer one.
    pub people: Option<Cursor>,
    /// The number that the log has reached for sure: of a message that the reader has just posted.
    pub reached: Option<i64>,
    /// Whether to wait for a room on its way into memory: nobody waits twice.
    pub may_wait: bool,
}

/// An answer to whoever names the version they have.
pub enum Known<T> {
    /// That is the newest.
    Unchanged,
    /// There is something newer.
    Changed(T),
}

impl<T> Known<T> {
    /// What memory tells whoever has seen a version of this age: nothing if theirs is newer than its own.
    pub(super) fn remembered(age: Age, newest: impl FnOnce() -> Option<T>) -> Option<Self> {
        match age {
            Age::Same => Some(Self::Unchanged),
            Age::Older => newest().map(Self::Changed),
            Age::Newer => None,
        }
    }

    /// What the database tells them, which has none but the newest.
    pub(super) fn read(age: Age, newest: T) -> Self {
        if age == Age::Same { Self::Unchanged } else { Self::Changed(newest) }
    }
}

/// Memory does not know.
pub struct Unsure {
    /// Whether a room on its way into memory has been waited for.
    pub waited: bool,
}

/// What memory says to a question about a room's log.
pub(super) enum Answer {
    Known(Known<Updates>),
    Unknown,
    /// It will know as soon as this comes about.
    Loading(OwnedNotified),
}

impl Answer {
    pub(super) fn known(self) -> Option<Known<Updates>> {
        match self {
            Self::Known(known) => Some(known),
            Self::Unknown | Self::Loading(_) => None,
        }
    }
}
