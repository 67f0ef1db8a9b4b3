//! Whether a room's log is whole, from its entries in the order of their numbers.

use super::room_changes::Changes;
use super::rows::{EntryRow, RoomRow, State};

/// The check of one room's log, entry by entry.
pub(super) struct RoomLog {
    room: RoomRow,
    /// The last entry, if there was one.
    last: Option<EntryRow>,
    /// When the last message was stored, if there was one.
    last_message_at: Option<i64>,
    changes: Changes,
}

impl RoomLog {
    pub(super) fn of(room: RoomRow) -> Self {
        Self { room, last: None, last_message_at: None, changes: Changes::default() }
    }

    /// Takes the next entry; says what is wrong with it.
    pub(super) fn read(&mut self, entry: EntryRow) -> Vec<String> {
        let mut wrong = Vec::new();
        wrong.extend(self.wrong_number(&entry));
        wrong.extend(self.wrong_count(&entry));
        wrong.extend(self.changes.read(&entry, self.room.state == State::Open));
        if entry.kind == "message" {
            self.last_message_at = Some(entry.at);
        }
        self.last = Some(entry);
        self.named(wrong)
    }

    /// After the last entry; says what is wrong with the room's row.
    pub(super) fn end(self) -> Vec<String> {
        let mut wrong = Vec::new();
        let RoomRow { last_seq, last_tag, last_at, message_count, .. } = self.room;
        match &self.last {
            // All of it, or nothing: of a deleted room the oldest go first.
            None if last_seq == 0 || self.room.state != State::Open => {}
            None => wrong.push(format!("entries 1 to {last_seq} are missing")),
            Some(_) if self.room.state == State::Swept => {
                wrong.push("it has entries, but its row says that all were removed".to_owned());
            }
            Some(last) if last.seq < last_seq => {
                wrong.push(format!("{} missing", range(last.seq + 1, last_seq)));
            }
            Some(last) => {
                let told = [
                    ("last_seq", last_seq, last.seq),
                    ("last_tag", last_tag, last.tag),
                    // Of what is left of a room that is being removed, no entry may be a message.
                    (
                        "last_at",
                        last_at.unwrap_or_default(),
                        self.last_message_at.or(last_at).unwrap_or_default(),
                    ),
                    ("message_count", message_count, last.message_count),
                ];
                let differ = told.iter().filter(|(_, row, log)| row != log);
                wrong.extend(
                    differ.map(|(what, row, log)| {
                        format!("its row says {what} {row}, its last entry says {log}")
                    }),
                );
            }
        }
        if last_seq == 0 && (last_tag, last_at, message_count) != (0, None, 0) {
            wrong.push("its log is empty, but its row tells of a last entry".to_owned());
        }
        wrong.extend(self.changes.end());
        self.named(wrong)
    }

    /// Whether it follows the last one.
    fn wrong_number(&self, entry: &EntryRow) -> Option<String> {
        let next = match &self.last {
            Some(last) => last.seq + 1,
            // The oldest may have been removed.
            None if self.room.state != State::Open => entry.seq,
            None => 1,
        };
        (entry.seq != next).then(|| format!("{} missing", range(next, entry.seq - 1)))
    }

    fn wrong_count(&self, entry: &EntryRow) -> Option<String> {
        let counts = i64::from(entry.kind == "message");
        // After a gap the count says nothing that the gap has not said.
        let before = match &self.last {
            Some(last) if last.seq + 1 == entry.seq => last.message_count,
            None if entry.seq == 1 => 0,
            _ => return None,
        };
        (entry.message_count != before + counts).then(|| {
            format!(
                "entry {} says message_count {}, it is {}",
                entry.seq,
                entry.message_count,
                before + counts
            )
        })
    }

    fn named(&self, wrong: Vec<String>) -> Vec<String> {
        let RoomRow { id, name, .. } = &self.room;
        wrong.into_iter().map(|wrong| format!("room {id} “{name}”: {wrong}")).collect()
    }
}

fn range(first: i64, last: i64) -> String {
    if first == last { format!("entry {first} is") } else { format!("entries {first} to {last} are") }
}

#[cfg(test)]
mod tests;
