//! The file that keeps a second process away from a SQLite database: held for life, and freed when its holder ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::error::OpenError;
use super::new_files::NewFiles;

/// How long the start waits for another process to let go of its file, and how often it looks: one that has just
/// been killed may not have done so yet.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);
const RETRY_DELAY: Duration = Duration::from_millis(10);

/// Takes the lock beside the database at `path`, and says what the start is going to make there.
///
/// The database file itself is never opened for that: closing any handle of it would drop the locks SQLite
/// holds on it (<https://sqlite.org/howtocorrupt.html>, section 2.2).
pub(super) async fn take(path: &Path) -> Result<(File, NewFiles), OpenError> {
    let (file, made) = lock(path, "several instances need PostgreSQL").await?;
    let new_files = NewFiles::beside(path, made);
    keep_private(path).map_err(|error| cannot_write(path, error))?;
    Ok((file, new_files))
}

/// The lock, for as long as a command changes the database. A lock file that was not there goes with it: it may belong
/// to another user than the Parlor that starts next.
pub(super) struct Held {
    // Removed while it is locked.
    _made: NewFiles,
    _file: File,
}

/// Takes the lock beside a database that may not be there, and makes nothing else.
pub(super) async fn hold(path: &Path) -> Result<Held, OpenError> {
    let (file, made) = lock(path, "stop it first").await?;
    Ok(Held { _made: NewFiles::only(made), _file: file })
}

/// The open lock file, and its path if it was not there; `advice` is for when another has it.
async fn lock(path: &Path, advice: &str) -> Result<(File, Option<PathBuf>), OpenError> {
    let lock = path.with_added_extension("lock");
    let made = (!lock.exists()).then(|| lock.clone());
    let until = Instant::now() + LOCK_TIMEOUT;
    loop {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(|error| match &made {
            Some(lock) => cannot_make(lock, &error),
            None => cannot_write(&lock, error),
        })?;
        match file.try_lock() {
            // Whoever fails to start takes away the lock file it has made, and this may have been it.
            Ok(()) if is_at(&file, &lock) => return Ok((file, made)),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(RETRY_DELAY).await,
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::new(format!(
                    "{} is in use by another Parlor; {advice}",
                    path.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(cannot_write(&lock, error)),
        }
    }
}

/// Why a file cannot be made beside the database.
fn cannot_make(path: &Path, error: &std::io::Error) -> OpenError {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(&path).display();
    OpenError::new(match error.kind() {
        std::io::ErrorKind::NotFound => {
            format!("there is no folder {folder}, which database_url names: please make it")
        }
        _ => format!("cannot write in the folder {folder}, which database_url names: {error}"),
    })
}

fn cannot_write(path: &Path, error: std::io::Error) -> OpenError {
    OpenError::new(format!("cannot write {}: {error}", path.display()))
}

/// Whether this open file is what stands there.
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    matches!((file.metadata().map(place), std::fs::metadata(path).map(place)), (Ok(a), Ok(b)) if a == b)
}

/// Creates the database file, while SQLite has yet to open it, so that only its owner can read it: it
/// holds the key of the cookies, password hashes and what people say.
fn keep_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
