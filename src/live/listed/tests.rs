//! The list is sent again when there is something new in it, and not too often.

use super::*;
use crate::model::accounts::{AccountId, Person};
use crate::model::events::Event;
use crate::model::log::Entry;
use crate::model::rooms::RoomLink;
use crate::model::timestamp::Timestamp;
use crate::model::versions::{Age, SeenList};
use crate::store::Snapshot;

const TEA: RoomId = RoomId(7);

/// A directory with one room, and its page looked at.
fn one_room() -> (Directory, Listed) {
    let start = ListVersion::at(Position::START);
    let snapshot =
        Snapshot { head: Position::START, list_version: start, rooms: Vec::new(), members: Vec::new() };
    let (mut directory, mut listed) = (Directory::new(snapshot), Listed::default());
    create(&mut directory, TEA);
    listed.add(1, None, 0);
    (directory, listed)
}

fn create(directory: &mut Directory, id: RoomId) {
    let position = Position::new(directory.head().seq + 1, 1);
    let owner = Person { id: AccountId(1), name: "ana".to_owned() };
    let event = Event::RoomCreated { room: RoomLink { id, name: "Tea".to_owned() }, owner };
    directory.apply(Entry { position, at: Timestamp(0), event }).unwrap();
}

fn read(listed: &mut Listed, directory: &Directory, entries: i64) {
    let end = LogEnd { head: Position::new(entries, 1), at: Some(Timestamp(0)) };
    listed.take_in(directory, vec![(TEA, end)]);
}

#[test]
fn what_is_said_is_told_at_most_every_ten_seconds_and_then_for_sure() {
    let (directory, mut listed) = one_room();
    let (now, second) = (Moment::now(), Duration::from_secs(1));
    let newest = directory.list_version();
    let is_told = |listed: &Listed, seen: i64| {
        let seen = SeenList::parse(&newest.with_entries(seen).to_string()).unwrap();
        listed.told(1, newest).age_of(Some(seen)) == Age::Older
    };
    read(&mut listed, &directory, 1);
    assert!(!is_told(&listed, 0), "nothing was told");
    listed.tell(&directory, now);
    assert!(is_told(&listed, 0) && !is_told(&listed, 1));
    read(&mut listed, &directory, 2);
    listed.tell(&directory, now.after(second * 9));
    assert!(!is_told(&listed, 1), "too early");
    listed.tell(&directory, now.after(second * 10));
    assert!(is_told(&listed, 1), "although nobody says anything any more");
    read(&mut listed, &directory, 3);
    listed.tell(&directory, now.after(second * 30));
    assert!(is_told(&listed, 2), "at once after a pause");
}

#[test]
fn what_was_told_of_other_rooms_is_not_told_of_these() {
    let (mut directory, mut listed) = one_room();
    read(&mut listed, &directory, 5);
    listed.tell(&directory, Moment::now());
    create(&mut directory, RoomId(8));
    let newest = directory.list_version();
    assert_eq!(listed.told(1, newest), newest);
}

#[test]
fn rooms_are_followed_while_they_are_shown() {
    let (mut directory, mut listed) = one_room();
    assert_eq!(listed.rooms(&directory, true), [(TEA, NOT_KNOWN)]);
    read(&mut listed, &directory, 1);
    assert_eq!(listed.rooms(&directory, true), []);
    assert_eq!(listed.rooms(&directory, false), [(TEA, Position::new(1, 1))]);
    create(&mut directory, RoomId(8));
    assert_eq!(listed.rooms(&directory, true), [(RoomId(8), NOT_KNOWN)]);
    assert!(listed.touch(1, None, 7) && !listed.has_unused(7) && listed.has_unused(8));
    listed.forget(&directory, 8);
    assert_eq!(listed.rooms(&directory, false), []);
    assert!(listed.end(TEA).is_none(), "nobody follows it");
    assert!(!listed.touch(1, None, 9));
    listed.add(2, Some(TEA), 9);
    assert_eq!(listed.rooms(&directory, false), [(TEA, NOT_KNOWN)], "shown beside the page");
}
