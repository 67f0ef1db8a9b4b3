//! The connection pool: how many there are, who gets one, and for how long it is kept.
//!
//! Why not sqlx's own pool: it pings whatever is given back and waits for the answer without limit, so that
//! a line which swallows what is sent takes one connection after the other, each with its place in the pool
//! (transact-rs/sqlx#4349). Once that is closed, most of this file can go.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions, Connection as _, Row as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, interval, timeout, timeout_at};

use super::admission::{AdmissionQueue, Slot, TrafficClass};
use super::checkout::Checkout;
use super::clock::{Clock, TIME};
use super::error::{Error, Failure, timed_out};
use super::reserve::OpenReserve;
use crate::model::Timestamp;

/// The time limit for a rollback and for closing a connection.
pub(super) const CLEANUP_TIMEOUT: Duration = Duration::from_secs(1);

/// A checkout with less time left than this is refused.
const WORK_TIME_MIN: Duration = Duration::from_millis(10);

/// How much longer closing may take: SQLite brings its log into the file then, and a disk may be busy.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(4);

/// How long connections that cross a network are kept: firewalls, proxies and balancers forget those that
/// are silent, and tell nobody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetimes {
    /// One that was idle for longer is pinged before its next use …
    pub(super) ping_after: Duration,
    /// … and given up for a new one if it has not answered by then.
    pub(super) ping_timeout: Duration,
    /// One that was idle for longer is closed.
    pub(super) idle_timeout: Duration,
    /// One that is older is closed after its next use: whatever a server keeps for it is let go.
    pub(super) max_age: Duration,
}

impl Lifetimes {
    pub(super) const NETWORK: Self = Self {
        ping_after: Duration::from_secs(1),
        ping_timeout: Duration::from_millis(150),
        idle_timeout: Duration::from_mins(1),
        max_age: Duration::from_mins(30),
    };

    /// For the tail, which forgets all sessions with every new connection.
    pub(super) const TAIL: Self = Self { max_age: Duration::MAX, ..Self::NETWORK };
}

/// Connections of one kind: so many at most, made when needed, kept for a while.
pub(super) struct Pool {
    options: AnyConnectOptions,
    /// What is said first on every connection.
    init_sql: String,
    size: u32,
    lifetimes: Option<Lifetimes>,
    clock: Arc<Clock>,
    pages: Arc<AdmissionQueue>,
    polls: Arc<AdmissionQueue>,
    writes: Arc<AdmissionQueue>,
    /// As many as connections. Whoever comes here has passed their queue, so nobody waits long.
    slots: Arc<Semaphore>,
    /// What nobody uses at the moment, the latest last.
    idle: Mutex<Vec<PooledConnection>>,
    made: AtomicU64,
}

/// An open connection.
pub(super) struct PooledConnection {
    pub(super) connection: AnyConnection,
    made: Instant,
    used: Instant,
}

/// A connection to use until then, and what is given back after it, in this order.
pub(super) struct Acquired {
    pub(super) pooled: PooledConnection,
    pub(super) until: Instant,
    pub(super) held: (OwnedSemaphorePermit, Option<Slot>, Checkout),
}

impl Pool {
    /// Writes, which may have to wait for a lock, hold half of the connections at most.
    pub(super) fn new(
        options: AnyConnectOptions,
        init_sql: String,
        size: u32,
        lifetimes: Option<Lifetimes>,
        clock: Arc<Clock>,
    ) -> Arc<Self> {
        let pool = Arc::new(Self {
            options,
            init_sql,
            size,
            lifetimes,
            clock,
            pages: AdmissionQueue::new(TrafficClass::Pages, size),
            polls: AdmissionQueue::new(TrafficClass::Polls, size),
            writes: AdmissionQueue::new(TrafficClass::Writes, size.div_ceil(2)),
            slots: Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(Semaphore::MAX_PERMITS))),
            idle: Mutex::default(),
            made: AtomicU64::new(0),
        });
        if let Some(lifetimes) = lifetimes {
            pool.close_idle(lifetimes);
        }
        pool
    }

    /// A connection that works.
    pub(super) async fn acquire(&self, checkout: Checkout) -> Result<Acquired, Error> {
        let queue = match checkout.class {
            TrafficClass::Pages | TrafficClass::Polls if checkout.was_admitted() => None,
            TrafficClass::Pages => Some(&self.pages),
            TrafficClass::Polls => Some(&self.polls),
            TrafficClass::Writes => Some(&self.writes),
        };
        let slot = match queue {
            Some(queue) => Some(queue.enter(checkout.wait_until(), checkout.was_admitted()).await?),
            None => None,
        };
        let permit = timeout_at(checkout.wait_until(), Arc::clone(&self.slots).acquire_owned())
            .await
            .map_err(|_| Failure::WaitedTooLong(checkout.class.name()))?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let until = checkout.work_until();
        // A connection whose first statement misses the deadline would be lost for nothing.
        if until.saturating_duration_since(Instant::now()) < WORK_TIME_MIN {
            return Err(Failure::WaitedTooLong(checkout.class.name()).into());
        }
        checkout.admit();
        let pooled = timeout_at(until, self.connect_or_reuse()).await.map_err(|_| timed_out())??;
        Ok(Acquired { pooled, until, held: (permit, slot, checkout) })
    }

    async fn connect_or_reuse(&self) -> sqlx::Result<PooledConnection> {
        let idle = self.idle.lock().pop();
        if let Some(mut pooled) = idle {
            match self.lifetimes {
                Some(lifetimes) if pooled.used.elapsed() > lifetimes.ping_after => {
                    if let Ok(Ok(())) = timeout(lifetimes.ping_timeout, pooled.connection.ping()).await {
                        return Ok(pooled);
                    }
                }
                _ => return Ok(pooled),
            }
        }
        let _reserve = OpenReserve::new();
        let mut connection = self.options.connect().await?;
        let rows = sqlx::raw_sql(AssertSqlSafe(self.init_sql.clone())).fetch_all(&mut connection).await?;
        if let Some(Ok(time)) = rows.last().map(|row| row.try_get(TIME)) {
            self.clock.set(Timestamp(time));
        }
        self.made.fetch_add(1, Ordering::Relaxed);
        let made = Instant::now();
        Ok(PooledConnection { connection, made, used: made })
    }

    /// The time that sessions end by.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.at(Instant::now().into_std())
    }

    /// How many connections there have been.
    pub(super) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    pub(super) fn give_back(&self, mut pooled: PooledConnection) {
        let is_old = self.lifetimes.is_some_and(|lifetimes| pooled.made.elapsed() > lifetimes.max_age);
        if !is_old && !self.slots.is_closed() {
            pooled.used = Instant::now();
            self.idle.lock().push(pooled);
        }
    }

    /// Closes what has been idle for too long, for as long as the pool lives.
    fn close_idle(self: &Arc<Self>, lifetimes: Lifetimes) {
        let pool = Arc::downgrade(self);
        let mut ticks = interval(lifetimes.idle_timeout / 4);
        tokio::spawn(async move {
            loop {
                ticks.tick().await;
                let Some(pool) = pool.upgrade() else { return };
                let silent: Vec<PooledConnection> = pool
                    .idle
                    .lock()
                    .extract_if(.., |pooled| pooled.used.elapsed() > lifetimes.idle_timeout)
                    .collect();
                for pooled in silent {
                    let _ = timeout(CLEANUP_TIMEOUT, pooled.connection.close()).await;
                }
            }
        });
    }

    /// Waits until then for connections that are in use, and closes the others.
    pub(super) async fn close(&self, until: Instant) {
        let _all = timeout_at(until, self.slots.acquire_many(self.size)).await;
        for queue in [&self.pages, &self.polls, &self.writes] {
            queue.close();
        }
        self.slots.close();
        let idle = std::mem::take(&mut *self.idle.lock());
        let _ = timeout_at(until + CLOSE_TIMEOUT, async {
            for pooled in idle {
                let _ = pooled.connection.close().await;
            }
        })
        .await;
    }
}

#[cfg(test)]
mod tests;
