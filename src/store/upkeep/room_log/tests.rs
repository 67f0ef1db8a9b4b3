//! What is said of a log that is not whole.

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
        author: 1,
        has_text: true,
        at: 100 + seq,
        changed: 0,
        changed_at: None,
        deleted_by: None,
        message_count: seq,
    }
}

fn change(seq: i64, about: i64, message_count: i64) -> EntryRow {
    EntryRow { kind: "edited".into(), about: Some(about), message_count, ..message(seq) }
}

/// Message `seq`, which that entry has changed last.
fn changed(seq: i64, by: i64) -> EntryRow {
    EntryRow { changed: by, changed_at: Some(100 + by), ..message(seq) }
}

/// The same, deleted by it.
fn deleted(seq: i64, by: i64) -> EntryRow {
    EntryRow { deleted_by: Some(1), has_text: false, ..changed(seq, by) }
}

fn deletion(seq: i64, about: i64) -> EntryRow {
    EntryRow { kind: "deleted".into(), has_text: false, ..change(seq, about, 2) }
}

fn with_two_messages(last_seq: i64) -> RoomRow {
    RoomRow { message_count: 2, last_at: Some(102), ..room(last_seq) }
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
    let superseded = EntryRow { has_text: false, ..change(3, 1, 2) };
    let log = |first| vec![changed(1, 4), message(2), first, change(4, 1, 2)];
    assert_eq!(found(with_two_messages(4), log(superseded)), [""; 0]);
    assert_eq!(found(with_two_messages(4), log(change(3, 1, 2))), ["entry 3 still has a text"]);
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
    let log = |first, about| found(with_two_messages(3), vec![first, message(2), change(3, about, 2)]);
    assert_eq!(log(changed(1, 3), 1), [""; 0]);
    assert_eq!(log(message(1), 1), ["entry 3 changes entry 1, which does not know of it"]);
    assert_eq!(log(changed(1, 3), 3)[0], "entry 3 changes no entry before it");
    assert_eq!(log(changed(1, 3), 2).len(), 2, "neither end of it fits");
    let of_none = "entry 1 says that entry 9 changed it last, which is none that did";
    assert_eq!(log(changed(1, 9), 1), ["entry 3 still has a text", of_none]);
    let half = ["entry 1 says only in part how it was changed"];
    assert_eq!(log(EntryRow { changed_at: None, ..changed(1, 3) }, 1)[..1], half);
    let differ = ["entry 3 and entry 1, which it changes, tell different things"];
    assert_eq!(log(EntryRow { changed_at: Some(1), ..changed(1, 3) }, 1), differ);
    assert_eq!(log(deleted(1, 3), 1), differ, "an edit deletes nothing");
}

#[test]
fn of_what_is_deleted_no_text_is_left() {
    let edit = |has_text| EntryRow { has_text, ..change(3, 1, 2) };
    let log = |first, edit| found(with_two_messages(4), vec![first, message(2), edit, deletion(4, 1)]);
    assert_eq!(log(deleted(1, 4), edit(false)), [""; 0]);
    assert_eq!(log(deleted(1, 4), edit(true)), ["entry 3 still has a text"]);
    let kept = EntryRow { has_text: true, ..deleted(1, 4) };
    assert_eq!(log(kept, edit(false)), ["entry 1 is deleted, but has a text"]);
    let of_another = EntryRow { deleted_by: Some(9), ..deleted(1, 4) };
    assert_eq!(
        log(of_another, edit(false)),
        ["entry 4 and entry 1, which it changes, tell different things"]
    );
    let lost = vec![changed(1, 3), message(2), edit(false)];
    assert_eq!(found(with_two_messages(3), lost), ["entry 3 has lost a text"]);
    let empty = vec![EntryRow { has_text: false, ..message(1) }, message(2), message(3)];
    assert_eq!(found(room(3), empty), ["entry 1 has no text, but is not deleted"]);
    // What comes after a deletion is none.
    let after = vec![changed(1, 4), message(2), deletion(3, 1), change(4, 1, 2)];
    assert_eq!(
        found(with_two_messages(4), after)[0],
        "entry 3 and entry 1, which it changes, tell different things"
    );
}
