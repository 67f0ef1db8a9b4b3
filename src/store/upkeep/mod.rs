//! What is done to a database as a whole, from the command line: copying it, checking it, putting a copy in its place.

mod backup;
mod check;
mod exchange;
mod restore;
mod room_changes;
mod room_log;
mod rows;
mod search_index;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clock::Clock;
use super::database::{Pools, Store};
use super::engine::{self, Engine};
use super::error::OpenError;

pub use backup::back_up;
pub use check::Report;
pub use exchange::Aside;
pub use restore::restore;

/// Is told what is done, and of how much; of 0 where that is not known.
pub type Progress<'p> = &'p (dyn Fn(u64, u64) + Sync);

/// How the name of a backup of the database at `url` ends.
///
/// # Errors
/// When the URL is not understood.
pub fn extension(url: &str) -> Result<&'static str, OpenError> {
    Ok(match Engine::of(url)? {
        Engine::Sqlite(_) => "db",
        Engine::Postgres => "dump",
    })
}

/// The file of the database at `url`, if it is one of SQLite.
///
/// # Errors
/// When the URL is not understood.
pub fn file_of(url: &str) -> Result<Option<PathBuf>, OpenError> {
    Ok(match Engine::of(url)? {
        Engine::Sqlite(path) => Some(path),
        Engine::Postgres => None,
    })
}

/// # Errors
/// When there is no database of this program's schema at `url`.
pub async fn require(url: &str) -> Result<(), OpenError> {
    Engine::of(url)?.require_schema(url).await
}

impl Store {
    /// The database at `url` for a command that only reads, while a Parlor may be running on it.
    ///
    /// # Errors
    /// When there is none, it cannot be reached, or its schema is not this program's.
    pub async fn beside(url: &str) -> Result<Self, OpenError> {
        open(Engine::of(url)?, url).await
    }

    /// The file it is in, if it is one of SQLite.
    pub fn file(&self) -> Option<&Path> {
        match &self.shared.engine {
            Engine::Sqlite(path) => Some(path),
            Engine::Postgres => None,
        }
    }

    /// The same of a file of SQLite: a backup.
    ///
    /// # Errors
    /// The same.
    pub async fn of_file(path: &Path) -> Result<Self, OpenError> {
        require_sqlite(path)?;
        open(Engine::Sqlite(path.to_owned()), "").await
    }
}

/// Checks all of a database, and lets go of it.
async fn check(store: Store, progress: Progress<'_>) -> Result<Report, OpenError> {
    let report = store.check(progress).await;
    store.close().await;
    Ok(report?)
}

/// Nothing is locked, made or changed.
async fn open(engine: Engine, url: &str) -> Result<Store, OpenError> {
    engine.require_schema(url).await?;
    let clock = Arc::new(Clock::default());
    let readers = engine.pool_beside(url, &clock)?;
    let same = || Arc::clone(&readers);
    let pools = Pools { writers: same(), tail: same(), loaders: same(), readers };
    let mut store = Store::new(engine, engine::FOR_COMMANDS, clock, pools, None);
    store.budget = engine::OF_COMMANDS;
    Ok(store)
}

/// # Errors
/// When this is not a file of SQLite.
fn require_sqlite(path: &Path) -> Result<(), OpenError> {
    use std::io::Read;
    let mut beginning = [0; 16];
    let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut beginning));
    let length = read.map_err(|error| OpenError::new(format!("{}: {error}", path.display())))?;
    match &beginning[..length] {
        b"SQLite format 3\0" => Ok(()),
        [b'P', b'G', b'D', b'M', b'P', ..] => Err(OpenError::new(format!(
            "{} is a dump of PostgreSQL: set PARLOR_DATABASE_URL to an empty PostgreSQL database, and restore it there",
            path.display()
        ))),
        _ => Err(OpenError::new(format!("{} is not a backup of Parlor", path.display()))),
    }
}
