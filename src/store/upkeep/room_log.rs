//! Whether a room's log is whole, from its entries in the order of their numbers.

use std::collections::HashMap;

/// What a room's row says of its log.
#[derive(Clone)]
pub(super) struct RoomRow {
    pub(super) id: i64,
    pub(super) name: String,
    /// Open, deleted, or deleted and without entries.
    pub(super) state: State,
    pub(super) last_seq: i64,
    pub(super) last_tag: i64,
    pub(super) last_at: Option<i64>,
    pub(super) message_count: i64,
    /// The event log's latest entry about it.
    pub(super) people: (i64, i64),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Open,
    /// Its entries are being removed, the oldest first.
    Deleted,
    Swept,
}

/// What an entry says beside its text.
#[derive(Clone)]
pub(super) struct EntryRow {
    pub(super) seq: i64,
    pub(super) tag: i64,
    pub(super) kind: String,
    pub(super) about: Option<i64>,
    pub(super) at: i64,
    pub(super) changed: i64,
    pub(super) message_count: i64,
}

/// The check of one room's log, entry by entry.
pub(super) struct RoomLog {
    room: RoomRow,
    /// The last entry, if there was one.
    last: Option<EntryRow>,
    /// Of the messages that were changed, the number of the last change.
    changed: HashMap<i64, i64>,
}

impl RoomLog {
    pub(super) fn of(room: RoomRow) -> Self {
        Self { room, last: None, changed: HashMap::new() }
    }

    /// Takes the next entry; says what is wrong with it.
    pub(super) fn read(&mut self, entry: EntryRow) -> Vec<String> {
        let mut wrong = Vec::new();
        wrong.extend(self.wrong_number(&entry));
        wrong.extend(self.wrong_count(&entry));
        wrong.extend(self.wrong_change(&entry));
        if entry.changed > 0 {
            self.changed.insert(entry.seq, entry.changed);
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
                    ("last_at", last_at.unwrap_or_default(), last.at),
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
        let mut unread: Vec<_> = self.changed.iter().collect();
        unread.sort_unstable();
        wrong.extend(unread.first().map(|(message, change)| {
            format!("entry {message} says that entry {change} changed it last, which is none that did")
        }));
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

    /// Whether what it changes is there and knows of it.
    fn wrong_change(&mut self, entry: &EntryRow) -> Option<String> {
        let seq = entry.seq;
        if entry.kind == "message" {
            let late = entry.changed != 0 && entry.changed <= seq;
            return (late || entry.about.is_some())
                .then(|| format!("entry {seq} is a message, but tells of a change before it"));
        }
        let Some(about) = entry.about.filter(|about| *about < seq) else {
            return Some(format!("entry {seq} changes no entry before it"));
        };
        match self.changed.get(&about) {
            Some(last) if *last > seq => None,
            Some(last) if *last == seq => {
                self.changed.remove(&about);
                None
            }
            _ if self.room.state != State::Open => None,
            _ => Some(format!("entry {seq} changes entry {about}, which does not know of it")),
        }
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
mod tests {
    use super::*;

    fn room(last_seq: i64) -> RoomRow {
        RoomRow {
            id: 7,
            name: "Lab".into(),
            state: State::Open,
            last_seq,
            last_tag: 10 * last_seq,
            last_at: (last_seq > 0).then_some(100 + last_seq),
            message_count: last_seq,
            people: (1, 1),
        }
    }

    fn message(seq: i64) -> EntryRow {
        EntryRow {
            seq,
            tag: 10 * seq,
            kind: "message".to_owned(),
            about: None,
            at: 100 + seq,
            changed: 0,
            message_count: seq,
        }
    }

    fn change(seq: i64, about: i64, message_count: i64) -> EntryRow {
        EntryRow { kind: "edited".into(), about: Some(about), message_count, ..message(seq) }
    }

    fn found(room: RoomRow, entries: Vec<EntryRow>) -> Vec<String> {
        let mut log = RoomLog::of(room);
        let mut found: Vec<_> = entries.into_iter().flat_map(|entry| log.read(entry)).collect();
        found.extend(log.end());
        found.iter().map(|found| found.replace("room 7 “Lab”: ", "")).collect()
    }

    #[test]
    fn a_whole_log_is_in_order() {
        assert!(found(room(0), vec![]).is_empty());
        assert!(found(room(3), (1..=3).map(message).collect()).is_empty());
        let edited = EntryRow { changed: 4, ..message(1) };
        let log = vec![edited, message(2), change(3, 1, 2), change(4, 1, 2)];
        assert_eq!(found(RoomRow { message_count: 2, ..room(4) }, log), [""; 0]);
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(found(room(2), vec![]), ["entries 1 to 2 are missing"]);
        assert_eq!(found(room(3), vec![message(1), message(3)]), ["entry 2 is missing"]);
        assert_eq!(found(room(4), vec![message(3), message(4)]), ["entries 1 to 2 are missing"]);
        assert_eq!(found(room(3), vec![message(1), message(2)]), ["entry 3 is missing"]);
    }

    #[test]
    fn a_deleted_room_loses_its_oldest_entries_first() {
        let deleted = |state| RoomRow { state, ..room(3) };
        assert!(found(deleted(State::Deleted), vec![message(2), message(3)]).is_empty());
        assert!(found(deleted(State::Deleted), vec![]).is_empty());
        assert!(found(deleted(State::Swept), vec![]).is_empty());
        assert_eq!(found(deleted(State::Deleted), vec![message(1), message(3)]), ["entry 2 is missing"]);
        assert_eq!(found(deleted(State::Deleted), vec![message(2)]), ["entry 3 is missing"]);
        assert_eq!(found(deleted(State::Swept), vec![message(3)]).len(), 1);
    }

    #[test]
    fn a_wrong_head_or_count_is_named() {
        let log = || (1..=3).map(message).collect::<Vec<_>>();
        for (row, what) in [
            (RoomRow { last_tag: 9, ..room(3) }, "last_tag 9, its last entry says 30"),
            (RoomRow { last_at: None, ..room(3) }, "last_at 0, its last entry says 103"),
            (RoomRow { message_count: 2, ..room(3) }, "message_count 2, its last entry says 3"),
            (RoomRow { last_seq: 2, ..room(3) }, "last_seq 2, its last entry says 3"),
        ] {
            assert_eq!(found(row, log()), [format!("its row says {what}")]);
        }
        let mut wrong = log();
        wrong[1].message_count = 7;
        assert_eq!(
            found(room(3), wrong),
            ["entry 2 says message_count 7, it is 2", "entry 3 says message_count 3, it is 8"]
        );
        assert_eq!(found(RoomRow { message_count: 1, ..room(0) }, vec![]).len(), 1);
    }

    #[test]
    fn a_change_and_its_message_know_of_each_other() {
        let three = || RoomRow { message_count: 2, ..room(3) };
        let log = |changed, about| vec![EntryRow { changed, ..message(1) }, message(2), change(3, about, 2)];
        assert!(found(three(), log(3, 1)).is_empty());
        assert_eq!(found(three(), log(0, 1)), ["entry 3 changes entry 1, which does not know of it"]);
        assert_eq!(found(three(), log(3, 3))[0], "entry 3 changes no entry before it");
        assert_eq!(found(three(), log(3, 2)).len(), 2, "neither end of it fits");
        assert_eq!(
            found(three(), log(9, 1)),
            ["entry 1 says that entry 9 changed it last, which is none that did"]
        );
    }
}
