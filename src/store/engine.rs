//! All that differs between SQLite and PostgreSQL.
//!
//! The statements in this folder run on both as they are; how a connection is made, how a transaction
//! begins and where the migrations stand is decided here.

mod beside;
mod checks;
mod copies;
mod integrity;
mod migrations;
mod postgres_url;
mod search;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::AnyConnectOptions;
use sqlx::{ConnectOptions, Connection as _};
use tokio::time::{Instant, timeout};

use super::checkout::Budget;
use super::clock::Clock;
use super::error::OpenError;
use super::lock_file;
use super::new_files::NewFiles;
use super::pool::{Lifetimes, Pool};
use crate::config::DatabaseLimits;

/// The database behind a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    /// One file, one process.
    Sqlite(PathBuf),
    /// A server that several instances share.
    Postgres,
}

/// How long the start waits for a database: a busy server may take its time.
pub(super) const START_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request waits for SQLite.
const SQLITE_WAIT: Duration = Duration::from_secs(2);

/// The time limits of what the start asks.
pub(super) const AT_THE_START: Budget = Budget { wait: START_TIMEOUT, work: START_TIMEOUT };
/// The time limits of what reads all rooms and people: a hundred times what 100,000 people in 10,000 rooms take.
pub(super) const FOR_SNAPSHOTS: Budget = Budget { wait: START_TIMEOUT, work: Duration::from_secs(30) };

pub(super) use beside::{FOR_COMMANDS, OF_COMMANDS};
pub(super) use search::{Reach, block_terms};

impl Engine {
    /// Reads the scheme of a `database_url`; an unknown one is refused, not taken for a file name.
    pub(super) fn of(url: &str) -> Result<Self, OpenError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres);
        }
        match url.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() && !path.contains([':', '?']) => {
                Ok(Self::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))))
            }
            // The rest of it may hold a password.
            _ => Err(OpenError::new(format!(
                "database_url begins with “{}”; it reads sqlite:<file> or postgres://<user>@<host>/<database>",
                url.split(':').next().unwrap_or_default()
            ))),
        }
    }

    /// Its name.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// How a transaction that writes begins, which is to be over by `until`. SQLite must take its write lock
    /// here: a read lock cannot be raised later without risking `SQLITE_BUSY_SNAPSHOT`, which no waiting cures.
    pub(super) fn begin_write(&self, until: Instant) -> String {
        match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE".to_owned(),
            Self::Postgres => format!("BEGIN; {}", server_limits("set local", left(until))),
        }
    }

    /// The same for one whose statements must all see the same moment.
    pub(super) fn begin_snapshot(&self, until: Instant) -> String {
        match self {
            Self::Sqlite(_) => "BEGIN".to_owned(),
            Self::Postgres => {
                let limits = server_limits("set local", left(until));
                format!("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; {limits}")
            }
        }
    }

    /// A statement whose answer stays the same, on one connection, until somebody commits: what others
    /// have written to the file (<https://sqlite.org/pragma.html#pragma_data_version>), and which
    /// transactions are visible (`pg_current_snapshot`).
    pub(super) fn change_token(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "select cast(data_version as text) from pragma_data_version",
            Self::Postgres => "select cast(pg_current_snapshot() as text)",
        }
    }

    /// A statement that tells the database's time as [`TIME`](super::clock::TIME), in milliseconds since 1970.
    pub(super) fn time(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "select cast(unixepoch('subsec') * 1000 as integer) as time",
            Self::Postgres => "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as time",
        }
    }

    /// The time limits of requests. A checkout of SQLite is at worst behind others' writes, and nothing is gained
    /// by giving up once it is there: there is no other instance to ask.
    pub(super) fn budget(&self, limits: DatabaseLimits) -> Budget {
        match self {
            Self::Sqlite(_) => Budget { wait: SQLITE_WAIT, work: START_TIMEOUT },
            Self::Postgres => Budget { wait: limits.timeout / 2, work: limits.timeout },
        }
    }

    /// Whether each room may have a commit queue of its own. SQLite has one writer, so one queue.
    pub(super) fn has_many_writers(&self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// One process per SQLite file.
    pub(super) async fn lock(&self) -> Result<Option<(File, NewFiles)>, OpenError> {
        match self {
            Self::Sqlite(path) => lock_file::take(path).await.map(Some),
            Self::Postgres => Ok(None),
        }
    }

    /// At most `size` connections.
    pub(super) fn pool(
        &self,
        url: &str,
        size: u32,
        limits: DatabaseLimits,
        lifetimes: Lifetimes,
        clock: &Arc<Clock>,
    ) -> Result<Arc<Pool>, OpenError> {
        let lifetimes = matches!(self, Self::Postgres).then_some(lifetimes);
        // sqlx would tell of a slow statement by its whole text.
        let options = self.options(url)?.disable_statement_logging();
        Ok(Pool::new(options, self.init_sql(limits), size, lifetimes, Arc::clone(clock)))
    }

    /// SQL run on every new connection.
    ///
    /// SQLite: `synchronous = full`, so that what was answered with 201 is on disk; `secure_delete`, so that what is
    /// deleted is overwritten in the file, and not only let go of. The busy timeout is for
    /// backups and the `sqlite3` shell; inside Parlor nobody competes.
    ///
    /// PostgreSQL: it lets go of what a frozen instance holds, and gives up before we do ([`server_limits`]). A
    /// standby (one that was the primary until just now, say) fails this SQL, so that no connection to it is kept:
    /// what it would answer is old, and the address may lead to the primary a moment later. Code 57P03 is tried
    /// again. It says what time it is ([`Clock`]), where SQLite has this machine's.
    fn init_sql(&self, limits: DatabaseLimits) -> String {
        match self {
            Self::Sqlite(_) => "pragma busy_timeout = 5000; pragma journal_mode = wal;
                                pragma synchronous = full; pragma foreign_keys = on;
                                pragma secure_delete = on"
                .to_owned(),
            Self::Postgres => {
                let timeout = limits.timeout.as_millis();
                let (server_limits, time) = (server_limits("set", limits.timeout), self.time());
                format!(
                    "{server_limits}; set idle_in_transaction_session_timeout = {timeout};
                     do $$ begin
                         if pg_is_in_recovery() then
                             raise exception 'the server is a standby' using errcode = '57P03';
                         end if;
                     end $$; {time}"
                )
            }
        }
    }

    fn options(&self, url: &str) -> Result<AnyConnectOptions, OpenError> {
        sqlx::any::install_default_drivers();
        match self {
            Self::Sqlite(path) => sqlite_options(path),
            Self::Postgres => postgres_url::options(url),
        }
    }

    /// Checks version and settings, and migrates the schema, on a connection of its own: a migration may take longer than any checkout.
    pub(super) async fn prepare(&self, url: &str) -> Result<(), OpenError> {
        let options = self.options(url)?;
        let connecting = timeout(START_TIMEOUT, options.connect()).await;
        let connected =
            connecting.unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()));
        let mut connection = connected.map_err(|error| match self {
            Self::Sqlite(_) => error.into(),
            Self::Postgres => checks::unreachable(&options, &error),
        })?;
        match self {
            Self::Sqlite(_) => checks::sqlite(&mut connection).await?,
            Self::Postgres => checks::postgres(&mut connection).await?,
        }
        migrations::migrate(self, &mut connection).await?;
        connection.close().await?;
        Ok(())
    }
}

/// What is left until then.
fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}

/// Has PostgreSQL give up shortly before we do, so that a statement which takes too long, or waits for a lock,
/// ends with an error that says so and not with a connection thrown away. Where a transaction begins this
/// costs no round trip.
///
/// Within a request's time the limit for locks passes before PostgreSQL looks for deadlocks (`deadlock_timeout`, a
/// second by default, which only a superuser may change), so that one would be reported as a lock timeout,
/// and not be tried again. Requests cannot deadlock each other (see the lock order of [`store`](super)); only
/// somebody else at the same database, or a change of all names by a new version, could be part of it.
fn server_limits(set: &str, left: Duration) -> String {
    // Zero would be no limit; and the limit that passes first is the one that is reported.
    let milliseconds = left.as_millis().max(10);
    let (lock, statement) = (milliseconds * 8 / 10, milliseconds * 9 / 10);
    format!("{set} lock_timeout = {lock}; {set} statement_timeout = {statement}")
}

fn sqlite_options(path: &Path) -> Result<AnyConnectOptions, OpenError> {
    // The path travels in a URL, where these three mean something else.
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    Ok(format!("sqlite:{path}?mode=rwc").parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_scheme_is_refused() {
        assert_eq!(Engine::of("sqlite:a/b.db").unwrap(), Engine::Sqlite("a/b.db".into()));
        assert_eq!(Engine::of("sqlite:///tmp/b.db").unwrap(), Engine::Sqlite("/tmp/b.db".into()));
        assert_eq!(Engine::of("postgres://ana@localhost/parlor").unwrap(), Engine::Postgres);
        for url in ["", "parlor.db", "mysql://x", "sqlite:", "sqlite::memory:", "sqlite:a?mode=ro"] {
            assert!(Engine::of(url).is_err(), "{url:?}");
        }
    }
}
