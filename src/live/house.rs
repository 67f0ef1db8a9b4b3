//! Who is where and which rooms there are: the event log, folded.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Discontinued;
use crate::model::accounts::{AccountId, Person};
use crate::model::events::{Entry, Event};
use crate::model::log::Position;
use crate::model::memberships::{Notice, Whereabouts};
use crate::model::rooms::{RoomId, RoomLink};
use crate::store::{ListPage, ROOMS_A_PAGE, Room, Snapshot, pages};

/// The house as of [`House::head`].
pub(super) struct House {
    head: Position,
    /// The latest coming or going anywhere.
    moved: Position,
    /// The open rooms, and deleted ones with someone still to be told.
    rooms: HashMap<RoomId, LiveRoom>,
    /// The open rooms by their latest coming or going.
    order: BTreeMap<i64, RoomId>,
    members: HashMap<AccountId, Membership>,
}

struct LiveRoom {
    room: RoomLink,
    owner: Person,
    moved: Position,
    inside: HashSet<AccountId>,
    deleted_by: Option<String>,
}

struct Membership {
    name: String,
    room: RoomId,
}

impl House {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        let mut house = Self {
            head: snapshot.head,
            moved: snapshot.moved,
            rooms: HashMap::new(),
            order: BTreeMap::new(),
            members: HashMap::new(),
        };
        for found in snapshot.rooms {
            if found.deleted_by.is_none() {
                house.order.insert(found.moved.seq, found.room.id);
            }
            let room = LiveRoom {
                room: found.room,
                owner: found.owner,
                moved: found.moved,
                inside: HashSet::new(),
                deleted_by: found.deleted_by,
            };
            house.rooms.insert(room.room.id, room);
        }
        for (person, room) in snapshot.members {
            house.enter(person, room);
        }
        house
    }

    pub(super) fn head(&self) -> Position {
        self.head
    }

    /// The latest coming or going anywhere.
    pub(super) fn list_version(&self) -> Position {
        self.moved
    }

    /// The latest coming or going in a open room.
    pub(super) fn people_version(&self, room: RoomId) -> Option<Position> {
        self.living(room).map(|room| room.moved)
    }

    pub(super) fn is_inside(&self, account: AccountId, room: RoomId) -> bool {
        self.living(room).is_some_and(|room| room.inside.contains(&account))
    }

    /// In no order.
    pub(super) fn names_inside(&self, room: RoomId) -> Vec<String> {
        let inside = self.living(room).into_iter().flat_map(|room| &room.inside);
        inside.filter_map(|account| Some(self.members.get(account)?.name.clone())).collect()
    }

    /// Page `page` of the list, or the last one, as `account` sees it.
    pub(super) fn list_page(&self, account: AccountId, page: i64) -> ListPage {
        let pages = pages(i64::try_from(self.order.len()).unwrap_or(i64::MAX));
        let page = page.min(pages);
        let start = usize::try_from((page - 1).saturating_mul(ROOMS_A_PAGE)).unwrap_or(usize::MAX);
        let most = usize::try_from(ROOMS_A_PAGE).unwrap_or(usize::MAX);
        let mut rooms: Vec<Room> = self
            .order
            .values()
            .rev()
            .skip(start)
            .take(most)
            .filter_map(|id| self.rooms.get(id))
            .map(LiveRoom::load_room_row)
            .collect();
        let whereabouts = self.whereabouts(account);
        let own = whereabouts.inside().filter(|here| rooms.iter().all(|room| room.room.id != here.id));
        if let Some(own) = own.and_then(|here| self.living(here.id)) {
            rooms.insert(0, own.load_room_row());
        }
        ListPage { version: self.moved, page, pages, whereabouts, rooms }
    }

    /// Takes in the next entry of the event log.
    pub(super) fn apply(&mut self, entry: Entry) -> Result<(), Discontinued> {
        let Entry { position, event } = entry;
        if position.seq != self.head.seq + 1 {
            return Err(Discontinued);
        }
        self.head = position;
        let room = match event {
            Event::SessionEnded { .. } => return Ok(()),
            Event::NoticeDismissed { account } => {
                self.exit(account);
                return Ok(());
            }
            Event::RoomCreated { room, owner } => self.open(room, owner),
            Event::MemberJoined { person, room } => {
                self.exit(person.id);
                self.enter(person, room);
                room
            }
            Event::MemberLeft { account, room } => {
                self.exit(account);
                room
            }
            Event::RoomDeleted { room, by } => {
                self.delete(room, by);
                room
            }
        };
        self.moved = position;
        self.reorder(room, position);
        Ok(())
    }

    fn living(&self, room: RoomId) -> Option<&LiveRoom> {
        self.rooms.get(&room).filter(|room| room.deleted_by.is_none())
    }

    fn whereabouts(&self, account: AccountId) -> Whereabouts {
        let room = self.members.get(&account).and_then(|membership| self.rooms.get(&membership.room));
        match room {
            None => Whereabouts::Nowhere,
            Some(LiveRoom { room, deleted_by: Some(by), .. }) => {
                Whereabouts::Evicted(Notice { room: room.clone(), by: by.clone() })
            }
            Some(LiveRoom { room, .. }) => Whereabouts::Inside(room.clone()),
        }
    }

    fn open(&mut self, room: RoomLink, owner: Person) -> RoomId {
        let id = room.id;
        let inside = HashSet::new();
        self.rooms.insert(id, LiveRoom { room, owner, moved: Position::START, inside, deleted_by: None });
        id
    }

    fn enter(&mut self, person: Person, room: RoomId) {
        if let Some(entered) = self.rooms.get_mut(&room) {
            entered.inside.insert(person.id);
        }
        self.members.insert(person.id, Membership { name: person.name, room });
    }

    fn exit(&mut self, account: AccountId) {
        let Some(Membership { room, .. }) = self.members.remove(&account) else { return };
        if let Some(left) = self.rooms.get_mut(&room) {
            left.inside.remove(&account);
        }
        self.drop_if_done_with(room);
    }

    fn delete(&mut self, room: RoomId, by: String) {
        if let Some(deleted) = self.rooms.get_mut(&room) {
            deleted.deleted_by = Some(by);
            self.order.remove(&deleted.moved.seq);
        }
        self.drop_if_done_with(room);
    }

    /// A deleted room is kept as long as someone is still to be told.
    fn drop_if_done_with(&mut self, room: RoomId) {
        let done = |room: &LiveRoom| room.deleted_by.is_some() && room.inside.is_empty();
        if self.rooms.get(&room).is_some_and(done) {
            self.rooms.remove(&room);
        }
    }

    fn reorder(&mut self, room: RoomId, position: Position) {
        let Some(moved) = self.rooms.get_mut(&room) else { return };
        if moved.deleted_by.is_none() {
            self.order.remove(&moved.moved.seq);
            self.order.insert(position.seq, room);
        }
        moved.moved = position;
    }
}

impl LiveRoom {
    fn load_room_row(&self) -> Room {
        let inside = i64::try_from(self.inside.len()).unwrap_or(i64::MAX);
        Room { room: self.room.clone(), owner: self.owner.clone(), inside, moved: self.moved }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::Tag;

    const ANA: AccountId = AccountId(1);
    const BO: AccountId = AccountId(2);
    const TEA: RoomId = RoomId(7);

    fn house() -> House {
        let start = Position::START;
        House::new(Snapshot { head: start, moved: start, rooms: Vec::new(), members: Vec::new() })
    }

    fn person(id: AccountId) -> Person {
        Person { id, name: format!("person {}", id.0) }
    }

    fn tell(house: &mut House, event: Event) {
        let position = Position { seq: house.head().seq + 1, tag: Tag::random() };
        house.apply(Entry { position, event }).unwrap();
    }

    fn opened(id: RoomId) -> Event {
        Event::RoomCreated { room: RoomLink { id, name: format!("room {id}") }, owner: person(ANA) }
    }

    #[test]
    fn a_person_is_in_one_room_at_a_time() {
        let mut house = house();
        tell(&mut house, opened(TEA));
        tell(&mut house, opened(RoomId(8)));
        tell(&mut house, Event::MemberJoined { person: person(BO), room: TEA });
        assert!(house.is_inside(BO, TEA) && !house.is_inside(ANA, TEA));
        tell(&mut house, Event::MemberJoined { person: person(BO), room: RoomId(8) });
        assert!(house.is_inside(BO, RoomId(8)) && !house.is_inside(BO, TEA));
        tell(&mut house, Event::MemberLeft { account: BO, room: RoomId(8) });
        assert!(!house.is_inside(BO, RoomId(8)));
    }

    #[test]
    fn a_deleted_room_is_known_to_those_still_to_be_told() {
        let mut house = house();
        tell(&mut house, opened(TEA));
        tell(&mut house, Event::MemberJoined { person: person(BO), room: TEA });
        tell(&mut house, Event::RoomDeleted { room: TEA, by: "ana".to_owned() });
        assert!(!house.is_inside(BO, TEA) && house.people_version(TEA).is_none());
        let list = house.list_page(BO, 1);
        assert_eq!(list.whereabouts.notice().unwrap().by, "ana");
        assert!(list.rooms.is_empty());
        let version = house.list_version();
        tell(&mut house, Event::NoticeDismissed { account: BO });
        assert_eq!(house.list_version(), version, "nobody else sees a difference");
        assert!(house.list_page(BO, 1).whereabouts.notice().is_none());
        assert!(house.rooms.is_empty());
    }

    #[test]
    fn the_latest_coming_or_going_comes_first() {
        let mut house = house();
        for id in 1..=3 {
            tell(&mut house, opened(RoomId(id)));
        }
        tell(&mut house, Event::MemberJoined { person: person(BO), room: RoomId(1) });
        let ids: Vec<i64> = house.list_page(ANA, 1).rooms.iter().map(|room| room.room.id.0).collect();
        assert_eq!(ids, [1, 3, 2]);
    }

    #[test]
    fn an_entry_that_leaves_a_gap_is_not_taken() {
        let mut house = house();
        let position = Position { seq: 2, tag: Tag(1) };
        let event = Event::SessionEnded { account: ANA };
        assert_eq!(house.apply(Entry { position, event }), Err(Discontinued));
    }
}
