//! The database: the only SQL of the house.
//!
//! One file per noun, one text per statement, the same on SQLite and PostgreSQL; what must differ stands
//! in [`engine`]. Writes are transactions that lock before they read what must be true (see [`Store::write`]).
//! Lock order: session, account, membership, room, house.

mod accounts;
mod engine;
mod error;
mod house;
mod lanes;
mod lists;
mod memberships;
mod messages;
mod pool;
mod posts;
mod rooms;
mod sessions;
mod sql;
mod stretches;
pub mod sweeper;
mod whereabouts;

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

pub use accounts::Credentials;
pub use error::Error;
pub use house::{Snapshot, SnapshotRoom};
pub use lists::{ListPage, ROOMS_A_PAGE, pages};
pub use messages::{UPDATE_MAX, Updates};
pub use posts::{Post, Posted};
pub use rooms::{Room, RoomPage};
pub use sessions::{FoundSession, NewSession, Session};
pub use stretches::{Heads, NEWEST, Newest, Stretch};

use crate::config::Limits;
use engine::Engine;
use lanes::Lanes;
use pool::{Connection, Pool};

/// How many rooms' logs are brought into memory at once, in as many statements.
const LOADERS: u32 = 2;
/// How often a transaction is tried again after a deadlock or a lost connection, if its visit lasts so long.
const RETRIES: u32 = 6;
/// How long to wait before it is tried again; twice as long each time.
const PAUSE: Duration = Duration::from_millis(10);

/// The house's database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    readers: Arc<Pool>,
    visits: Arc<AtomicU64>,
    /// How long a visit may take.
    patience: Duration,
}

struct Shared {
    engine: Engine,
    limits: Limits,
    writers: Arc<Pool>,
    /// The tail's own, so that it never waits behind requests.
    tail: Arc<Pool>,
    /// Theirs who bring rooms into memory beside the tail.
    loaders: Arc<Pool>,
    lanes: Lanes,
    _lock: Option<File>,
}

impl Store {
    /// Opens the database at `url`, creates what is missing and brings the schema up to date.
    ///
    /// # Errors
    /// When the URL has no known scheme, the database cannot be reached or written or would not keep
    /// what it acknowledges, another process holds the SQLite file, or the schema is not one this
    /// program knows.
    pub async fn open(url: &str, limits: Limits) -> Result<Self, OpenError> {
        let engine = Engine::of(url)?;
        let lock = engine.lock().await?;
        engine.prepare(url).await?;
        let pool = |size| engine.pool(url, size, limits);
        let readers = pool(limits.connections)?;
        let writers = if engine.has_many_writers() { Arc::clone(&readers) } else { pool(1)? };
        let (tail, loaders) = (pool(1)?, pool(LOADERS)?);
        let shared = Shared { engine, limits, writers, tail, loaders, lanes: Lanes::default(), _lock: lock };
        let patience = engine::START_PATIENCE;
        let store = Self { shared: Arc::new(shared), readers, visits: Arc::default(), patience };
        store.found_house().await?;
        Ok(store)
    }

    /// The same database for the tail: with a connection and a count of [`Store::visits`] of its own.
    #[must_use]
    pub fn for_tail(&self) -> Self {
        let readers = Arc::clone(&self.shared.tail);
        Self { readers, visits: Arc::default(), ..self.for_requests() }
    }

    /// The same database for those who bring rooms into memory beside the tail, [`LOADERS`] at a time.
    #[must_use]
    pub fn for_loading(&self) -> Self {
        let readers = Arc::clone(&self.shared.loaders);
        Self { readers, visits: Arc::default(), ..self.for_requests() }
    }

    /// The same database for those who cannot wait long: the start is over.
    #[must_use]
    pub fn for_requests(&self) -> Self {
        Self { patience: self.shared.engine.patience(self.shared.limits), ..self.clone() }
    }

    /// The database's kind, for the log: `sqlite` or `postgres`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.shared.engine.name()
    }

    /// How often the database was gone to through this handle and its clones. No statement runs
    /// without a visit; a visit runs one statement or more.
    #[must_use]
    pub fn visits(&self) -> u64 {
        self.visits.load(Ordering::Relaxed)
    }

    /// How many connections have been made for this handle and its clones: another number, another
    /// connection, and perhaps another database behind the same address.
    #[must_use]
    pub fn connections_made(&self) -> u64 {
        self.readers.made()
    }

    /// Waits a little for what is under way and closes every connection.
    pub async fn close(&self) {
        // One after the other: SQLite clears its log away when the last connection closes, and of two
        // that close at once each may find that it is not the last.
        let until = Instant::now() + pool::FAREWELL;
        for pool in [&self.shared.tail, &self.shared.loaders, &self.readers, &self.shared.writers] {
            pool.close(until).await;
        }
    }

    /// Begins a visit that is to be over by `until`.
    async fn visit(&self, pool: &Arc<Pool>, until: Instant) -> Result<Connection, Error> {
        self.visits.fetch_add(1, Ordering::Relaxed);
        Ok(pool.lend(until).await?)
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.patience
    }

    /// A connection for one statement that reads.
    async fn reader(&self) -> Result<Connection, Error> {
        self.visit(&self.readers, self.deadline()).await
    }

    /// A transaction in which every statement sees the same moment.
    async fn snapshot(&self) -> Result<Connection, Error> {
        Ok(self.reader().await?.begin(self.shared.engine.begin_snapshot()).await?)
    }

    /// Runs `work` as one transaction, and again after a deadlock or a lost connection. `work` hands the
    /// transaction back to have it committed; when it fails instead, all is rolled back. A lost answer to
    /// COMMIT counts as a lost connection: `work` must find what an earlier run of it has already done.
    async fn write<T, F>(&self, work: impl Fn(Connection) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Connection), Error>>,
    {
        let until = self.deadline();
        let mut tries = 0;
        loop {
            match self.write_once(until, &work).await {
                Err(error) if error.is_passing() && tries < RETRIES => {
                    tokio::time::sleep(PAUSE * 2_u32.pow(tries)).await;
                    tries += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn write_once<T, F>(&self, until: Instant, work: &impl Fn(Connection) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Connection), Error>>,
    {
        let connection = self.visit(&self.shared.writers, until).await?;
        let begun = connection.begin(self.shared.engine.begin_write()).await?;
        let (outcome, writing) = work(begun).await?;
        writing.commit().await?;
        Ok(outcome)
    }
}

/// Why the database could not be opened: a sentence for the person who runs Parlor.
#[derive(Debug)]
pub struct OpenError(String);

impl OpenError {
    fn new(reason: String) -> Self {
        Self(reason)
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self(format!("the database cannot be opened: {error}"))
    }
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self(format!("the database cannot be used: {error}"))
    }
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OpenError {}
