//! The rooms that somebody here polls or posts to: their logs, and how new each is.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

use super::moment::Moment;
use super::room_log::RoomLog;
use crate::model::log::Position;
use crate::model::rooms::RoomId;

/// A room that somebody here polls or posts to.
struct WatchedRoom {
    /// Nothing until it has been loaded.
    log: Option<RoomLog>,
    /// Notified when it has been loaded, or could not be.
    loaded: Arc<Notify>,
    /// Milliseconds after the start of the instance when it was last asked for.
    last_used: AtomicU64,
}

/// A room that is to be loaded, and who waits for that.
#[derive(Clone)]
pub(super) struct LoadRequest {
    pub(super) room: RoomId,
    pub(super) loaded: Arc<Notify>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Watched {
    rooms: HashMap<RoomId, WatchedRoom>,
    /// Those that the latest reading of the heads did not cover, each with the moment at which the latest
    /// one began that did.
    behind: HashMap<RoomId, Moment>,
    /// Those that nobody is loading yet.
    pending: Vec<LoadRequest>,
    /// What all logs take.
    bytes: usize,
}

impl Watched {
    /// Notes that a room is of interest; `false` when it is not watched.
    pub(super) fn touch(&self, room: RoomId, at: u64) -> bool {
        self.rooms.get(&room).map(|room| room.last_used.store(at, Ordering::Relaxed)).is_some()
    }

    /// Watches a room, which is to be loaded if it was not watched.
    pub(super) fn add(&mut self, room: RoomId, at: u64) {
        self.rooms.entry(room).or_insert_with(|| {
            let loaded = Arc::new(Notify::new());
            self.pending.push(LoadRequest { room, loaded: Arc::clone(&loaded) });
            WatchedRoom { log: None, loaded, last_used: AtomicU64::new(at) }
        });
    }

    pub(super) fn remove(&mut self, room: RoomId) {
        let Some(removed) = self.rooms.remove(&room) else { return };
        removed.loaded.notify_waiters();
        self.bytes -= removed.log.map_or(0, |log| log.bytes());
        self.behind.remove(&room);
    }

    pub(super) fn clear(&mut self) {
        for room in self.rooms.values() {
            room.loaded.notify_waiters();
        }
        *self = Self::default();
    }

    /// A room's log.
    pub(super) fn log(&self, room: RoomId) -> Option<&RoomLog> {
        self.rooms.get(&room)?.log.as_ref()
    }

    /// When the latest reading began that covered a room, if it was not the latest of all.
    pub(super) fn behind(&self, room: RoomId) -> Option<Moment> {
        self.behind.get(&room).copied()
    }

    /// What tells when a room has been loaded, if it is still to be.
    pub(super) fn loading(&self, room: RoomId) -> Option<Arc<Notify>> {
        self.rooms.get(&room).filter(|room| room.log.is_none()).map(|room| Arc::clone(&room.loaded))
    }

    /// How many rooms are to be loaded.
    pub(super) fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Has all rooms loaded that are not, also those that somebody has taken to load.
    pub(super) fn queue_unloaded(&mut self) {
        let unloaded = self.rooms.iter().filter(|(_, it)| it.log.is_none());
        self.pending =
            unloaded.map(|(room, it)| LoadRequest { room: *room, loaded: Arc::clone(&it.loaded) }).collect();
    }

    /// At most `most` rooms that are to be loaded, those first that have waited longest. Who takes them gives each to
    /// [`Watched::load`].
    pub(super) fn take_pending(&mut self, most: usize) -> Vec<LoadRequest> {
        let rest = self.pending.split_off(self.pending.len().min(most));
        std::mem::replace(&mut self.pending, rest)
    }

    /// Gives a room its log, which was read from `began` on; without one it is not watched any more.
    pub(super) fn load(&mut self, pending: &LoadRequest, log: Option<RoomLog>, began: Moment) {
        let Some(room) =
            self.rooms.get_mut(&pending.room).filter(|room| Arc::ptr_eq(&room.loaded, &pending.loaded))
        else {
            return;
        };
        let Some(log) = log else { return self.remove(pending.room) };
        self.bytes += log.bytes();
        room.log = Some(log);
        self.behind.insert(pending.room, began);
    }

    /// Changes a room's log, if there is one.
    pub(super) fn change<E>(
        &mut self,
        room: RoomId,
        change: impl FnOnce(&mut RoomLog) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(log) = self.rooms.get_mut(&room).and_then(|room| room.log.as_mut()) else { return Ok(()) };
        self.bytes -= log.bytes();
        let changed = change(log);
        self.bytes += log.bytes();
        changed
    }

    /// Where the logs end.
    pub(super) fn heads(&self) -> Vec<(RoomId, Position)> {
        self.heads_of(self.rooms.keys())
    }

    /// Where those logs end that are behind.
    pub(super) fn heads_behind(&self) -> Vec<(RoomId, Position)> {
        self.heads_of(self.behind.keys())
    }

    fn heads_of<'a>(&self, rooms: impl Iterator<Item = &'a RoomId>) -> Vec<(RoomId, Position)> {
        rooms.filter_map(|room| Some((*room, self.log(*room)?.head()))).collect()
    }

    /// The rooms that are behind.
    pub(super) fn all_behind(&self) -> Vec<RoomId> {
        self.behind.keys().copied().collect()
    }

    /// Records that a reading of the heads has covered `were_behind`, but for `moved`, of which it says only that
    /// there is something new: these are as new as the reading that covered them last, or the one before, `read_at`.
    pub(super) fn covered(&mut self, were_behind: &[RoomId], moved: &[(RoomId, Position)], read_at: Moment) {
        let mut still: HashMap<RoomId, Moment> = HashMap::new();
        for (room, _) in moved {
            still.insert(*room, self.behind(*room).unwrap_or(read_at));
        }
        for room in were_behind {
            self.behind.remove(room);
        }
        self.behind.extend(still);
    }

    /// A room has been read up to where the latest reading saw it.
    pub(super) fn caught_up(&mut self, room: RoomId) {
        self.behind.remove(&room);
    }

    /// The rooms nobody has asked for since then.
    pub(super) fn unused_since(&self, then: u64) -> Vec<RoomId> {
        let unused = |(room, it): (&RoomId, &WatchedRoom)| {
            (it.last_used.load(Ordering::Relaxed) < then).then_some(*room)
        };
        self.rooms.iter().filter_map(unused).collect()
    }

    /// Whether nobody has asked for a room since then.
    pub(super) fn is_unused_since(&self, room: RoomId, then: u64) -> bool {
        self.rooms.get(&room).is_some_and(|it| it.last_used.load(Ordering::Relaxed) < then)
    }

    /// Those to evict so that all logs together take no more than nine tenths of `budget`, least recently used first.
    /// None while they keep to it.
    pub(super) fn over_budget(&self, budget: usize) -> Vec<RoomId> {
        if self.bytes <= budget {
            return Vec::new();
        }
        let mut by_use: Vec<_> = (self.rooms.iter())
            .filter_map(|(room, it)| {
                Some((it.last_used.load(Ordering::Relaxed), *room, it.log.as_ref()?.bytes()))
            })
            .collect();
        by_use.sort_unstable();
        let mut surplus = self.bytes - budget / 10 * 9;
        let mut over_budget = Vec::new();
        for (_, room, bytes) in by_use {
            if surplus == 0 {
                break;
            }
            surplus = surplus.saturating_sub(bytes);
            over_budget.push(room);
        }
        over_budget
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_whose_loading_was_cut_off_is_loaded_after_all() {
        let mut watched = Watched::default();
        watched.add(RoomId(7), 0);
        let taken = watched.take_pending(100);
        assert!(taken.len() == 1 && watched.pending() == 0, "somebody loads it");
        watched.queue_unloaded();
        let again = watched.take_pending(100);
        assert!(Arc::ptr_eq(&again[0].loaded, &taken[0].loaded), "for those who wait already");
        watched.load(&again[0], RoomLog::new(Position::START, &[]).ok(), Moment::now());
        watched.queue_unloaded();
        assert_eq!(watched.pending(), 0, "it is loaded");
    }

    #[test]
    fn who_has_waited_longest_is_loaded_first() {
        let mut watched = Watched::default();
        (1..=3).for_each(|room| watched.add(RoomId(room), 0));
        let taken = |rooms: Vec<LoadRequest>| rooms.iter().map(|it| it.room.0).collect::<Vec<_>>();
        assert_eq!(taken(watched.take_pending(2)), [1, 2]);
        assert_eq!(taken(watched.take_pending(2)), [3]);
    }
}
