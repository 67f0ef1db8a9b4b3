//! What this instance knows without asking: a projection of the house log and of the watched rooms' logs.
//!
//! It is filled by the [`tail`] alone and holds nothing that the logs do not say. It only ever says
//! *yes*: every question answers `None` when memory is not sure, or older than [`STALE`], and then the
//! database is asked. Refusals never come from here.

mod house;
mod log;
mod sessions;
mod tail;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

pub use log::LiveUpdates;
pub use tail::Tail;

use crate::model::accounts::AccountId;
use crate::model::log::{Cursor, Position};
use crate::model::rooms::RoomId;
use crate::model::sessions::TokenHash;
use crate::store::{Error, FoundSession, ListPage, Session, Store};
use house::House;
use log::RoomLog;
use sessions::Sessions;

/// How old the last successful reading of the logs may be for memory to answer.
const STALE: Duration = Duration::from_secs(2);
/// How long a handler waits for the tail to pass what it has just committed.
const PATIENCE: Duration = Duration::from_secs(1);

/// This instance's projection. Cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Shared>);

struct Shared {
    /// The tail's own, also in what it counts: what polls cost can be told from what the tail costs.
    store: Store,
    state: RwLock<State>,
    /// Rung after a commit, so that the tail does not wait for its tick.
    bell: Notify,
    /// When the last successful reading began; closed when the tail has stopped, so that nobody waits
    /// for it in vain.
    readings: watch::Receiver<Instant>,
    started: Instant,
}

struct State {
    house: House,
    sessions: Sessions,
    watched: HashMap<RoomId, Watched>,
    /// When the last successful reading of the logs began.
    read_at: Instant,
}

/// A room that somebody here polls or posts to.
struct Watched {
    /// Nothing until the tail has read it for the first time.
    log: Option<RoomLog>,
    /// Milliseconds after the start of the instance when it was last asked for.
    asked: AtomicU64,
}

/// An entry that does not continue what is known: the projection must be read anew.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Discontinued;

/// What memory says to a reader who names the version they have.
pub enum Known<T> {
    /// That is the newest.
    Unchanged,
    /// There is something newer.
    Changed(T),
}

impl Live {
    /// Starts from what the database holds now. Memory lives as long as the [`Tail`] is run.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(store: &Store) -> Result<(Self, Tail), Error> {
        let read_at = Instant::now();
        let state = State {
            house: House::new(store.house_snapshot().await?),
            sessions: Sessions::default(),
            watched: HashMap::new(),
            read_at,
        };
        let (reading, readings) = watch::channel(read_at);
        let store = store.for_tail();
        let (state, bell) = (RwLock::new(state), Notify::new());
        let live = Self(Arc::new(Shared { store, state, bell, readings, started: read_at }));
        Ok((live.clone(), Tail::new(live, reading)))
    }

    /// Has the tail read what was committed before this call, and waits until it has, but not for ever.
    /// To be called after every commit, so that whoever did something finds it in their next poll.
    pub async fn settle(&self) {
        let committed = Instant::now();
        self.0.bell.notify_one();
        let mut readings = self.0.readings.clone();
        let passes = readings.wait_for(|began| *began >= committed);
        let _ = tokio::time::timeout(PATIENCE, passes).await;
    }

    /// The living session with this token.
    #[must_use]
    pub fn session(&self, token: &TokenHash) -> Option<Arc<Session>> {
        self.fresh()?.sessions.get(token)
    }

    /// Keeps a session that was read from the database, unless the tail is past that reading: the end
    /// of the session might be among what it has passed.
    pub fn remember(&self, found: &FoundSession) {
        let mut state = self.write();
        let head = state.house.head();
        if found.head.seq > head.seq || found.head == head {
            state.sessions.insert(found.session.clone());
        }
    }

    /// Has the next question about this session go to the database.
    pub fn forget(&self, token: &TokenHash) {
        self.write().sessions.remove(token);
    }

    /// Whether `account` is in the living room `room`; `false` when memory does not know.
    #[must_use]
    pub fn is_inside(&self, account: AccountId, room: RoomId) -> bool {
        self.fresh().is_some_and(|state| state.house.is_inside(account, room))
    }

    /// What follows `after` in the log of `room`, for a reader who knows its people as of `people`.
    /// Asking is watching: the tail follows the room from here on.
    #[must_use]
    pub fn updates(&self, room: RoomId, after: Cursor, people: Option<Cursor>) -> Option<Known<LiveUpdates>> {
        self.watch(room);
        let state = self.fresh()?;
        let moved = state.house.people_version(room)?;
        let updates = state.watched.get(&room)?.log.as_ref()?.after(after, moved)?;
        match people {
            Some(seen) if seen.seq > moved.seq => None,
            Some(seen) if !seen.is_at(moved) => Some(Known::Changed(updates)),
            _ if updates.messages.is_empty() => Some(Known::Unchanged),
            _ => Some(Known::Changed(updates)),
        }
    }

    /// Page `page` of the list as `account` sees it.
    #[must_use]
    pub fn list_page(&self, account: AccountId, page: i64, seen: Option<Cursor>) -> Option<Known<ListPage>> {
        let state = self.fresh()?;
        since(seen, state.house.list_version(), || state.house.list_page(account, page))
    }

    /// The names of those in `room`, and how new they are.
    #[must_use]
    pub fn people(&self, room: RoomId, seen: Option<Cursor>) -> Option<Known<(Vec<String>, Position)>> {
        let state = self.fresh()?;
        let version = state.house.people_version(room)?;
        since(seen, version, || (state.house.names_inside(room), version))
    }

    /// Notes that `room` is of interest here, and has the tail follow it if it did not.
    pub fn watch(&self, room: RoomId) {
        let now = u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Some(watched) = self.read().watched.get(&room) {
            watched.asked.store(now, Ordering::Relaxed);
            return;
        }
        let mut state = self.write();
        if state.house.people_version(room).is_some() {
            state.watched.entry(room).or_insert(Watched { log: None, asked: AtomicU64::new(now) });
        }
    }

    /// The state, if it is new enough to answer from.
    fn fresh(&self) -> Option<RwLockReadGuard<'_, State>> {
        let state = self.read();
        (state.read_at.elapsed() < STALE).then_some(state)
    }

    // A panic under the lock leaves at worst an old projection, which its age then gives away.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.state.write().unwrap_or_else(PoisonError::into_inner)
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
