//! The newest stretch of a watched room's log, as ready-made JSON.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde_json::value::RawValue;

use super::outdated::Outdating;
use crate::model::changes::{Change, ChangeKind, RoomEntry, RoomEvent};
use crate::model::log::{Cursor, Discontinued, Position};
use crate::model::messages::{fill, fill_json};
use crate::model::versions::PeopleVersion;
use crate::store::{self, UPDATE_MAX};

/// How many entries of a room are kept in memory.
const ENTRIES_KEPT: usize = 256;

/// What an entry takes in memory beside its JSON.
const ENTRY: usize = size_of::<JsonEntry>() + 2 * size_of::<usize>();

/// An entry as polls carry it.
#[derive(Clone)]
pub(super) struct JsonEntry {
    position: Position,
    /// The message that it edits, if it is an edit that was not superseded.
    edit_of: Option<i64>,
    json: Arc<RawValue>,
}

impl JsonEntry {
    /// What cannot be written as JSON ends what memory can know of a log.
    pub(super) fn all(entries: &[RoomEntry]) -> Result<Vec<Self>, Discontinued> {
        let ready = |entry: &RoomEntry| {
            let json = entry.to_json().map_err(|_| Discontinued)?;
            let edit_of = match &entry.event {
                RoomEvent::Change(Change { about, kind: ChangeKind::Edited(body), .. }) => {
                    (!body.is_empty()).then_some(*about)
                }
                _ => None,
            };
            Ok(Self { position: entry.position, edit_of, json: json.into() })
        };
        entries.iter().map(ready).collect()
    }

    fn bytes(&self) -> usize {
        ENTRY + self.json.get().len()
    }
}

/// Consecutive entries up to the head of the log, as they read now.
pub(super) struct RoomLog {
    head: Position,
    newest: VecDeque<JsonEntry>,
    bytes: usize,
}

/// What follows a reader's cursor.
pub struct Updates {
    /// Entries as JSON, oldest first, the first right after the cursor.
    pub messages: Vec<Arc<RawValue>>,
    /// Whether there are more.
    pub more: bool,
    /// The version of the room's people.
    pub people_version: PeopleVersion,
}

impl TryFrom<store::Updates> for Updates {
    type Error = serde_json::Error;

    fn try_from(updates: store::Updates) -> Result<Self, Self::Error> {
        let messages: Vec<_> =
            fill_json(updates.entries.iter().map(RoomEntry::to_json))?.into_iter().map(Arc::from).collect();
        let more = updates.more || messages.len() < updates.entries.len();
        Ok(Self { messages, more, people_version: updates.people_version })
    }
}

impl RoomLog {
    /// A log that ends at `head` with `newest`, which is empty only where the log is.
    pub(super) fn new(head: Position, newest: &[JsonEntry]) -> Result<Self, Discontinued> {
        let start = newest.first().map_or(Position::START, |first| Position {
            // The tag of the entry before the first kept one is not known, and `after` never compares with it.
            seq: first.position.seq - 1,
            ..Position::START
        });
        let mut log = Self { head: start, newest: VecDeque::new(), bytes: size_of::<Self>() };
        log.append(newest)?;
        if log.head == head { Ok(log) } else { Err(Discontinued) }
    }

    pub(super) fn head(&self) -> Position {
        self.head
    }

    /// Whether nothing of what is kept here would be kept once all up to `head` had been taken in.
    pub(super) fn is_too_far_behind(&self, head: Position) -> bool {
        usize::try_from(head.seq - self.head.seq).is_ok_and(|missing| missing > ENTRIES_KEPT)
    }

    /// What this log takes in memory, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The numbers of the kept entries that read otherwise once these changes are taken in.
    pub(super) fn outdated(&self, outdating: &Outdating) -> Vec<i64> {
        let kept = self.newest.iter().filter(|entry| outdating.concerns(entry.position.seq, entry.edit_of));
        kept.map(|entry| entry.position.seq).collect()
    }

    /// Takes in the next entries of the room's log, and `rewritten`, the kept ones that read otherwise since, under the
    /// same numbers and tags. After an error the log is not to be answered from.
    pub(super) fn take_in(
        &mut self,
        entries: &[JsonEntry],
        outdating: &Outdating,
        rewritten: Vec<JsonEntry>,
    ) -> Result<(), Discontinued> {
        if !outdating.is_empty() {
            self.rewrite(outdating, rewritten)?;
        }
        self.append(entries)
    }

    fn rewrite(&mut self, outdating: &Outdating, rewritten: Vec<JsonEntry>) -> Result<(), Discontinued> {
        let mut rewritten: HashMap<_, _> = rewritten.into_iter().map(|it| (it.position.seq, it)).collect();
        let outdated = self.newest.iter_mut().filter(|it| outdating.concerns(it.position.seq, it.edit_of));
        for entry in outdated {
            let now = rewritten.remove(&entry.position.seq).filter(|now| now.position == entry.position);
            let now = now.ok_or(Discontinued)?;
            self.bytes = self.bytes - entry.bytes() + now.bytes();
            *entry = now;
        }
        Ok(())
    }

    /// Takes in the next entries of the room's log.
    fn append(&mut self, entries: &[JsonEntry]) -> Result<(), Discontinued> {
        for entry in entries {
            self.head = self.head.next(entry.position)?;
            self.bytes += entry.bytes();
            self.newest.push_back(entry.clone());
        }
        let surplus = self.newest.len().saturating_sub(ENTRIES_KEPT);
        for entry in self.newest.drain(..surplus) {
            self.bytes -= entry.bytes();
        }
        Ok(())
    }

    /// What follows `cursor`, if the kept stretch reaches back to it and `cursor` is of this history.
    pub(super) fn after(&self, cursor: Cursor, people_version: PeopleVersion) -> Option<Updates> {
        let missing = usize::try_from(self.head.seq - cursor.seq).ok()?;
        let from_start = cursor.seq == 0 && missing == self.newest.len();
        let first = self.newest.len().checked_sub(missing)?;
        let seen = if missing == 0 { Some(self.head) } else { self.entry_before(first) };
        if !from_start && !seen.is_some_and(|seen| cursor.is_at(seen)) {
            return None;
        }
        let following = self.newest.range(first..).take(UPDATE_MAX).map(|entry| Arc::clone(&entry.json));
        let messages = fill(following, |json| json.get().len());
        Some(Updates { more: messages.len() < missing, messages, people_version })
    }

    fn entry_before(&self, index: usize) -> Option<Position> {
        Some(self.newest.get(index.checked_sub(1)?)?.position)
    }
}

#[cfg(test)]
mod tests;
