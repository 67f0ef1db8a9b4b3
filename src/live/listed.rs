//! The pages of the list that somebody looks at here, and where the logs of their rooms end.
//!
//! The tail follows these rooms by their ends alone. A row of the list always shows the latest that is known; that
//! there is something newer is announced when a row looks different, and at most every [`ANNOUNCE_INTERVAL`], because
//! each time the list is sent to all who look at it.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::directory::Directory;
use super::moment::Moment;
use crate::model::log::{LogEnd, Position};
use crate::model::rooms::RoomId;
use crate::model::timestamp::Timestamp;
use crate::model::versions::ListVersion;

/// How long the version of the list stays the same at least, whatever is said.
const ANNOUNCE_INTERVAL: Duration = Duration::from_secs(10);

/// No log's head is there, so that the head of a room that was last seen here is another.
const NOT_KNOWN: Position = Position::new(-1, 0);

/// Milliseconds after the start of the instance when something was last asked for.
type LastUsed = AtomicU64;

/// All of it.
#[derive(Default)]
pub(super) struct Listed {
    pages: HashMap<i64, LastUsed>,
    /// Rooms of people whose page of the list is another: they are shown on every page.
    own_rooms: HashMap<RoomId, LastUsed>,
    ends: HashMap<RoomId, LogEnd>,
    /// What was last announced of each part, and when that was last looked into.
    announced: HashMap<Part, Announced>,
    announced_at: Option<Moment>,
    /// The version of the directory that it was last announced of; nothing if more has come to be known here since.
    announced_of: Option<ListVersion>,
}

/// What is announced by itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Page(i64),
    /// The row of somebody's own room, which stands beside the pages that the room is not on.
    OwnRoom(RoomId),
}

struct Announced {
    /// The version of the directory.
    events: ListVersion,
    entries: i64,
    /// The minute of the last message of each room, which is what its row shows.
    minutes: HashMap<RoomId, Option<Timestamp>>,
}

impl Listed {
    /// Notes that somebody looks at a page, and is in `own_room`; `false` when these are not followed.
    pub(super) fn touch(&self, page: i64, own_room: Option<RoomId>, at: u64) -> bool {
        let store = |last_used: &LastUsed| last_used.store(at, Ordering::Relaxed);
        let page = self.pages.get(&page).map(store);
        let own_room = own_room.is_none_or(|room| self.own_rooms.get(&room).map(store).is_some());
        page.is_some() && own_room
    }

    /// Follows a page from here on, and a room of somebody who looks at it.
    pub(super) fn add(&mut self, page: i64, own_room: Option<RoomId>, at: u64) {
        self.pages.entry(page).or_default().store(at, Ordering::Relaxed);
        if let Some(room) = own_room {
            self.own_rooms.entry(room).or_default().store(at, Ordering::Relaxed);
        }
        self.announced_of = None;
    }

    /// Where a room's log ends, if that is known.
    pub(super) fn end(&self, room: RoomId) -> Option<LogEnd> {
        self.ends.get(&room).copied()
    }

    /// The version that was last announced of a page and of a room beside it, unless somebody has come or gone since:
    /// then `newest`.
    pub(super) fn announced(&self, page: i64, own_room: Option<RoomId>, newest: ListVersion) -> ListVersion {
        let of = |part| self.announced.get(&part).filter(|last| last.events == newest);
        let Some(on_page) = of(Part::Page(page)) else { return newest };
        let beside = own_room.filter(|room| !on_page.minutes.contains_key(room));
        let beside = beside.and_then(|room| of(Part::OwnRoom(room)));
        newest.with_entries(on_page.entries).with_own_entries(beside.map_or(0, |own| own.entries))
    }

    /// The rooms that are shown, each with the head that is known of it.
    pub(super) fn rooms(&self, directory: &Directory) -> Vec<(RoomId, Position)> {
        let known = |room| (room, self.end(room).map_or(NOT_KNOWN, |end| end.head));
        self.shown(directory).into_iter().map(known).collect()
    }

    /// Those of which no head is known.
    pub(super) fn new_rooms(&self, directory: &Directory) -> Vec<(RoomId, Position)> {
        let mut rooms = self.rooms(directory);
        rooms.retain(|(_, head)| *head == NOT_KNOWN);
        rooms
    }

    fn shown(&self, directory: &Directory) -> HashSet<RoomId> {
        self.parts(directory).map(|(_, room)| room).collect()
    }

    /// The rooms that are shown, each with the part that shows it.
    fn parts(&self, directory: &Directory) -> impl Iterator<Item = (Part, RoomId)> {
        let on_pages = self.on_pages(directory).map(|(page, room)| (Part::Page(page), room));
        let is_open = |room: &RoomId| directory.people_version(*room).is_some();
        let own_rooms =
            self.own_rooms.keys().copied().filter(is_open).map(|room| (Part::OwnRoom(room), room));
        on_pages.chain(own_rooms)
    }

    /// The rooms on the pages, each with its page. Walks the list once, up to the last of them.
    fn on_pages(&self, directory: &Directory) -> impl Iterator<Item = (i64, RoomId)> {
        let last = self.pages.keys().copied().max().unwrap_or(0);
        let rooms = directory.by_page().take_while(move |(page, _)| *page <= last);
        rooms.filter(|(page, _)| self.pages.contains_key(page))
    }

    /// Takes in ends that have been read. Those of rooms that are shown no more are not followed, so they are forgotten.
    pub(super) fn take_in(&mut self, directory: &Directory, ends: Vec<(RoomId, LogEnd)>) {
        let shown = self.shown(directory);
        self.ends.retain(|room, _| shown.contains(room));
        if !ends.is_empty() {
            self.announced_of = None;
        }
        self.ends.extend(ends);
    }

    /// Knows nothing of any room any more.
    pub(super) fn clear(&mut self) {
        self.ends.clear();
        self.announced.clear();
        self.announced_of = None;
    }

    /// Announces what was said since it last did, if that is long enough ago.
    pub(super) fn announce(&mut self, directory: &Directory, now: Moment) {
        let events = directory.list_version();
        if self.announced_of == Some(events)
            || self.announced_at.is_some_and(|at| at.is_within(ANNOUNCE_INTERVAL, now))
        {
            return;
        }
        self.announced_of = Some(events);
        let newest = self.newest(directory, events);
        if !newest.is_empty() {
            self.announced_at = Some(now);
        }
        self.announced = newest;
    }

    /// The newest of each part where the ends of all rooms are known.
    fn newest(&self, directory: &Directory, events: ListVersion) -> HashMap<Part, Announced> {
        let mut parts: HashMap<Part, Vec<RoomId>> = HashMap::new();
        for (part, room) in self.parts(directory) {
            parts.entry(part).or_default().push(room);
        }
        let newest = |(part, rooms): (_, Vec<_>)| Some((part, self.newest_of(part, events, &rooms)?));
        parts.into_iter().filter_map(newest).collect()
    }

    /// The number stays the one that was announced while no row looks different, however much is said meanwhile.
    fn newest_of(&self, part: Part, events: ListVersion, rooms: &[RoomId]) -> Option<Announced> {
        let ends: Vec<_> = rooms.iter().map(|room| self.end(*room)).collect::<Option<_>>()?;
        let minutes = ends.iter().map(|end| end.at.map(Timestamp::minute));
        let minutes = rooms.iter().copied().zip(minutes).collect();
        let looks_same = |last: &&Announced| last.events == events && last.minutes == minutes;
        let announced = self.announced.get(&part).filter(looks_same).map(|last| last.entries);
        let entries = announced.unwrap_or_else(|| ends.iter().map(|end| end.head.seq).sum());
        Some(Announced { events, entries, minutes })
    }

    /// Whether [`Listed::forget`] would forget anything.
    pub(super) fn has_unused(&self, then: u64) -> bool {
        let is_unused = |last_used: &LastUsed| last_used.load(Ordering::Relaxed) < then;
        self.pages.values().chain(self.own_rooms.values()).any(is_unused)
    }

    /// Follows no longer what nobody has asked for since then.
    pub(super) fn forget(&mut self, directory: &Directory, then: u64) {
        let is_used = |last_used: &LastUsed| last_used.load(Ordering::Relaxed) >= then;
        self.pages.retain(|_, last_used| is_used(last_used));
        self.own_rooms.retain(|_, last_used| is_used(last_used));
        self.take_in(directory, Vec::new());
    }
}

#[cfg(test)]
mod tests;
