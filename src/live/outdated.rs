//! Which entries read otherwise once changes have been taken in: the messages that these are about, and the edits of
//! those that they supersede.

use std::collections::HashSet;

use crate::model::changes::{RoomEntry, RoomEvent};
use crate::model::log::Position;

/// What some changes are about.
pub(super) struct Outdating {
    changed: HashSet<i64>,
}

impl Outdating {
    /// By what follows `head` among `entries`.
    pub(super) fn by(head: Position, entries: &[RoomEntry]) -> Self {
        let about = |entry: &RoomEntry| match &entry.event {
            RoomEvent::Change(change) => Some(change.about),
            RoomEvent::Message(_) => None,
        };
        let new = entries.iter().filter(|entry| entry.position.seq > head.seq);
        Self { changed: new.filter_map(about).collect() }
    }

    /// Whether it is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// Whether the entry of this number, which is the newest edit of that message if it is one, reads otherwise.
    pub(super) fn concerns(&self, seq: i64, edit_of: Option<i64>) -> bool {
        self.changed.contains(&seq) || edit_of.is_some_and(|about| self.changed.contains(&about))
    }
}
