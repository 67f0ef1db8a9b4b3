//! The cache's handle: what it is made of, and how a writer waits for the tail.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use super::moment::Moment;
use super::state::State;
use crate::model::Timestamp;
use crate::model::rooms::RoomId;
use crate::store::{Changed, Committed, Store};

/// How long a handler waits for the tail to pass what it has just committed, and a poll for a room that
/// is on its way into memory.
pub(super) const APPLY_TIMEOUT: Duration = Duration::from_secs(1);

/// This instance's projection. Cheap to clone.
#[derive(Clone)]
pub struct Live(pub(super) Arc<Shared>);

pub(super) struct Shared {
    /// The tail's own, also in what it counts: what polls cost can be told from what the tail costs.
    pub(super) store: Store,
    /// The loaders'.
    pub(super) loading: Store,
    pub(super) state: RwLock<State>,
    /// The rooms written to here that the tail has yet to read.
    pub(super) written: Mutex<HashSet<RoomId>>,
    /// Notified after a commit, so that the tail does not wait for its tick.
    pub(super) wake: Notify,
    /// Notified when there is a room to be brought into memory.
    pub(super) pending: Notify,
    /// When the last successful reading began that passed all that was committed here before; closed when the
    /// tail has stopped, so that nobody waits for it any longer.
    pub(super) readings: watch::Receiver<Moment>,
    pub(super) started: Moment,
    /// How many bytes the logs of rooms may take.
    pub(super) budget: usize,
}

impl Live {
    /// The number of checkouts for memory: by the tail, and to load rooms.
    pub fn checkouts(&self) -> (u64, u64) {
        (self.0.store.checkouts(), self.0.loading.checkouts())
    }

    /// The result of a write, once memory has applied what it changed; after [`APPLY_TIMEOUT`] in any case.
    pub async fn applied<T>(&self, committed: Committed<T>) -> T {
        let (result, changed) = committed.into_parts();
        match changed {
            Changed::Nothing => {}
            Changed::Session(token) => self.write().sessions.remove(&token),
            Changed::Events => self.wait_for_tail().await,
            Changed::Room(room) => self.wait_for_room(room).await,
        }
        result
    }

    /// Has the tail read what was committed before this call, and waits until it has, but not for ever.
    async fn wait_for_tail(&self) {
        let committed = Moment::now();
        self.0.wake.notify_one();
        let mut readings = self.0.readings.clone();
        let passes = readings.wait_for(|began| !began.is_before(committed));
        let _ = tokio::time::timeout(APPLY_TIMEOUT, passes).await;
    }

    /// The same after a commit to the log of `room`, which is watched from here on. What is being loaded may be
    /// older than the commit, and the tail does not read it until it is there.
    pub(super) async fn wait_for_room(&self, room: RoomId) {
        self.watch(room);
        let loading = self.read().watched.loading(room).map(Notify::notified_owned);
        let passes = async {
            if let Some(loaded) = loading {
                loaded.await;
            }
            self.0.written.lock().insert(room);
            self.wait_for_tail().await;
        };
        let _ = tokio::time::timeout(APPLY_TIMEOUT, passes).await;
    }

    /// Notes that `room` is of interest here, and has the tail follow it if it did not.
    fn watch(&self, room: RoomId) {
        let last_used = Moment::now().millis_since(self.0.started);
        if !self.read().watched.touch(room, last_used) {
            self.start_watching(room, last_used);
        }
    }

    pub(super) fn start_watching(&self, room: RoomId, last_used: u64) {
        let mut state = self.write();
        if state.directory.people_version(room).is_some() {
            state.watched.add(room, last_used);
            self.0.pending.notify_one();
        }
    }

    /// The time that sessions end by.
    pub(super) fn time_at(&self, now: Moment) -> Timestamp {
        self.0.store.time_at(now.steady())
    }

    /// The state, if it is new enough to answer from.
    pub(super) fn fresh(&self, now: Moment) -> Option<RwLockReadGuard<'_, State>> {
        self.unpoisoned().filter(|state| state.is_fresh(now))
    }

    /// The state, unless a panic has left it in the middle of a change.
    pub(super) fn unpoisoned(&self) -> Option<RwLockReadGuard<'_, State>> {
        self.0.state.read().ok()
    }

    // After a panic under the lock the tail rebuilds it (see `Live::catch_up`).
    pub(super) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}
