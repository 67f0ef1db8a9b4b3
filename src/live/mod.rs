//! The cache: a projection of the event log and of the watched rooms' logs, from which polls are answered.
//!
//! It is filled by the [`tail`] and, beside it, by the [`loader`], and holds nothing that the database does
//! not. It only ever says *yes*: where memory is not sure, or older than 2 s, the database is asked ([`reads`]), and
//! every refusal is the database's.

mod directory;
mod loader;
mod moment;
mod reads;
mod room_log;
mod sessions;
mod state;
mod tail;
mod watched;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::{Notify, watch};

pub use reads::{Known, Question, Unsure};
pub use room_log::Updates;
pub use tail::Tail;

use crate::model::Timestamp;
use crate::model::rooms::RoomId;
use crate::store::{Changed, Committed, Error, Store};
use directory::Directory;
use moment::Moment;
use sessions::Sessions;
use state::State;
use watched::Watched;

/// How long a handler waits for the tail to pass what it has just committed, and a poll for a room that
/// is on its way into memory.
const APPLY_TIMEOUT: Duration = Duration::from_secs(1);

/// This instance's projection. Cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Shared>);

struct Shared {
    /// The tail's own, also in what it counts: what polls cost can be told from what the tail costs.
    store: Store,
    /// The loaders'.
    loading: Store,
    state: RwLock<State>,
    /// The rooms written to here that the tail has yet to read.
    written: Mutex<HashSet<RoomId>>,
    /// Notified after a commit, so that the tail does not wait for its tick.
    wake: Notify,
    /// Notified when there is a room to be brought into memory.
    pending: Notify,
    /// When the last successful reading began that passed all that was committed here before; closed when the
    /// tail has stopped, so that nobody waits for it any longer.
    readings: watch::Receiver<Moment>,
    started: Moment,
    /// How many bytes the logs of rooms may take.
    budget: usize,
}

impl Live {
    /// Starts from what the database holds now. Memory lives as long as the [`Tail`] is run, and the logs
    /// of rooms take about `budget` bytes of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(store: &Store, budget: usize) -> Result<(Self, Tail), Error> {
        let read_at = Moment::now();
        let state = State {
            directory: Directory::new(store.directory_snapshot().await?),
            sessions: Sessions::default(),
            watched: Watched::default(),
            read_at,
        };
        let (reading, readings) = watch::channel(read_at);
        let live = Self(Arc::new(Shared {
            store: store.for_tail(),
            loading: store.for_loading(),
            state: RwLock::new(state),
            written: Mutex::default(),
            wake: Notify::new(),
            pending: Notify::new(),
            readings,
            started: read_at,
            budget,
        }));
        Ok((live.clone(), Tail::new(live, reading)))
    }

    /// The number of checkouts for memory: by the tail, and to load rooms.
    #[must_use]
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
    async fn wait_for_room(&self, room: RoomId) {
        self.watch(room);
        let loading = self.read().watched.loading(room).map(Notify::notified_owned);
        let passes = async {
            if let Some(loaded) = loading {
                loaded.await;
            }
            self.written().insert(room);
            self.wait_for_tail().await;
        };
        let _ = tokio::time::timeout(APPLY_TIMEOUT, passes).await;
    }

    /// Notes that `room` is of interest here, and has the tail follow it if it did not.
    fn watch(&self, room: RoomId) {
        let last_used = Moment::now().millis_since(self.0.started);
        if !self.read().watched.touch(room, last_used) {
            self.add(room, last_used);
        }
    }

    fn add(&self, room: RoomId, last_used: u64) {
        let mut state = self.write();
        if state.directory.people_version(room).is_some() {
            state.watched.add(room, last_used);
            self.0.pending.notify_one();
        }
    }

    /// The time that sessions end by.
    fn time_at(&self, now: Moment) -> Timestamp {
        self.0.store.time_at(now.steady())
    }

    /// The state, if it is new enough to answer from.
    fn fresh(&self, now: Moment) -> Option<RwLockReadGuard<'_, State>> {
        self.whole().filter(|state| state.is_fresh(now))
    }

    /// The state, unless a panic has left it in the middle of a change.
    fn whole(&self) -> Option<RwLockReadGuard<'_, State>> {
        self.0.state.read().ok()
    }

    // After a panic under the lock the tail rebuilds it (see `Live::catch_up`).
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn written(&self) -> std::sync::MutexGuard<'_, HashSet<RoomId>> {
        self.0.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
