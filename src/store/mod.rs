//! The database: the only SQL of the program.
//!
//! One file per noun, one text per statement, the same on SQLite and PostgreSQL; what must differ stands
//! in [`engine`]. Writes are transactions that lock before they read what must be true (see [`Store::write`]).
//! Lock order: account, its sessions, room, membership, site. No request holds two accounts, nor on PostgreSQL
//! two rooms, so no two of them can be deadlocked.

mod accounts;
mod admission;
mod checkout;
mod clock;
mod committed;
mod connection;
mod engine;
mod error;
mod events;
mod lock_file;
mod locks;
mod memberships;
mod messages;
mod names;
mod new_files;
mod pool;
mod rooms;
mod rows;
mod sessions;
mod site;
mod slow;
mod sql;
pub mod sweeper;

use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub use accounts::Credentials;
pub use committed::{Changed, Committed};
pub use error::{Error, Failure, OpenError};
pub use events::{Snapshot, SnapshotRoom};
pub use messages::{EntryRange, Heads, History, Newest, UPDATE_MAX, Updates};
pub use rooms::RoomPage;
pub use sessions::{FoundSession, NewSession};

use crate::config::Limits;
use crate::model::digests::DigestKey;
use admission::Purpose;
use checkout::{Budget, Checkout, RequestTime};
use clock::Clock;
use connection::Connection;
use engine::Engine;
use messages::commit_queue::CommitQueues;
use new_files::NewFiles;
use pool::{Pool, Upkeep};

/// How many rooms' logs are brought into memory at once, in as many statements.
const LOADERS: u32 = 2;
/// How often a transaction is tried again after a deadlock or a lost connection, if its checkout lasts so long.
const RETRIES: u32 = 6;
/// How long to wait before it is tried again; twice as long each time.
const PAUSE: Duration = Duration::from_millis(10);

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    readers: Arc<Pool>,
    checkouts: Arc<AtomicU64>,
    budget: Budget,
    /// What is read through this handle.
    purpose: Purpose,
    /// The request it is for, if it is for one.
    request: Option<Arc<RequestTime>>,
}

struct Shared {
    engine: Engine,
    limits: Limits,
    clock: Arc<Clock>,
    writers: Arc<Pool>,
    /// The tail's own, so that it never waits behind requests.
    tail: Arc<Pool>,
    /// The loaders', who bring rooms into memory beside the tail.
    loaders: Arc<Pool>,
    commit_queues: CommitQueues,
    /// Read at the start.
    digest_key: OnceLock<DigestKey>,
    /// What this start has made on disk, until it has succeeded; taken away while the lock is held.
    new_files: Mutex<NewFiles>,
    _lock: Option<File>,
}

impl Store {
    /// How many connections there are beside those for requests: the tail's, the loaders',
    /// and on SQLite the one that writes.
    pub const BESIDE_REQUESTS: u32 = 1 + LOADERS + 1;

    /// Opens the database at `url`, creates what is missing and brings the schema up to date.
    ///
    /// # Errors
    /// When the URL has no known scheme, the database cannot be reached or written or would not keep
    /// what it acknowledges, another process holds the SQLite file, or the schema is not one this
    /// program knows.
    pub async fn open(url: &str, limits: Limits) -> Result<Self, OpenError> {
        let engine = Engine::of(url)?;
        let (lock, new_files) = engine.lock().await?.unzip();
        engine.prepare(url).await?;
        let clock = Arc::new(Clock::default());
        let pool = |size, upkeep| engine.pool(url, size, limits, upkeep, &clock);
        let readers = pool(limits.connections, Upkeep::NETWORK)?;
        let writers =
            if engine.has_many_writers() { Arc::clone(&readers) } else { pool(1, Upkeep::NETWORK)? };
        let (tail, loaders) = (pool(1, Upkeep::LASTING)?, pool(LOADERS, Upkeep::NETWORK)?);
        let shared = Shared {
            engine,
            limits,
            clock,
            writers,
            tail,
            loaders,
            commit_queues: CommitQueues::default(),
            digest_key: OnceLock::new(),
            new_files: Mutex::new(new_files.unwrap_or_default()),
            _lock: lock,
        };
        let store = Self {
            shared: Arc::new(shared),
            readers,
            checkouts: Arc::default(),
            budget: engine::AT_THE_START,
            purpose: Purpose::Pages,
            request: None,
        };
        let founded = async {
            store.ensure_site_row().await?;
            store.read_digest_key().await?;
            store.renew_names().await
        };
        match founded.await {
            Ok(()) => Ok(store),
            Err(error) => {
                store.close().await;
                Err(error.into())
            }
        }
    }

    /// The same database for the tail: with a connection and a count of [`Store::checkouts`] of its own.
    #[must_use]
    pub fn for_tail(&self) -> Self {
        let readers = Arc::clone(&self.shared.tail);
        Self { readers, checkouts: Arc::default(), ..self.for_requests() }
    }

    /// The same database for those who bring rooms into memory beside the tail, [`LOADERS`] at a time.
    #[must_use]
    pub fn for_loading(&self) -> Self {
        let readers = Arc::clone(&self.shared.loaders);
        Self { readers, checkouts: Arc::default(), ..self.for_requests() }
    }

    /// The same database for those who cannot wait long: the start is over.
    #[must_use]
    pub fn for_requests(&self) -> Self {
        Self { budget: self.shared.engine.budget(self.shared.limits), ..self.clone() }
    }

    /// The same database for one request that makes a page or changes something: it has so much time for
    /// all that it asks, and once it was let in it is not refused at once.
    #[must_use]
    pub fn for_page(&self) -> Self {
        Self { purpose: Purpose::Pages, request: Some(Arc::default()), ..self.clone() }
    }

    /// The same for one that memory could not answer, so that it does not wait behind pages.
    #[must_use]
    pub fn for_poll(&self) -> Self {
        Self { purpose: Purpose::Polls, request: Some(Arc::default()), ..self.clone() }
    }

    /// The database's kind, for the log: `sqlite` or `postgres`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.shared.engine.name()
    }

    /// The number of checkouts through this handle and its clones. No statement runs
    /// without a checkout; a checkout runs one statement or more.
    #[must_use]
    pub fn checkouts(&self) -> u64 {
        self.checkouts.load(Ordering::Relaxed)
    }

    /// How many connections have been made for this handle and its clones: another number, another
    /// connection, and perhaps another database behind the same address.
    #[must_use]
    pub fn connections_made(&self) -> u64 {
        self.readers.made()
    }

    /// The start has succeeded: what it has made on disk stays there.
    pub fn keep_new_files(&self) {
        self.shared.new_files.lock().unwrap_or_else(PoisonError::into_inner).keep();
    }

    /// Waits a little for what is under way and closes every connection.
    pub async fn close(&self) {
        // One after the other: SQLite clears its log away when the last connection closes, and of two
        // that close at once each may find that it is not the last.
        let until = Instant::now() + pool::CLEANUP_TIMEOUT;
        for pool in [&self.shared.tail, &self.shared.loaders, &self.readers, &self.shared.writers] {
            pool.close(until).await;
        }
    }

    /// Begins a checkout that is to be over by `end`.
    async fn checkout(&self, pool: &Arc<Pool>, purpose: Purpose, end: Instant) -> Result<Connection, Error> {
        self.checkouts.fetch_add(1, Ordering::Relaxed);
        pool.acquire(Checkout::new(purpose, self.budget, end, self.request.clone())).await
    }

    /// When what begins now is to be over.
    fn deadline(&self) -> Instant {
        let checkout = self.budget.of_a_checkout();
        let left = self.request.as_ref().map_or(checkout, |request| request.left(self.budget));
        Instant::now() + checkout.min(left)
    }

    /// A connection for one statement that reads.
    async fn reader(&self) -> Result<Connection, Error> {
        self.checkout(&self.readers, self.purpose, self.deadline()).await
    }

    /// A transaction in which every statement sees the same moment.
    async fn snapshot(&self) -> Result<Connection, Error> {
        let reader = self.reader().await?;
        let begin = self.shared.engine.begin_snapshot(reader.until());
        Ok(reader.begin(begin).await?)
    }

    /// The same for what reads all rooms and people, which nobody waits for with a page open.
    async fn long_snapshot(&self) -> Result<Connection, Error> {
        Self { budget: engine::FOR_SNAPSHOTS, ..self.clone() }.snapshot().await
    }

    /// Runs `work` as one transaction, and again after a deadlock or a lost connection. `work` hands the
    /// transaction back to have it committed; when it fails instead, all is rolled back. A lost answer to
    /// COMMIT counts as a lost connection: `work` must find what an earlier run of it has already done.
    async fn write<T, F>(&self, work: impl Fn(Connection) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Connection), Error>>,
    {
        self.write_by(self.deadline(), work).await
    }

    /// The same, to be over by `end`. Of several failures the first is told: it is the cause.
    async fn write_by<T, F>(&self, end: Instant, work: impl Fn(Connection) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Connection), Error>>,
    {
        let (mut first, mut tries) = (None, 0);
        loop {
            let error = match self.write_once(end, &work).await {
                Err(error @ Error::Failed(_)) => error,
                outcome => return outcome,
            };
            let is_over = !error.is_passing() || tries == RETRIES;
            let cause = first.get_or_insert(error);
            if is_over {
                return Err(cause.clone());
            }
            tokio::time::sleep(PAUSE * 2_u32.pow(tries)).await;
            tries += 1;
        }
    }

    async fn write_once<T, F>(&self, end: Instant, work: &impl Fn(Connection) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Connection), Error>>,
    {
        let connection = self.checkout(&self.shared.writers, Purpose::Writes, end).await?;
        let begin = self.shared.engine.begin_write(connection.until());
        let begun = connection.begin(begin).await?;
        let (outcome, writing) = work(begun).await?;
        writing.commit().await?;
        Ok(outcome)
    }
}
