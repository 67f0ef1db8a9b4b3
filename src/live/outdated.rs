//! Which entries read otherwise once changes have been taken in: the messages that these are about, and the edits of
//! those that are deleted by them.

use std::collections::HashSet;

use crate::model::changes::{ChangeKind, RoomEntry, RoomEvent};
use crate::model::log::Position;

/// What some changes are about.
pub(super) struct Outdating {
    changed: HashSet<i64>,
    deleted: HashSet<i64>,
}

impl Outdating {
    /// By what follows `head` among `entries`.
    pub(super) fn by(head: Position, entries: &[RoomEntry]) -> Self {
        let mut outdating = Self { changed: HashSet::new(), deleted: HashSet::new() };
        for entry in entries.iter().filter(|entry| entry.position.seq > head.seq) {
            if let RoomEvent::Change(change) = &entry.event {
                outdating.changed.insert(change.about);
                if change.kind == ChangeKind::Deleted {
                    outdating.deleted.insert(change.about);
                }
            }
        }
        outdating
    }

    /// Whether it is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// Whether the entry of this number, which is an edit of that message if it is one, reads otherwise.
    pub(super) fn concerns(&self, seq: i64, edit_of: Option<i64>) -> bool {
        self.changed.contains(&seq) || edit_of.is_some_and(|about| self.deleted.contains(&about))
    }
}
