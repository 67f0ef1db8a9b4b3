//! What this instance knows without asking: a projection of the event log and of the watched rooms' logs.
//!
//! It is filled by the [`tail`] and, beside it, by the [`loader`], and holds nothing that the database does
//! not. It only ever says *yes*: every question answers `None` when memory is not sure, or older than 2 s,
//! and then the database is asked. Refusals never come from here.

mod directory;
mod loader;
mod moment;
mod room_log;
mod sessions;
mod state;
mod tail;
mod watched;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::{Notify, watch};

pub use room_log::LiveUpdates;
pub use tail::Tail;

use crate::model::Timestamp;
use crate::model::accounts::AccountId;
use crate::model::log::{Cursor, Position};
use crate::model::rooms::{ListPage, RoomId};
use crate::model::sessions::{Session, TokenHash};
use crate::store::{Error, FoundSession, Store};
use directory::Directory;
use moment::Moment;
use sessions::Sessions;
use state::{State, Told};
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
    /// Theirs who bring rooms into memory.
    loading: Store,
    state: RwLock<State>,
    /// The rooms written to here that the tail has yet to look at.
    rung: Mutex<HashSet<RoomId>>,
    /// Rung after a commit, so that the tail does not wait for its tick.
    bell: Notify,
    /// Rung when there is a room to be brought into memory.
    cold: Notify,
    /// When the last successful reading began that passed all that had been rung for; closed when the
    /// tail has stopped, so that nobody waits for it in vain.
    readings: watch::Receiver<Moment>,
    started: Moment,
    /// How many bytes the logs of rooms may take.
    budget: usize,
}

/// What a poll asks about a room's log.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Which room's.
    pub room: RoomId,
    /// How far its reader has read.
    pub after: Cursor,
    /// How new the people are that they know; nothing if they need not be told.
    pub people: Option<Cursor>,
}

/// What memory says to a reader who names the version they have.
pub enum Known<T> {
    /// That is the newest.
    Unchanged,
    /// There is something newer.
    Changed(T),
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
            rung: Mutex::default(),
            bell: Notify::new(),
            cold: Notify::new(),
            readings,
            started: read_at,
            budget,
        }));
        Ok((live.clone(), Tail::new(live, reading)))
    }

    /// How often the database was gone to for memory: by the tail, and to load rooms.
    #[must_use]
    pub fn checkouts(&self) -> (u64, u64) {
        (self.0.store.checkouts(), self.0.loading.checkouts())
    }

    /// Has the tail read what was committed before this call, and waits until it has, but not for ever.
    /// To be called after every commit, so that whoever did something finds it in their next poll.
    pub async fn settle(&self) {
        let committed = Moment::now();
        self.0.bell.notify_one();
        let mut readings = self.0.readings.clone();
        let passes = readings.wait_for(|began| !began.is_before(committed));
        let _ = tokio::time::timeout(APPLY_TIMEOUT, passes).await;
    }

    /// The same after a commit to the log of `room`, which is watched from here on. What is being loaded may be
    /// older than the commit, and is no concern of the tail's until it is there.
    pub async fn settle_post(&self, room: RoomId) {
        self.watch(room);
        let loading = self.read().watched.loading(room).map(Notify::notified_owned);
        let passes = async {
            if let Some(loaded) = loading {
                loaded.await;
            }
            self.rung().insert(room);
            self.settle().await;
        };
        let _ = tokio::time::timeout(APPLY_TIMEOUT, passes).await;
    }

    /// The active session with this token.
    #[must_use]
    pub fn session(&self, token: &TokenHash) -> Option<Arc<Session>> {
        let now = Moment::now();
        self.fresh(now)?.sessions.get(token, self.time_at(now)).cloned()
    }

    /// Keeps a session that was read from the database, unless the tail is past that reading: the end
    /// of the session might be among what it has passed.
    pub fn remember(&self, found: &FoundSession) {
        let mut state = self.write();
        let head = state.directory.head();
        if found.head.seq > head.seq || found.head == head {
            state.sessions.insert(found.session.clone());
        }
    }

    /// Has the next question about this session go to the database.
    pub fn forget(&self, token: &TokenHash) {
        self.write().sessions.remove(token);
    }

    /// Whether `account` is in the open room `room`; `false` when memory does not know.
    #[must_use]
    pub fn is_inside(&self, account: AccountId, room: RoomId) -> bool {
        self.fresh(Moment::now()).is_some_and(|state| state.directory.is_inside(account, room))
    }

    /// What somebody is told who asks about the log of a room and may listen there. Asking is watching: the
    /// tail follows the room from here on.
    #[must_use]
    pub fn updates(&self, question: Question) -> Option<Known<LiveUpdates>> {
        self.tell(&question, |_, _| true).known()
    }

    /// The same once the room is in memory. Who asks first has it loaded, and all who ask meanwhile wait for
    /// that.
    pub async fn updates_once_loaded(&self, question: Question) -> Option<Known<LiveUpdates>> {
        match self.tell(&question, |_, _| true) {
            Told::Loading(loaded) => {
                tokio::time::timeout(APPLY_TIMEOUT, loaded).await.ok()?;
                self.updates(question)
            }
            told => told.known(),
        }
    }

    /// What memory tells at once to whoever presents this token, if it knows that they may listen there, and
    /// that the session is that of `account`, if one is named: all that a poll asks, under one lock.
    #[must_use]
    pub fn poll(
        &self,
        token: &TokenHash,
        account: Option<i64>,
        question: Question,
    ) -> Option<Known<LiveUpdates>> {
        let may =
            |state: &State, now| state.may_listen(token, account, question.room, (now, self.time_at(now)));
        self.tell(&question, may).known()
    }

    fn tell(&self, question: &Question, may: impl Fn(&State, Moment) -> bool) -> Told<Known<LiveUpdates>> {
        let now = Moment::now();
        let asked = now.millis_since(self.0.started);
        {
            let Some(state) = self.whole().filter(|state| may(state, now)) else { return Told::Unknown };
            if state.watched.ask(question.room, asked) {
                return state.updates(question, now);
            }
        }
        self.add(question.room, asked);
        self.whole().map_or(Told::Unknown, |state| state.updates(question, now))
    }

    /// Page `page` of the list as `account` sees it.
    #[must_use]
    pub fn list_page(&self, account: AccountId, page: i64, seen: Option<Cursor>) -> Option<Known<ListPage>> {
        let state = self.fresh(Moment::now())?;
        since(seen, state.directory.list_version(), || state.directory.list_page(account, page))
    }

    /// How new what is known of the people in `room` is.
    #[must_use]
    pub fn people_version(&self, room: RoomId, seen: Option<Cursor>) -> Option<Known<Position>> {
        let version = self.fresh(Moment::now())?.directory.people_version(room)?;
        since(seen, version, || version)
    }

    /// The names of those in `room`, and how new they are.
    #[must_use]
    pub fn people(&self, room: RoomId) -> Option<(Vec<String>, Position)> {
        let state = self.fresh(Moment::now())?;
        let version = state.directory.people_version(room)?;
        Some((state.directory.names_inside(room), version))
    }

    /// Notes that `room` is of interest here, and has the tail follow it if it did not.
    fn watch(&self, room: RoomId) {
        let asked = Moment::now().millis_since(self.0.started);
        if !self.read().watched.ask(room, asked) {
            self.add(room, asked);
        }
    }

    fn add(&self, room: RoomId, asked: u64) {
        let mut state = self.write();
        if state.directory.people_version(room).is_some() {
            state.watched.add(room, asked);
            self.0.cold.notify_one();
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

    // After a panic under the lock the tail reads all of it anew (see `Live::catch_up`).
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn rung(&self) -> std::sync::MutexGuard<'_, HashSet<RoomId>> {
        self.0.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Compares the version a reader has with the one in memory. A reader who is ahead has asked another
/// instance, or comes from another history: only the database can tell.
fn since<T>(seen: Option<Cursor>, version: Position, newer: impl FnOnce() -> T) -> Option<Known<T>> {
    match seen {
        Some(seen) if seen.is_at(version) => Some(Known::Unchanged),
        Some(seen) if seen.seq > version.seq => None,
        _ => Some(Known::Changed(newer())),
    }
}
