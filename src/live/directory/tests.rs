//! The directory follows the event log.

use super::*;
use crate::model::Timestamp;
use crate::model::log::Tag;

const ANA: AccountId = AccountId(1);
const BO: AccountId = AccountId(2);
const TEA: RoomId = RoomId(7);

fn directory() -> Directory {
    let start = Position::START;
    Directory::new(Snapshot {
        head: start,
        list_version: ListVersion::at(start),
        rooms: Vec::new(),
        members: Vec::new(),
    })
}

fn person(id: AccountId) -> Person {
    Person { id, name: format!("person {}", id.0) }
}

const EMPTY: LogEnd = LogEnd { head: Position::START, at: None };

fn list_page(directory: &Directory, account: AccountId) -> ListPage {
    directory.list_page(account, 1, |_| Some(EMPTY)).unwrap()
}

fn tell(directory: &mut Directory, event: Event) {
    let position = Position { seq: directory.head().seq + 1, tag: Tag::random() };
    directory.apply(Entry { position, at: Timestamp(0), event }).unwrap();
}

fn created(id: RoomId) -> Event {
    Event::RoomCreated { room: RoomLink { id, name: format!("room {id}") }, owner: person(ANA) }
}

#[test]
fn a_person_is_in_one_room_at_a_time() {
    let mut directory = directory();
    tell(&mut directory, created(TEA));
    tell(&mut directory, created(RoomId(8)));
    tell(&mut directory, Event::MemberJoined { person: person(BO), room: TEA });
    assert!(directory.is_inside(BO, TEA) && !directory.is_inside(ANA, TEA));
    tell(&mut directory, Event::MemberJoined { person: person(BO), room: RoomId(8) });
    assert!(directory.is_inside(BO, RoomId(8)) && !directory.is_inside(BO, TEA));
    tell(&mut directory, Event::MemberLeft { account: BO, room: RoomId(8) });
    assert!(!directory.is_inside(BO, RoomId(8)));
}

#[test]
fn a_deleted_room_is_known_to_those_still_to_be_told() {
    let mut directory = directory();
    tell(&mut directory, created(TEA));
    tell(&mut directory, Event::MemberJoined { person: person(BO), room: TEA });
    tell(&mut directory, Event::RoomDeleted { room: TEA, by: "ana".to_owned() });
    assert!(!directory.is_inside(BO, TEA) && directory.people_version(TEA).is_none());
    let list = list_page(&directory, BO);
    assert_eq!(list.whereabouts.notice().unwrap().by, "ana");
    assert!(list.rooms.is_empty());
    let version = directory.list_version();
    tell(&mut directory, Event::NoticeDismissed { account: BO });
    assert_eq!(directory.list_version(), version, "nobody else sees a difference");
    assert!(list_page(&directory, BO).whereabouts.notice().is_none());
    assert!(directory.rooms.is_empty());
}

#[test]
fn the_latest_coming_or_going_comes_first() {
    let mut directory = directory();
    for id in 1..=3 {
        tell(&mut directory, created(RoomId(id)));
    }
    tell(&mut directory, Event::MemberJoined { person: person(BO), room: RoomId(1) });
    let ids: Vec<i64> = list_page(&directory, ANA).rooms.iter().map(|room| room.room.id.0).collect();
    assert_eq!(ids, [1, 3, 2]);
}

#[test]
fn an_entry_that_leaves_a_gap_is_not_taken() {
    let mut directory = directory();
    let position = Position::new(2, 1);
    let event = Event::SessionEnded { account: ANA };
    assert_eq!(directory.apply(Entry { position, at: Timestamp(0), event }), Err(Discontinued));
}
