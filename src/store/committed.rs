//! What a write returns: opaque until memory has applied what it changed.

use crate::model::rooms::RoomId;
use crate::model::sessions::TokenHash;

/// The result of a write that is on disk. [`Live::applied`](crate::live::Live::applied) opens it once this instance's
/// memory has what was changed, so that its person finds that in their next request.
#[must_use = "memory has yet to apply it: Live::applied"]
pub struct Committed<T> {
    result: T,
    changed: Changed,
}

/// What a write has changed of that which memory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nothing.
    Nothing,
    /// It has appended to the event log.
    Events,
    /// It has appended to the log of this room.
    Room(RoomId),
    /// The session with this token: no log tells of that.
    Session(TokenHash),
}

impl<T> Committed<T> {
    pub(super) fn new(result: T, changed: Changed) -> Self {
        Self { result, changed }
    }

    /// The result of a write that has appended to the event log.
    pub(super) fn events(result: T) -> Self {
        Self::new(result, Changed::Events)
    }

    /// The result, and what memory is to apply first.
    pub fn into_parts(self) -> (T, Changed) {
        (self.result, self.changed)
    }
}
