//! A connection as a request holds it: every statement on it runs under the deadline of its checkout.
//!
//! One that missed it, or broke, is dropped and never used again; that says nothing about others.

use std::sync::Arc;

use futures_util::TryFutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use sqlx::any::{AnyArguments, AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::{Any, AnyConnection, AssertSqlSafe, Either, Execute, Executor, SqlStr};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout, timeout_at};

use super::error::timed_out;
use super::pool::{Acquired, CLEANUP_TIMEOUT, Pool};
use super::slow;
use crate::model::Timestamp;

/// A connection that somebody holds. Dropped in the middle of a statement it is closed; dropped in the middle of a
/// transaction it is given back once that has been rolled back.
pub(super) struct Connection {
    pool: Arc<Pool>,
    /// There until dropped.
    acquired: Option<Acquired>,
    until: Instant,
    is_busy: bool,
    in_transaction: bool,
}

impl Connection {
    pub(super) fn new(pool: Arc<Pool>, acquired: Acquired) -> Self {
        let until = acquired.until;
        Self { pool, acquired: Some(acquired), until, is_busy: false, in_transaction: false }
    }

    /// When its checkout is to be over.
    pub(super) fn until(&self) -> Instant {
        self.until
    }

    /// The time that sessions end by.
    pub(super) fn now(&self) -> Timestamp {
        self.pool.now()
    }

    pub(super) async fn begin(mut self, statement: String) -> sqlx::Result<Self> {
        self.in_transaction = true;
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut self).await?;
        Ok(self)
    }

    pub(super) async fn commit(mut self) -> sqlx::Result<()> {
        sqlx::raw_sql("COMMIT").execute(&mut self).await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Ends a transaction that has only read: what was read stays right whatever becomes of this. Without it the
    /// transaction ends as well, by a task that has yet to get its turn.
    pub(super) async fn end(self) {
        let _ = self.commit().await;
    }

    /// Runs one statement under the deadline.
    async fn run<'c, T, F>(
        &'c mut self,
        sql: SqlStr,
        statement: impl FnOnce(&'c mut AnyConnection, SqlStr) -> F,
    ) -> sqlx::Result<T>
    where
        F: Future<Output = sqlx::Result<T>>,
    {
        let Self { acquired, is_busy, until, .. } = self;
        let Acquired { pooled, .. } = acquired.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        *is_busy = true;
        let began = Instant::now();
        let running = statement(&mut pooled.connection, sql.clone());
        let outcome = timeout_at(*until, running).await.unwrap_or_else(|_| Err(timed_out()));
        *is_busy = outcome.as_ref().is_err_and(is_broken);
        slow::note(sql.as_str(), began.elapsed());
        outcome
    }
}

/// Whether a connection that gave this error is of no further use.
fn is_broken(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Database, Io, Protocol, Tls, WorkerCrashed};
    match error {
        Io(_) | Protocol(_) | Tls(_) | WorkerCrashed => true,
        // PostgreSQL closes it: it is going down, or has waited too long for the next statement.
        Database(error) => error.code().is_some_and(|code| code.starts_with("57P0") || code == "25P03"),
        _ => false,
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(Acquired { mut pooled, held, .. }) = self.acquired.take() else { return };
        if self.is_busy {
            return;
        }
        if !self.in_transaction {
            self.pool.give_back(pooled);
        } else if let Ok(runtime) = Handle::try_current() {
            let pool = Arc::clone(&self.pool);
            runtime.spawn(async move {
                let rollback = sqlx::raw_sql("ROLLBACK").execute(&mut pooled.connection);
                if let Ok(Ok(_)) = timeout(CLEANUP_TIMEOUT, rollback).await {
                    pool.give_back(pooled);
                }
                drop(held);
            });
        }
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("until", &self.until).finish_non_exhaustive()
    }
}

/// A query in its parts, so that its text can be logged when it was slow.
fn parts<'q>(mut query: impl Execute<'q, Any>) -> sqlx::Result<(SqlStr, Option<AnyArguments>)> {
    let arguments = query.take_arguments().map_err(sqlx::Error::Encode)?;
    Ok((query.sql(), arguments))
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
        let results = async move {
            let (sql, arguments) = parts(query)?;
            self.run(sql, |pooled, sql| pooled.fetch_many((sql, arguments)).try_collect::<Vec<_>>()).await
        };
        let results = results.map_ok(|results| stream::iter(results.into_iter().map(Ok)));
        stream::once(results).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        Box::pin(async move {
            let (sql, arguments) = parts(query)?;
            self.run(sql, |pooled, sql| pooled.fetch_optional((sql, arguments))).await
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [AnyTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
    where
        'c: 'e,
    {
        Box::pin(self.run(sql, |pooled, sql| pooled.prepare_with(sql, parameters)))
    }
}
