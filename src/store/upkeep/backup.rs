//! Copying a database while it is used.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::{Progress, Report, check};
use crate::new_file::NewFile;
use crate::store::database::Store;
use crate::store::engine::Engine;
use crate::store::error::OpenError;

/// How often it is looked how much has been written.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Copies the database at `url`, as it is at one moment, into a new file that its owner alone may read: a database of
/// SQLite, or a dump of PostgreSQL. Whoever uses the database is not kept waiting.
/// A database is checked before it gets its name, and gets it whatever is found.
///
/// # Errors
/// When there is no such database, or the file is there already or cannot be written: then there is none.
pub async fn back_up(url: &str, to: &Path, progress: Progress<'_>) -> Result<Option<Report>, OpenError> {
    let engine = Engine::of(url)?;
    engine.require_schema(url).await?;
    let file = NewFile::at(to).map_err(|error| cannot_write(to, &error))?;
    let size = engine.size(url).await?.unwrap_or(0);
    watched(engine.copy(url, file.path()), file.path(), size, progress).await?;
    let report = match engine {
        Engine::Sqlite(_) => Some(check(Store::of_file(file.path()).await?, progress).await?),
        Engine::Postgres => None,
    };
    file.keep().map_err(|error| cannot_write(to, &error))?;
    Ok(report)
}

/// Tells of the size of a file while it is written.
pub(super) async fn watched<T>(
    work: impl Future<Output = T>,
    file: &Path,
    size: u64,
    progress: Progress<'_>,
) -> T {
    tokio::pin!(work);
    loop {
        tokio::select! {
            outcome = &mut work => return outcome,
            () = tokio::time::sleep(LOOK_EVERY) => {
                progress(std::fs::metadata(file).map_or(0, |written| written.len()), size);
            }
        }
    }
}

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> OpenError {
    OpenError::new(format!("cannot write {}: {error}", path.display()))
}
