//! What memory tells of a log, and what changes make of it.

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

/// An edit of message `about`.
fn edit(seq: i64, about: i64, body: &str) -> RoomEntry {
    change(seq, about, ChangeKind::Edited(body.to_owned()))
}

fn change(seq: i64, about: i64, kind: ChangeKind) -> RoomEntry {
    let by = Person { id: AccountId(1), name: "ana".to_owned() };
    let event = RoomEvent::Change(Change { about, by, kind });
    Entry { position: Position::new(seq, seq * 1000), at: Timestamp(0), event }
}

fn json(entries: &[RoomEntry]) -> Vec<JsonEntry> {
    JsonEntry::all(entries).unwrap()
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

/// Takes in changes, and `rewritten`, what is said to have been made of what is kept.
fn take_in(log: &mut RoomLog, new: &[RoomEntry], rewritten: Vec<JsonEntry>) -> Result<(), Discontinued> {
    log.take_in(&json(new), &Outdating::by(log.head(), new), rewritten)
}

fn told(log: &RoomLog) -> Vec<String> {
    let updates = log.after(Cursor::START, PeopleVersion::at(Position::START)).unwrap();
    let body = |json: &Arc<RawValue>| {
        let entry: serde_json::Value = serde_json::from_str(json.get()).unwrap();
        entry["body"].as_str().unwrap_or("(deleted)").to_owned()
    };
    updates.messages.iter().map(body).collect()
}

#[test]
fn an_edited_message_reads_as_now_and_earlier_edits_of_it_are_empty() {
    let mut log = log(1..=2);
    let first = [edit(3, 1, "soup")];
    assert_eq!(log.outdated(&Outdating::by(log.head(), &first)), [1]);
    take_in(&mut log, &first, vec![entry(1, "soup")]).unwrap();
    let second = [edit(4, 1, "a much longer soup"), edit(5, 2, "tea")];
    assert_eq!(log.outdated(&Outdating::by(log.head(), &second)), [1, 2, 3]);
    let emptied = json(&[edit(3, 1, "")]);
    let now = [vec![entry(2, "tea"), entry(1, "a much longer soup")], emptied].concat();
    take_in(&mut log, &second, now).unwrap();
    assert_eq!(told(&log), ["a much longer soup", "tea", "", "a much longer soup", "tea"]);
    let third = [edit(6, 1, "salad")];
    assert_eq!(log.outdated(&Outdating::by(log.head(), &third)), [1, 4], "what is empty is not read again");
    let kept = log.newest.iter().map(JsonEntry::bytes).sum::<usize>();
    assert_eq!(log.bytes(), size_of::<RoomLog>() + kept);
}

#[test]
fn a_deletion_empties_the_message_and_its_edits_and_no_others() {
    let mut log = log(1..=2);
    let edits = [edit(3, 1, "soup"), edit(4, 2, "tea")];
    take_in(&mut log, &edits, vec![entry(1, "soup"), entry(2, "tea")]).unwrap();
    let gone = [change(5, 1, ChangeKind::Deleted)];
    assert_eq!(log.outdated(&Outdating::by(log.head(), &gone)), [1, 3]);
    let emptied = [vec![entry(1, "")], json(&[edit(3, 1, "")])].concat();
    take_in(&mut log, &gone, emptied).unwrap();
    assert_eq!(told(&log), ["", "tea", "", "tea", "(deleted)"]);
}

/// What a reading found before may be kept from another one since.
#[test]
fn what_reads_otherwise_is_not_kept_as_it_read_before() {
    let gone = [change(4, 1, ChangeKind::Deleted)];
    let with_an_edit = || {
        let mut log = log(1..=2);
        take_in(&mut log, &[edit(3, 1, "soup")], vec![entry(1, "soup")]).unwrap();
        log
    };
    assert_eq!(take_in(&mut with_an_edit(), &gone, vec![]), Err(Discontinued));
    assert_eq!(take_in(&mut with_an_edit(), &gone, vec![entry(1, "")]), Err(Discontinued), "the edit, too");
    let mut another = json(&[edit(3, 1, "")]);
    another[0].position = Position::new(3, 7);
    another.push(entry(1, ""));
    assert_eq!(take_in(&mut with_an_edit(), &gone, another), Err(Discontinued), "of another history");
}

#[test]
fn what_is_kept_no_more_needs_no_reading() {
    let mut log = log(1..=2);
    log.append(&entries(3..=300)).unwrap();
    let changes =
        [edit(301, 1, "soup"), edit(302, 44, "soup"), edit(303, 45, "soup"), edit(304, 303, "soup")];
    assert_eq!(log.outdated(&Outdating::by(log.head(), &changes)), [45]);
    // The entry at the head is read along, and was taken in before.
    assert_eq!(log.outdated(&Outdating::by(Position::new(303, 303_000), &changes)), [0; 0]);
}
