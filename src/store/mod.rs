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
mod posts;
mod rooms;
mod sessions;
mod sql;
pub mod sweeper;
mod whereabouts;

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Transaction};

pub use accounts::Credentials;
pub use error::Error;
pub use house::{Heads, Snapshot, SnapshotRoom};
pub use lists::{ListPage, ROOMS_A_PAGE, pages};
pub use messages::{PAGE_MAX, UPDATE_MAX, Updates};
pub use posts::{Post, Posted};
pub use rooms::{Room, RoomPage};
pub use sessions::{FoundSession, NewSession, Session};

use engine::Engine;
use lanes::Lanes;

/// How often a transaction is tried again after a deadlock or a lost connection.
const RETRIES: u32 = 4;

/// A transaction that writes.
type Writing = Transaction<'static, Any>;

/// The house's database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    visits: Arc<AtomicU64>,
    /// How long to wait for a connection, less than the pool would; nothing while the house starts.
    patience: Option<Duration>,
}

struct Shared {
    engine: Engine,
    readers: AnyPool,
    writers: AnyPool,
    lanes: Lanes,
    _lock: Option<File>,
}

impl Store {
    /// Opens the database at `url`, creates what is missing and brings the schema up to date.
    ///
    /// # Errors
    /// When the URL has no known scheme, the database cannot be reached or written, another process
    /// holds the SQLite file, or the schema is not one this program knows.
    pub async fn open(url: &str, connections: u32) -> Result<Self, OpenError> {
        let engine = Engine::of(url)?;
        let lock = engine.lock()?;
        engine.migrate(url).await?;
        let (readers, writers) = engine.connect(url, connections).await?;
        let shared = Shared { engine, readers, writers, lanes: Lanes::default(), _lock: lock };
        let store = Self { shared: Arc::new(shared), visits: Arc::default(), patience: None };
        store.found_house().await?;
        Ok(store)
    }

    /// The same database under another count of [`Store::visits`].
    #[must_use]
    pub fn counted_apart(&self) -> Self {
        Self { visits: Arc::default(), ..self.clone() }
    }

    /// The same database for those who cannot wait long: the start is over.
    #[must_use]
    pub fn for_requests(&self) -> Self {
        Self { patience: Some(self.shared.engine.patience()), ..self.clone() }
    }

    /// How often the database was gone to through this handle and its clones. No statement runs
    /// without a visit; a visit runs one statement or more.
    #[must_use]
    pub fn visits(&self) -> u64 {
        self.visits.load(Ordering::Relaxed)
    }

    /// Waits for what is under way and closes every connection.
    pub async fn close(&self) {
        self.shared.readers.close().await;
        self.shared.writers.close().await;
    }

    /// Counts a visit, and waits for its beginning no longer than there is patience.
    async fn visit<T>(&self, beginning: impl Future<Output = sqlx::Result<T>>) -> Result<T, Error> {
        self.visits.fetch_add(1, Ordering::Relaxed);
        let Some(patience) = self.patience else { return Ok(beginning.await?) };
        let begun = tokio::time::timeout(patience, beginning).await;
        Ok(begun.unwrap_or(Err(sqlx::Error::PoolTimedOut))?)
    }

    /// A connection for one statement that reads.
    async fn reader(&self) -> Result<PoolConnection<Any>, Error> {
        self.visit(self.shared.readers.acquire()).await
    }

    /// A transaction in which every statement sees the same moment.
    async fn snapshot(&self) -> Result<Transaction<'static, Any>, Error> {
        self.visit(self.shared.readers.begin_with(self.shared.engine.begin_snapshot())).await
    }

    /// Runs `work` as one transaction, and again after a deadlock or a lost connection. `work` hands the
    /// transaction back to have it committed; when it fails instead, all is rolled back. A lost answer to
    /// COMMIT counts as a lost connection: `work` must find what an earlier run of it has already done.
    async fn write<T, F>(&self, work: impl Fn(Writing) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Writing), Error>>,
    {
        let mut tries = 0;
        loop {
            match self.write_once(&work).await {
                Err(error) if error.is_passing() && tries < RETRIES => tries += 1,
                outcome => return outcome,
            }
        }
    }

    async fn write_once<T, F>(&self, work: &impl Fn(Writing) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Writing), Error>>,
    {
        let begun = self.visit(self.shared.writers.begin_with(self.shared.engine.begin_write())).await?;
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
