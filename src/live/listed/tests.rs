//! The list is sent again when there is something new in it, and not too often.

use super::*;
use crate::model::accounts::{AccountId, Person};
use crate::model::events::Event;
use crate::model::log::Entry;
use crate::model::rooms::RoomLink;
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

fn end(entries: i64, minute: i64) -> LogEnd {
    LogEnd { head: Position::new(entries, 1), at: Some(Timestamp(minute * 60_000)) }
}

fn entries_of(version: ListVersion) -> String {
    version.to_string().split_once('-').unwrap().1.to_owned()
}

fn read(listed: &mut Listed, directory: &Directory, entries: i64) {
    listed.take_in(directory, vec![(TEA, end(entries, entries))]);
}

#[test]
fn what_is_said_is_announced_at_most_every_ten_seconds_and_then_for_sure() {
    let (directory, mut listed) = one_room();
    let (now, second) = (Moment::now(), Duration::from_secs(1));
    let newest = directory.list_version();
    let is_announced = |listed: &Listed, seen: i64| {
        let seen = SeenList::parse(&newest.with_entries(seen).to_string()).unwrap();
        listed.announced(1, None, newest).age_of(Some(seen)) == Age::Older
    };
    read(&mut listed, &directory, 1);
    assert!(!is_announced(&listed, 0), "nothing was announced");
    listed.announce(&directory, now);
    assert!(is_announced(&listed, 0) && !is_announced(&listed, 1));
    read(&mut listed, &directory, 2);
    listed.announce(&directory, now.after(second * 9));
    assert!(!is_announced(&listed, 1), "too early");
    listed.announce(&directory, now.after(second * 10));
    assert!(is_announced(&listed, 1), "although nobody says anything any more");
    read(&mut listed, &directory, 3);
    listed.announce(&directory, now.after(second * 30));
    assert!(is_announced(&listed, 2), "at once after a pause");
}

#[test]
fn what_is_said_is_announced_once_a_minute_as_the_list_shows_the_minute() {
    let (mut directory, mut listed) = one_room();
    let mut now = Moment::now();
    let mut entries_announced = |listed: &mut Listed, directory: &Directory, entries, minute| {
        now = now.after(ANNOUNCE_INTERVAL);
        listed.take_in(directory, vec![(TEA, end(entries, minute))]);
        listed.announce(directory, now);
        entries_of(listed.announced(1, None, directory.list_version()))
    };
    assert_eq!(entries_announced(&mut listed, &directory, 3, 5), "3-0");
    assert_eq!(entries_announced(&mut listed, &directory, 4, 5), "3-0", "nothing looks different");
    assert_eq!(entries_announced(&mut listed, &directory, 6, 6), "6-0", "the next minute");
    assert_eq!(entries_announced(&mut listed, &directory, 7, 5), "7-0", "the clock was set back");
    create(&mut directory, RoomId(8));
    listed.ends.insert(RoomId(8), end(0, 0));
    assert_eq!(entries_announced(&mut listed, &directory, 8, 5), "8-0", "another list");
}

/// More than a page of rooms, and somebody inside the oldest of them looks at the first page.
#[test]
fn what_is_said_in_ones_own_room_is_announced_beside_the_page() {
    let (mut directory, mut listed) = one_room();
    (101..=200).for_each(|id| create(&mut directory, RoomId(id)));
    listed.add(1, Some(TEA), 0);
    listed.take_in(&directory, (101..=200).map(|id| (RoomId(id), end(1, 1))).collect());
    let mut now = Moment::now();
    let mut entries_announced = |listed: &mut Listed, room, end| {
        now = now.after(ANNOUNCE_INTERVAL);
        listed.take_in(&directory, vec![(room, end)]);
        listed.announce(&directory, now);
        entries_of(listed.announced(1, Some(TEA), directory.list_version()))
    };
    assert_eq!(entries_announced(&mut listed, TEA, end(3, 1)), "100-3");
    assert_eq!(entries_announced(&mut listed, TEA, end(4, 1)), "100-3", "nothing looks different");
    assert_eq!(entries_announced(&mut listed, RoomId(200), end(2, 1)), "100-3", "nothing looks different");
    assert_eq!(entries_announced(&mut listed, TEA, end(5, 2)), "100-5", "the next minute in it");
    assert_eq!(
        entries_announced(&mut listed, RoomId(200), end(3, 2)),
        "102-5",
        "the next minute on the page"
    );
    let version = listed.announced(1, Some(RoomId(200)), directory.list_version());
    assert_eq!(entries_of(version), "102-0", "their room is on the page");
}

#[test]
fn what_was_announced_of_other_rooms_is_not_announced_of_these() {
    let (mut directory, mut listed) = one_room();
    read(&mut listed, &directory, 5);
    listed.announce(&directory, Moment::now());
    create(&mut directory, RoomId(8));
    let newest = directory.list_version();
    assert_eq!(listed.announced(1, None, newest), newest);
}

#[test]
fn rooms_are_followed_while_they_are_shown() {
    let (mut directory, mut listed) = one_room();
    assert_eq!(listed.new_rooms(&directory), [(TEA, NOT_KNOWN)]);
    read(&mut listed, &directory, 1);
    assert_eq!(listed.new_rooms(&directory), []);
    assert_eq!(listed.rooms(&directory), [(TEA, Position::new(1, 1))]);
    create(&mut directory, RoomId(8));
    assert_eq!(listed.new_rooms(&directory), [(RoomId(8), NOT_KNOWN)]);
    assert!(listed.touch(1, None, 7) && !listed.has_unused(7) && listed.has_unused(8));
    listed.forget(&directory, 8);
    assert_eq!(listed.rooms(&directory), []);
    assert!(listed.end(TEA).is_none(), "nobody follows it");
    assert!(!listed.touch(1, None, 9));
    listed.add(2, Some(TEA), 9);
    assert_eq!(listed.rooms(&directory), [(TEA, NOT_KNOWN)], "shown beside the page");
}

#[test]
fn the_rooms_of_the_pages_looked_at_are_followed_and_no_others() {
    let (mut directory, mut listed) = one_room();
    (101..350).for_each(|id| create(&mut directory, RoomId(id)));
    listed.add(3, None, 0);
    let on = |page| directory.rooms_on(page).map(move |room| (page, room));
    let expected: Vec<_> = on(1).chain(on(3)).collect();
    assert_eq!((on(1).count(), on(3).count()), (100, 50));
    assert_eq!(listed.on_pages(&directory).collect::<Vec<_>>(), expected);
}

#[test]
fn nothing_is_looked_through_again_before_something_has_come() {
    let (mut directory, mut listed) = one_room();
    let mut now = Moment::now();
    read(&mut listed, &directory, 1);
    listed.announce(&directory, now);
    let mut looks = |listed: &mut Listed, directory: &Directory| {
        now = now.after(ANNOUNCE_INTERVAL);
        // Whoever looks finds out, although no flag says so.
        let more = listed.end(TEA).map_or(0, |end| end.head.seq) + 1;
        listed.ends.insert(TEA, end(more, more));
        let announced =
            |listed: &Listed| listed.announced.get(&Part::Page(1)).map(|last| (last.events, last.entries));
        let before = announced(listed);
        listed.announce(directory, now);
        announced(listed) != before
    };
    assert!(!looks(&mut listed, &directory), "nothing has come");
    listed.take_in(&directory, Vec::new());
    assert!(!looks(&mut listed, &directory), "nothing was read");
    read(&mut listed, &directory, 10);
    assert!(looks(&mut listed, &directory), "something was said");
    listed.add(2, None, 0);
    assert!(looks(&mut listed, &directory), "somebody looks at another page");
    create(&mut directory, RoomId(8));
    listed.ends.insert(RoomId(8), end(1, 1));
    assert!(looks(&mut listed, &directory), "somebody has come or gone");
    assert!(!looks(&mut listed, &directory));
}
