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
    /// The message that it edits, if it is an edit.
    edit_of: Option<i64>,
    json: Arc<RawValue>,
}

impl JsonEntry {
    /// What cannot be written as JSON ends what memory can know of a log.
    pub(super) fn all(entries: &[RoomEntry]) -> Result<Vec<Self>, Discontinued> {
        let ready = |entry: &RoomEntry| {
            let json = entry.to_json().map_err(|_| Discontinued)?;
            let edit_of = match &entry.event {
                RoomEvent::Change(Change { about, kind: ChangeKind::Edited(_), .. }) => Some(*about),
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
            // Whatever its tag, nobody is told that they stand at the entry before the first kept one.
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
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::model::accounts::{AccountId, Person};
    use crate::model::changes::RoomEvent;
    use crate::model::log::Entry;
    use crate::model::messages::Message;

    fn entry(seq: i64, body: &str) -> JsonEntry {
        let author = Person { id: AccountId(1), name: "ana".to_owned() };
        let event = RoomEvent::Message(Message::new(author, body.to_owned()));
        let entry = Entry { position: Position::new(seq, seq * 1000), at: Timestamp(0), event };
        JsonEntry::all(&[entry]).unwrap().remove(0)
    }

    fn entries(numbers: std::ops::RangeInclusive<i64>) -> Vec<JsonEntry> {
        numbers.map(|seq| entry(seq, "hello")).collect()
    }

    fn log(numbers: std::ops::RangeInclusive<i64>) -> RoomLog {
        let entries = entries(numbers);
        RoomLog::new(entries.last().map_or(Position::START, |last| last.position), &entries).unwrap()
    }

    fn count(log: &RoomLog, cursor: &str) -> Option<(usize, bool)> {
        let updates = log.after(Cursor::parse(cursor).unwrap(), PeopleVersion::at(Position::START))?;
        Some((updates.messages.len(), updates.more))
    }

    #[test]
    fn a_reader_gets_what_follows_the_cursor_and_no_more() {
        let mut log = log(1..=3);
        assert_eq!(count(&log, "0"), Some((3, false)));
        assert_eq!(count(&log, "2"), Some((1, false)));
        assert_eq!(count(&log, "3.0000000000000bb8"), Some((0, false)));
        log.append(&entries(4..=250)).unwrap();
        assert_eq!(count(&log, "3"), Some((200, true)));
    }

    #[test]
    fn an_update_is_bounded_in_bytes_too() {
        let long: Vec<_> = (1..=200).map(|seq| entry(seq, &"😀".repeat(4000))).collect();
        let log = RoomLog::new(long[199].position, &long).unwrap();
        let updates = log.after(Cursor::START, PeopleVersion::at(Position::START)).unwrap();
        assert_eq!((updates.messages.len(), updates.more), (16, true));
        assert_eq!(count(&log, "184"), Some((16, false)), "the last of them");
    }

    #[test]
    fn memory_does_not_answer_what_it_cannot_know() {
        let log = log(501..=600);
        assert_eq!(count(&log, "501"), Some((99, false)), "the oldest kept entry");
        assert_eq!(count(&log, "500"), None, "before the kept stretch");
        assert_eq!(count(&log, "0"), None, "from the start");
        assert_eq!(count(&log, "601"), None, "ahead of the log");
        assert_eq!(count(&log, "600.0000000000000001"), None, "another history");
        let empty = RoomLog::new(Position::START, &[]).unwrap();
        assert_eq!(count(&empty, "0"), Some((0, false)));
        assert_eq!(count(&empty, "1"), None);
    }

    #[test]
    fn only_the_next_entry_is_taken() {
        let mut log = log(1..=2);
        assert_eq!(log.append(&entries(4..=4)), Err(Discontinued));
        assert_eq!(log.append(&entries(2..=3)), Err(Discontinued));
    }

    #[test]
    fn old_entries_are_let_go() {
        let mut log = log(1..=200);
        log.append(&entries(201..=400)).unwrap();
        assert_eq!(log.newest.len(), ENTRIES_KEPT);
        assert_eq!(count(&log, "399"), Some((1, false)));
        assert_eq!(count(&log, "100"), None);
        let kept = log.newest.iter().map(JsonEntry::bytes).sum::<usize>();
        assert_eq!(log.bytes(), size_of::<RoomLog>() + kept);
    }

    #[test]
    fn a_log_is_outrun_by_more_than_is_kept() {
        let log = log(1..=2);
        let head = |seq| Position { seq, ..Position::START };
        assert!(!log.is_too_far_behind(head(1)) && !log.is_too_far_behind(head(2 + 256)));
        assert!(log.is_too_far_behind(head(2 + 257)));
    }

    #[test]
    fn a_log_ends_at_its_head() {
        let entries = entries(3..=5);
        assert!(RoomLog::new(entries[2].position, &entries).is_ok());
        assert_eq!(RoomLog::new(entries[1].position, &entries).err(), Some(Discontinued));
        assert_eq!(RoomLog::new(entries[2].position, &[]).err(), Some(Discontinued));
    }
}
