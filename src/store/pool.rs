//! Connections: how many there are, how long anyone waits for one, and for what it answers.
//!
//! Every statement runs under the deadline of the visit it belongs to. A connection that missed it, or
//! broke, is dropped and never lent again. sqlx's own pool cannot promise that: it pings whatever is
//! given back and waits for the answer without limit, so that a line which swallows what is sent takes
//! one connection after the other, each with its place in the pool.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::TryFutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use sqlx::any::{AnyConnectOptions, AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::{
    Any, AnyConnection, AssertSqlSafe, ConnectOptions, Connection as _, Either, Execute, Executor, SqlStr,
};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

/// How long putting things in order afterwards may take: a rollback, a farewell.
pub(super) const FAREWELL: Duration = Duration::from_secs(1);

/// How much longer closing may take: SQLite brings its log into the file then, and a disk may be busy.
const CLOSING: Duration = Duration::from_secs(4);

/// Connections of one kind: so many at most, made when needed, kept when not.
pub(super) struct Pool {
    options: AnyConnectOptions,
    /// What is said first on every connection.
    greeting: String,
    size: u32,
    places: Arc<Semaphore>,
    kept: Mutex<Kept>,
    made: AtomicU64,
}

/// What nobody uses at the moment.
#[derive(Default)]
struct Kept {
    /// Each with the moment it was given back, the latest last.
    idle: Vec<(AnyConnection, Instant)>,
    /// When an answer was last waited for in vain: what has been idle since before is not trusted.
    missed: Option<Instant>,
}

impl Pool {
    pub(super) fn new(options: AnyConnectOptions, greeting: String, size: u32) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(Semaphore::MAX_PERMITS)));
        Arc::new(Self { options, greeting, size, places, kept: Mutex::default(), made: AtomicU64::new(0) })
    }

    /// A connection that answers, to be used until the deadline and waited for no longer than that.
    pub(super) async fn lend(self: &Arc<Self>, until: Instant) -> sqlx::Result<Connection> {
        let place = timeout_at(until, Arc::clone(&self.places).acquire_owned());
        let place = place.await.map_err(|_| missed())?.map_err(|_| sqlx::Error::PoolClosed)?;
        let Ok(raw) = timeout_at(until, self.living()).await else {
            self.distrust();
            return Err(missed());
        };
        let (pool, lent) = (Arc::clone(self), Some((raw?, place)));
        Ok(Connection { pool, lent, until, is_busy: false, in_transaction: false })
    }

    async fn living(&self) -> sqlx::Result<AnyConnection> {
        while let Some(mut raw) = self.trusted() {
            if raw.ping().await.is_ok() {
                return Ok(raw);
            }
        }
        let mut raw = self.options.connect().await?;
        sqlx::raw_sql(AssertSqlSafe(self.greeting.clone())).execute(&mut raw).await?;
        self.made.fetch_add(1, Ordering::Relaxed);
        Ok(raw)
    }

    /// How many connections there have been.
    pub(super) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    fn trusted(&self) -> Option<AnyConnection> {
        let mut kept = self.kept();
        let (raw, since) = kept.idle.pop()?;
        if kept.missed.is_some_and(|missed| since <= missed) {
            kept.idle.clear();
            return None;
        }
        Some(raw)
    }

    fn distrust(&self) {
        self.kept().missed = Some(Instant::now());
    }

    fn keep(&self, raw: AnyConnection) {
        if !self.places.is_closed() {
            self.kept().idle.push((raw, Instant::now()));
        }
    }

    /// Waits until then for what is lent, and closes what is not.
    pub(super) async fn close(&self, until: Instant) {
        let _all = timeout_at(until, self.places.acquire_many(self.size)).await;
        self.places.close();
        let idle = std::mem::take(&mut self.kept().idle);
        let _ = timeout_at(until + CLOSING, async {
            for (raw, _) in idle {
                let _ = raw.close().await;
            }
        })
        .await;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is told of an answer that did not come in time.
fn missed() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "no answer in time"))
}

/// A lent connection. Dropped in the middle of a statement it is closed; dropped in the middle of a
/// transaction it is given back once that has been rolled back.
pub(super) struct Connection {
    pool: Arc<Pool>,
    /// There until dropped.
    lent: Option<(AnyConnection, OwnedSemaphorePermit)>,
    until: Instant,
    is_busy: bool,
    in_transaction: bool,
}

impl Connection {
    pub(super) async fn begin(mut self, statement: &'static str) -> sqlx::Result<Self> {
        self.in_transaction = true;
        sqlx::raw_sql(statement).execute(&mut self).await?;
        Ok(self)
    }

    pub(super) async fn commit(mut self) -> sqlx::Result<()> {
        sqlx::raw_sql("COMMIT").execute(&mut self).await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Runs one statement under the deadline.
    async fn run<'c, T, F>(
        &'c mut self,
        statement: impl FnOnce(&'c mut AnyConnection) -> F,
    ) -> sqlx::Result<T>
    where
        F: Future<Output = sqlx::Result<T>>,
    {
        let Self { lent, is_busy, until, .. } = self;
        let (raw, _) = lent.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        *is_busy = true;
        let outcome = timeout_at(*until, statement(raw)).await.unwrap_or_else(|_| Err(missed()));
        *is_busy = outcome.as_ref().is_err_and(is_broken);
        outcome
    }
}

/// Whether a connection that gave this error is of no further use.
fn is_broken(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Io, Protocol, Tls, WorkerCrashed};
    matches!(error, Io(_) | Protocol(_) | Tls(_) | WorkerCrashed)
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some((mut raw, place)) = self.lent.take() else { return };
        if self.is_busy {
            if Instant::now() >= self.until {
                self.pool.distrust();
            }
        } else if !self.in_transaction {
            self.pool.keep(raw);
        } else if let Ok(runtime) = Handle::try_current() {
            let pool = Arc::clone(&self.pool);
            runtime.spawn(async move {
                let rollback = sqlx::raw_sql("ROLLBACK").execute(&mut raw);
                match timeout(FAREWELL, rollback).await {
                    Ok(Ok(_)) => pool.keep(raw),
                    Ok(Err(_)) => {}
                    Err(_) => pool.distrust(),
                }
                drop(place);
            });
        }
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("until", &self.until).finish_non_exhaustive()
    }
}

impl<'c> Executor<'c> for &'c mut Connection {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, sqlx::Result<Either<AnyQueryResult, AnyRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let results = self.run(|raw| raw.fetch_many(query).try_collect::<Vec<_>>());
        let results = results.map_ok(|results| stream::iter(results.into_iter().map(Ok)));
        stream::once(results).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        Box::pin(self.run(|raw| raw.fetch_optional(query)))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [AnyTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
    where
        'c: 'e,
    {
        Box::pin(self.run(|raw| raw.prepare_with(sql, parameters)))
    }
}
