//! The handle to the database: connections for those who read and write, and how long they may take.

use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::admission::TrafficClass;
use super::checkout::{Budget, Checkout, RequestTime};
use super::clock::Clock;
use super::commit_queue::CommitQueues;
use super::commits::Commits;
use super::connection::Connection;
use super::engine::{self, Engine};
use super::error::{Error, OpenError};
use super::new_files::NewFiles;
use super::pool::{CLEANUP_TIMEOUT, Lifetimes, Pool};
use crate::config::DatabaseLimits;
use crate::model::Timestamp;
use crate::model::digests::DigestKey;

/// How many rooms' logs are brought into memory at once, in as many statements.
const LOADERS: u32 = 2;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(super) shared: Arc<Shared>,
    pub(super) readers: Arc<Pool>,
    checkouts: Arc<AtomicU64>,
    pub(super) budget: Budget,
    /// What is read through this handle.
    class: TrafficClass,
    /// The request it is for, if it is for one.
    pub(super) request: Option<Arc<RequestTime>>,
}

pub(super) struct Shared {
    pub(super) engine: Engine,
    limits: DatabaseLimits,
    pub(super) clock: Arc<Clock>,
    pub(super) writers: Arc<Pool>,
    /// The tail's own, so that it never waits behind requests.
    tail: Arc<Pool>,
    /// The loaders', who bring rooms into memory beside the tail.
    loaders: Arc<Pool>,
    pub(super) commit_queues: CommitQueues,
    pub(super) commits: Commits,
    /// Read at the start.
    pub(super) digest_key: OnceLock<DigestKey>,
    /// What this start has made on disk, until it has succeeded; taken away while the lock is held.
    new_files: Mutex<NewFiles>,
    _lock: Option<File>,
}

/// The connections of a store, by what they are for.
pub(super) struct Pools {
    pub(super) readers: Arc<Pool>,
    pub(super) writers: Arc<Pool>,
    pub(super) tail: Arc<Pool>,
    pub(super) loaders: Arc<Pool>,
}

impl Store {
    /// How many connections there are beside those for requests at most: the tail's, the loaders', and on SQLite the one
    /// that writes.
    pub const BESIDE_REQUESTS: u32 = 1 + LOADERS + 1;

    /// Prepares the database at `url` and its schema, and makes the pools: their connections are made when they are
    /// needed.
    pub(super) async fn connect(url: &str, limits: DatabaseLimits) -> Result<Self, OpenError> {
        let engine = Engine::of(url)?;
        let (lock, new_files) = engine.lock().await?.unzip();
        engine.prepare(url).await?;
        let clock = Arc::new(Clock::default());
        let pool = |size, lifetimes| engine.pool(url, size, limits, lifetimes, &clock);
        let readers = pool(limits.connections, Lifetimes::NETWORK)?;
        let writers =
            if engine.has_many_writers() { Arc::clone(&readers) } else { pool(1, Lifetimes::NETWORK)? };
        let pools = Pools {
            readers,
            writers,
            tail: pool(1, Lifetimes::TAIL)?,
            loaders: pool(LOADERS, Lifetimes::NETWORK)?,
        };
        let store = Self::new(engine, limits, clock, pools, lock);
        *store.shared.new_files.lock() = new_files.unwrap_or_default();
        Ok(store)
    }

    pub(super) fn new(
        engine: Engine,
        limits: DatabaseLimits,
        clock: Arc<Clock>,
        pools: Pools,
        lock: Option<File>,
    ) -> Self {
        let Pools { readers, writers, tail, loaders } = pools;
        let shared = Shared {
            engine,
            limits,
            clock,
            writers,
            tail,
            loaders,
            commit_queues: CommitQueues::default(),
            commits: Commits::default(),
            digest_key: OnceLock::new(),
            new_files: Mutex::default(),
            _lock: lock,
        };
        Self {
            shared: Arc::new(shared),
            readers,
            checkouts: Arc::default(),
            budget: engine::AT_THE_START,
            class: TrafficClass::Pages,
            request: None,
        }
    }

    /// The same database for the tail: with a connection and a count of [`Store::checkouts`] of its own.
    pub fn for_tail(&self) -> Self {
        let readers = Arc::clone(&self.shared.tail);
        Self { readers, checkouts: Arc::default(), ..self.for_requests() }
    }

    /// The same database for those who bring rooms into memory beside the tail, [`LOADERS`] at a time.
    pub fn for_loading(&self) -> Self {
        let readers = Arc::clone(&self.shared.loaders);
        Self { readers, checkouts: Arc::default(), ..self.for_requests() }
    }

    /// The same database for those who cannot wait long: the start is over.
    pub fn for_requests(&self) -> Self {
        Self { budget: self.shared.engine.budget(self.shared.limits), ..self.clone() }
    }

    /// The same database for one request that makes a page or changes something: it has so much time for
    /// all that it asks, and once it was let in it is not refused at once.
    pub fn for_page(&self) -> Self {
        Self { class: TrafficClass::Pages, request: Some(Arc::default()), ..self.clone() }
    }

    /// The same for one that memory could not answer, so that it does not wait behind pages.
    pub fn for_poll(&self) -> Self {
        Self { class: TrafficClass::Polls, request: Some(Arc::default()), ..self.clone() }
    }

    /// The database's kind, for the log: `sqlite` or `postgres`.
    pub fn kind(&self) -> &'static str {
        self.shared.engine.name()
    }

    /// The number of checkouts through this handle and its clones. No statement runs
    /// without a checkout; a checkout runs one statement or more.
    pub fn checkouts(&self) -> u64 {
        self.checkouts.load(Ordering::Relaxed)
    }

    /// How many connections have been made for this handle and its clones: another number, another
    /// connection, and perhaps another database behind the same address.
    pub fn connections_made(&self) -> u64 {
        self.readers.made()
    }

    /// The start has succeeded: what it has made on disk stays there.
    pub fn keep_new_files(&self) {
        self.shared.new_files.lock().keep();
    }

    /// Waits a little for what is under way and closes every connection.
    pub async fn close(&self) {
        // One after the other: SQLite clears its log away when the last connection closes, and of two
        // that close at once each may find that it is not the last.
        let until = Instant::now() + CLEANUP_TIMEOUT;
        for pool in [&self.shared.tail, &self.shared.loaders, &self.readers, &self.shared.writers] {
            pool.close(until).await;
        }
    }

    /// What was measured of the transactions of posts.
    pub fn commits(&self) -> &Commits {
        &self.shared.commits
    }

    /// The time that sessions end by: the database's.
    pub fn now(&self) -> Timestamp {
        self.time_at(Instant::now().into_std())
    }

    /// The same at a moment that is hardly past.
    pub fn time_at(&self, moment: std::time::Instant) -> Timestamp {
        self.shared.clock.at(moment)
    }

    /// Begins a checkout that is to be over by `end`.
    pub(super) async fn checkout(
        &self,
        pool: &Arc<Pool>,
        class: TrafficClass,
        end: Instant,
    ) -> Result<Connection, Error> {
        self.checkouts.fetch_add(1, Ordering::Relaxed);
        let acquired = pool.acquire(Checkout::new(class, self.budget, end, self.request.clone())).await?;
        Ok(Connection::new(Arc::clone(pool), acquired))
    }

    /// When what begins now is to be over.
    pub(super) fn deadline(&self) -> Instant {
        let checkout = self.budget.of_a_checkout();
        let left = self.request.as_ref().map_or(checkout, |request| request.left(self.budget));
        Instant::now() + checkout.min(left)
    }

    /// A connection for one statement that reads.
    pub(super) async fn reader(&self) -> Result<Connection, Error> {
        self.checkout(&self.readers, self.class, self.deadline()).await
    }

    /// A transaction in which every statement sees the same moment.
    pub(super) async fn snapshot(&self) -> Result<Connection, Error> {
        let reader = self.reader().await?;
        let begin = self.shared.engine.begin_snapshot(reader.until());
        Ok(reader.begin(begin).await?)
    }

    /// The same for what reads all rooms and people, which nobody waits for with a page open.
    pub(super) async fn long_snapshot(&self) -> Result<Connection, Error> {
        Self { budget: engine::FOR_SNAPSHOTS, ..self.clone() }.snapshot().await
    }
}
