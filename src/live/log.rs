//! The newest stretch of a watched room's log, as ready-made JSON.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Discontinued;
use crate::model::log::{Cursor, Position};
use crate::model::messages::{Message, fill};
use crate::store::UPDATE_MAX;

/// How many messages of a room are kept in memory.
const KEPT: usize = 256;

/// Consecutive messages up to the head of the log.
pub(super) struct RoomLog {
    head: Position,
    newest: VecDeque<(Position, Arc<str>)>,
}

/// What follows a reader's cursor.
pub struct LiveUpdates {
    /// Messages as JSON, oldest first, the first right after the cursor.
    pub messages: Vec<Arc<str>>,
    /// Whether there are more.
    pub more: bool,
    /// How new the room's people are.
    pub moved: Position,
}

impl RoomLog {
    /// A log that ends with `newest`, or has nothing in it.
    pub(super) fn new(newest: &[Message]) -> Result<Self, Discontinued> {
        let start = newest.first().map_or(Position::START, |first| Position {
            // Whatever its tag, nobody is told that they stand at the entry before the first kept one.
            seq: first.position.seq - 1,
            ..Position::START
        });
        let mut log = Self { head: start, newest: VecDeque::new() };
        log.append(newest)?;
        Ok(log)
    }

    pub(super) fn head(&self) -> Position {
        self.head
    }

    /// Takes in the next entries of the room's log.
    pub(super) fn append(&mut self, messages: &[Message]) -> Result<(), Discontinued> {
        for message in messages {
            if message.position.seq != self.head.seq + 1 {
                return Err(Discontinued);
            }
            self.head = message.position;
            self.newest.push_back((message.position, message.to_json().into()));
        }
        let surplus = self.newest.len().saturating_sub(KEPT);
        self.newest.drain(..surplus);
        Ok(())
    }

    /// What follows `cursor`, if the kept stretch reaches back to it and `cursor` is of this history.
    pub(super) fn after(&self, cursor: Cursor, moved: Position) -> Option<LiveUpdates> {
        let missing = usize::try_from(self.head.seq - cursor.seq).ok()?;
        let from_start = cursor.seq == 0 && missing == self.newest.len();
        let first = self.newest.len().checked_sub(missing)?;
        let seen = if missing == 0 { Some(self.head) } else { self.entry_before(first) };
        if !from_start && !seen.is_some_and(|seen| cursor.is_at(seen)) {
            return None;
        }
        let following = self.newest.range(first..).take(UPDATE_MAX).map(|(_, json)| Arc::clone(json));
        let messages = fill(following, |json| json.len());
        Some(LiveUpdates { more: messages.len() < missing, messages, moved })
    }

    fn entry_before(&self, index: usize) -> Option<Position> {
        let (position, _) = self.newest.get(index.checked_sub(1)?)?;
        Some(*position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::model::log::Tag;

    fn messages(numbers: std::ops::RangeInclusive<i64>) -> Vec<Message> {
        let message = |seq| Message {
            position: Position { seq, tag: Tag(seq * 1000) },
            author: "ana".to_owned(),
            sent_at: Timestamp(0),
            body: "hello".to_owned(),
        };
        numbers.map(message).collect()
    }

    fn count(log: &RoomLog, cursor: &str) -> Option<(usize, bool)> {
        let updates = log.after(Cursor::parse(cursor).unwrap(), Position::START)?;
        Some((updates.messages.len(), updates.more))
    }

    #[test]
    fn a_reader_gets_what_follows_the_cursor_and_no_more() {
        let mut log = RoomLog::new(&messages(1..=3)).unwrap();
        assert_eq!(count(&log, "0"), Some((3, false)));
        assert_eq!(count(&log, "2"), Some((1, false)));
        assert_eq!(count(&log, "3.0000000000000bb8"), Some((0, false)));
        log.append(&messages(4..=250)).unwrap();
        assert_eq!(count(&log, "3"), Some((200, true)));
    }

    #[test]
    fn an_update_is_bounded_in_bytes_too() {
        let mut long = messages(1..=200);
        long.iter_mut().for_each(|message| message.body = "😀".repeat(4000));
        let log = RoomLog::new(&long).unwrap();
        let updates = log.after(Cursor::START, Position::START).unwrap();
        assert_eq!((updates.messages.len(), updates.more), (16, true));
        assert_eq!(count(&log, "184"), Some((16, false)), "the last of them");
    }

    #[test]
    fn memory_does_not_answer_what_it_cannot_know() {
        let log = RoomLog::new(&messages(501..=600)).unwrap();
        assert_eq!(count(&log, "501"), Some((99, false)), "the oldest kept entry");
        assert_eq!(count(&log, "500"), None, "before the kept stretch");
        assert_eq!(count(&log, "0"), None, "from the start");
        assert_eq!(count(&log, "601"), None, "ahead of the log");
        assert_eq!(count(&log, "600.0000000000000001"), None, "another history");
        let empty = RoomLog::new(&[]).unwrap();
        assert_eq!(count(&empty, "0"), Some((0, false)));
        assert_eq!(count(&empty, "1"), None);
    }

    #[test]
    fn only_the_next_entry_is_taken() {
        let mut log = RoomLog::new(&messages(1..=2)).unwrap();
        assert_eq!(log.append(&messages(4..=4)), Err(Discontinued));
        assert_eq!(log.append(&messages(2..=3)), Err(Discontinued));
    }

    #[test]
    fn old_entries_are_let_go() {
        let mut log = RoomLog::new(&messages(1..=200)).unwrap();
        log.append(&messages(201..=400)).unwrap();
        assert_eq!(log.newest.len(), KEPT);
        assert_eq!(count(&log, "399"), Some((1, false)));
        assert_eq!(count(&log, "100"), None);
    }
}
