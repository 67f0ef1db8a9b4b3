//! A copy of a SQLite database, made while it may be in use.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sqlx::AnyConnection;

use super::error::OpenError;

/// Writes all that the database holds at this moment to the file `to`, which its owner alone can read. When this
/// returns the copy is on disk and whole; what was at `to` before is replaced by it.
///
/// # Errors
/// When it cannot be written: then what was at `to` is still there.
pub(super) async fn copy_sqlite(connection: &mut AnyConnection, to: &Path) -> Result<(), OpenError> {
    let failed = |error: &dyn std::fmt::Display| {
        OpenError::new(format!("cannot copy the database to {}: {error}", to.display()))
    };
    let unfinished = to.with_added_extension("part");
    let outcome = write(connection, &unfinished).await.map_err(|error| failed(&error));
    let outcome = outcome.and_then(|()| publish(&unfinished, to).map_err(|error| failed(&error)));
    if outcome.is_err() {
        // It may never have been made.
        let _ = fs::remove_file(&unfinished);
    }
    outcome
}

/// SQLite fills an empty file that is there already, and leaves its mode alone.
async fn write(connection: &mut AnyConnection, to: &Path) -> Result<(), sqlx::Error> {
    // What an attempt that was cut short has left.
    let _ = fs::remove_file(to);
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    // An absolute path is never read as a URL.
    let path = std::path::absolute(to)?;
    let path = path.to_str().ok_or_else(|| io::Error::other("the path is not UTF-8"))?.to_owned();
    sqlx::query("vacuum into $1").bind(path).execute(connection).await?;
    Ok(())
}

/// Gives the copy its name once it is on disk, which `vacuum into` does not see to.
fn publish(unfinished: &Path, to: &Path) -> io::Result<()> {
    File::open(unfinished)?.sync_all()?;
    fs::rename(unfinished, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.map_or_else(|| PathBuf::from("."), Path::to_owned))?.sync_all()
}
