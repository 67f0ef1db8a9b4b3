//! Who is where and which rooms there are: the event log, folded.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use crate::model::accounts::{AccountId, Person};
use crate::model::events::Event;
use crate::model::list::{ListPage, ROOMS_A_PAGE, pages};
use crate::model::log::{Discontinued, Entry, LogEnd, Position};
use crate::model::memberships::{Notice, People, Whereabouts};
use crate::model::rooms::{NAMED, Room, RoomId, RoomLink};
use crate::model::versions::{ListVersion, PeopleVersion};
use crate::store::Snapshot;

/// The directory as of [`Directory::head`].
pub(super) struct Directory {
    head: Position,
    /// The version of the list, before anything was said: the latest coming or going anywhere.
    list_version: ListVersion,
    /// The open rooms, and deleted ones with someone still to be told.
    rooms: HashMap<RoomId, LiveRoom>,
    /// The open rooms by their latest coming or going.
    order: BTreeMap<i64, RoomId>,
    members: HashMap<AccountId, Membership>,
}

struct LiveRoom {
    room: RoomLink,
    owner: Person,
    people_version: PeopleVersion,
    /// By age, as the list names them.
    inside: BTreeSet<AccountId>,
    /// Who they are, once somebody has asked, until somebody comes or goes.
    people: OnceLock<Arc<People>>,
    deleted_by: Option<String>,
}

struct Membership {
    name: String,
    room: RoomId,
}

impl Directory {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        let mut directory = Self {
            head: snapshot.head,
            list_version: snapshot.list_version,
            rooms: HashMap::new(),
            order: BTreeMap::new(),
            members: HashMap::new(),
        };
        for found in snapshot.rooms {
            if found.deleted_by.is_none() {
                directory.order.insert(found.people_version.position().seq, found.room.id);
            }
            let room = LiveRoom {
                room: found.room,
                owner: found.owner,
                people_version: found.people_version,
                inside: BTreeSet::new(),
                people: OnceLock::new(),
                deleted_by: found.deleted_by,
            };
            directory.rooms.insert(room.room.id, room);
        }
        for (person, room) in snapshot.members {
            directory.enter(person, room);
        }
        directory
    }

    pub(super) fn head(&self) -> Position {
        self.head
    }

    /// The version of the list, before anything was said.
    pub(super) fn list_version(&self) -> ListVersion {
        self.list_version
    }

    /// The version of the people in an open room.
    pub(super) fn people_version(&self, room: RoomId) -> Option<PeopleVersion> {
        self.open_room(room).map(|room| room.people_version)
    }

    pub(super) fn is_inside(&self, account: AccountId, room: RoomId) -> bool {
        self.open_room(room).is_some_and(|room| room.inside.contains(&account))
    }

    /// Who is in an open room.
    pub(super) fn people(&self, room: RoomId) -> Option<Arc<People>> {
        let room = self.open_room(room)?;
        let person = |id: &AccountId| Some(Person { id: *id, name: self.members.get(id)?.name.clone() });
        let people = || People {
            members: room.inside.iter().filter_map(person).collect(),
            version: room.people_version,
        };
        Some(Arc::clone(room.people.get_or_init(|| Arc::new(people()))))
    }

    /// How many open rooms there are, and how many people in them.
    pub(super) fn size(&self) -> (usize, usize) {
        let open = self.rooms.values().filter(|room| room.deleted_by.is_none());
        (self.order.len(), open.map(|room| room.inside.len()).sum())
    }

    /// How many pages the list has.
    pub(super) fn pages(&self) -> i64 {
        pages(i64::try_from(self.order.len()).unwrap_or(i64::MAX))
    }

    /// The rooms on a page of the list.
    pub(super) fn rooms_on(&self, page: i64) -> impl Iterator<Item = RoomId> {
        let start = usize::try_from((page - 1).saturating_mul(ROOMS_A_PAGE)).unwrap_or(usize::MAX);
        let most = usize::try_from(ROOMS_A_PAGE).unwrap_or(usize::MAX);
        self.order.values().rev().skip(start).take(most).copied()
    }

    /// The open rooms in the order of the list, each with the page it is on.
    pub(super) fn by_page(&self) -> impl Iterator<Item = (i64, RoomId)> {
        let pages = (1..).flat_map(|page| (0..ROOMS_A_PAGE).map(move |_| page));
        pages.zip(self.order.values().rev().copied())
    }

    /// The open room that `account` is in.
    pub(super) fn room_of(&self, account: AccountId) -> Option<RoomId> {
        let room = self.members.get(&account)?.room;
        self.open_room(room).map(|_| room)
    }

    /// A page of the list as `account` sees it; nothing if it is not known where the log of a room there ends.
    pub(super) fn list_page(
        &self,
        account: AccountId,
        page: i64,
        end: impl Fn(RoomId) -> Option<LogEnd>,
    ) -> Option<ListPage> {
        let row = |room: RoomId| Some(self.listed(self.open_room(room)?, end(room)?));
        let mut rooms = self.rooms_on(page).map(row).collect::<Option<Vec<Room>>>()?;
        let entries = rooms.iter().map(|room| room.end.head.seq).sum();
        let mut version = self.list_version.with_entries(entries);
        let whereabouts = self.whereabouts(account);
        let own = whereabouts.inside().filter(|here| rooms.iter().all(|room| room.room.id != here.id));
        if let Some(own) = own {
            let own = row(own.id)?;
            version = version.with_own_entries(own.end.head.seq);
            rooms.insert(0, own);
        }
        Some(ListPage { version, page, pages: self.pages(), whereabouts, rooms })
    }

    /// Takes in the next entry of the event log.
    pub(super) fn apply(&mut self, entry: Entry<Event>) -> Result<(), Discontinued> {
        let Entry { position, event, .. } = entry;
        self.head = self.head.next(position)?;
        let room = match event {
            Event::SessionEnded { .. } => return Ok(()),
            Event::NoticeDismissed { account } => {
                self.exit(account);
                return Ok(());
            }
            Event::RoomCreated { room, owner } => self.create(room, owner),
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
        self.list_version = ListVersion::at(position);
        self.reorder(room, position);
        Ok(())
    }

    fn listed(&self, room: &LiveRoom, end: LogEnd) -> Room {
        let inside = i64::try_from(room.inside.len()).unwrap_or(i64::MAX);
        let name = |account| Some(self.members.get(account)?.name.clone());
        Room {
            room: room.room.clone(),
            owner: room.owner.clone(),
            inside,
            named: room.inside.iter().filter_map(name).take(NAMED).collect(),
            end,
            people_version: room.people_version,
        }
    }

    fn open_room(&self, room: RoomId) -> Option<&LiveRoom> {
        self.rooms.get(&room).filter(|room| room.deleted_by.is_none())
    }

    fn whereabouts(&self, account: AccountId) -> Whereabouts {
        let room = self.members.get(&account).and_then(|membership| self.rooms.get(&membership.room));
        match room {
            None => Whereabouts::Nowhere,
            Some(LiveRoom { room, deleted_by: Some(by), .. }) => {
                Whereabouts::InDeletedRoom(Notice { room: room.clone(), by: by.clone() })
            }
            Some(LiveRoom { room, .. }) => Whereabouts::Inside(room.clone()),
        }
    }

    fn create(&mut self, room: RoomLink, owner: Person) -> RoomId {
        let id = room.id;
        let inside = BTreeSet::new();
        self.rooms.insert(
            id,
            LiveRoom {
                room,
                owner,
                people_version: PeopleVersion::at(Position::START),
                inside,
                people: OnceLock::new(),
                deleted_by: None,
            },
        );
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
        self.remove_if_unneeded(room);
    }

    fn delete(&mut self, room: RoomId, by: String) {
        if let Some(deleted) = self.rooms.get_mut(&room) {
            deleted.deleted_by = Some(by);
            self.order.remove(&deleted.people_version.position().seq);
        }
        self.remove_if_unneeded(room);
    }

    /// A deleted room is kept as long as someone is still to be told.
    fn remove_if_unneeded(&mut self, room: RoomId) {
        let done = |room: &LiveRoom| room.deleted_by.is_some() && room.inside.is_empty();
        if self.rooms.get(&room).is_some_and(done) {
            self.rooms.remove(&room);
        }
    }

    fn reorder(&mut self, room: RoomId, position: Position) {
        let Some(moved) = self.rooms.get_mut(&room) else { return };
        if moved.deleted_by.is_none() {
            self.order.remove(&moved.people_version.position().seq);
            self.order.insert(position.seq, room);
        }
        moved.people_version = PeopleVersion::at(position);
        moved.people = OnceLock::new();
    }
}

#[cfg(test)]
mod tests;
