//! Putting a backup in the place of a database.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use super::backup::{cannot_write, watched};
use super::exchange::{Aside, put_in_place};
use super::{Progress, Report, check, require_sqlite};
use crate::model::Timestamp;
use crate::new_file::sync_folder_of;
use crate::store::database::Store;
use crate::store::engine::Engine;
use crate::store::error::OpenError;
use crate::store::lock_file;

/// The codes of SQLite (<https://sqlite.org/rescode.html>) for a file that is damaged, or none of its own.
const DAMAGED: [i32; 2] = [11, 26];
/// Those for a file that somebody else has open.
const IN_USE: [i32; 2] = [5, 6];

/// What a restore has done.
pub struct Restored {
    /// What the check of the restored database has counted.
    pub report: Report,
    /// Where that is which was there before: the database, if there was one, and what SQLite had beside it.
    pub kept: Vec<Aside>,
}

/// Puts the backup at `from` in the place of the database at `url`: of SQLite, while no Parlor runs, and what was there
/// stays beside it; of PostgreSQL into an empty database. An older Parlor's is brought up to date.
///
/// What a crash on the way leaves is said at [`put_in_place`]. A dump of PostgreSQL can only be checked once it is in
/// the database: what it has of problems is reported, and stays there.
///
/// # Errors
/// When the backup cannot be read or, of SQLite, is damaged, or a Parlor runs, or a file cannot be written, or the
/// PostgreSQL database is not empty: then nothing was changed. Also when what is in the PostgreSQL database by now cannot
/// be brought up to date or read.
pub async fn restore(url: &str, from: &Path, progress: Progress<'_>) -> Result<Restored, OpenError> {
    let engine = Engine::of(url)?;
    match &engine {
        Engine::Sqlite(path) => restore_file(url, path, from, progress).await,
        Engine::Postgres => {
            engine.fill(url, from).await?;
            engine.prepare(url).await?;
            let report = check(Store::beside(url).await?, progress).await?;
            Ok(Restored { report, kept: Vec::new() })
        }
    }
}

async fn restore_file(
    url: &str,
    path: &Path,
    from: &Path,
    progress: Progress<'_>,
) -> Result<Restored, OpenError> {
    require_sqlite(from)?;
    let path = &std::path::absolute(path).map_err(|error| cannot_write(path, &error))?;
    let _held = lock_file::hold(path).await?;
    let copy = Copy::beside(path);
    let report = copy.make(from, progress).await?;
    give_to_owner(path, &copy.0).map_err(|error| cannot_write(path, &error))?;
    if path.exists() {
        put_log_away(url, path).await?;
    }
    let aside = path.with_added_extension(format!("replaced-{}", Timestamp::now().file_name()));
    let kept = put_in_place(&copy.0, path, &aside).map_err(|error| cannot_write(path, &error))?;
    sync_folder_of(path).map_err(|error| {
        OpenError::new(format!("the backup is in place, but may not outlast a power cut: {error}"))
    })?;
    Ok(Restored { report, kept })
}

/// A copy of the backup beside the database, which is removed if it does not take its place.
struct Copy(PathBuf);

impl Copy {
    /// While the lock of the database is held: what others have left, who were killed, is removed.
    fn beside(database: &Path) -> Self {
        remove_all(&database.with_added_extension("restoring-"));
        Self(database.with_added_extension(format!("restoring-{}", std::process::id())))
    }

    /// Makes and checks it.
    async fn make(&self, from: &Path, progress: Progress<'_>) -> Result<Report, OpenError> {
        let failed = |error| cannot_write(&self.0, &error);
        fs::File::options()
            .write(true)
            .create_new(true)
            .open(&self.0)
            .and_then(|file| private(&file))
            .map_err(failed)?;
        let (backup, ours) = (Engine::Sqlite(from.to_owned()), Engine::Sqlite(self.0.clone()));
        let size = backup.size("").await?.unwrap_or(0);
        watched(backup.copy("", &self.0), &self.0, size, progress).await?;
        ours.prepare("").await?;
        let report = check(Store::of_file(&self.0).await?, progress).await?;
        if let [problem, ..] = &*report.problems {
            return Err(OpenError::new(format!(
                "the backup is damaged, and nothing was changed: {problem}; parlor check {} lists all",
                from.display()
            )));
        }
        ours.put_log_away("").await?;
        fs::File::open(&self.0).and_then(|file| file.sync_all()).map_err(failed)?;
        Ok(report)
    }
}

impl Drop for Copy {
    /// Removes it, and all that was made beside it.
    fn drop(&mut self) {
        remove_all(&self.0);
    }
}

/// Removes all files whose path begins so.
fn remove_all(beginning: &Path) {
    let (Some(folder), Some(name)) = (beginning.parent(), beginning.file_name()) else { return };
    let names = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.file_name()));
    for ours in names.filter(|other| other.as_encoded_bytes().starts_with(name.as_encoded_bytes())) {
        let _ = fs::remove_file(folder.join(ours));
    }
}

fn private(file: &fs::File) -> io::Result<()> {
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

/// Gives the restored file to the owner of the old one or, where there is none, of the folder: whoever restores need not
/// be who runs Parlor.
fn give_to_owner(path: &Path, new: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|_| !path.exists());
    let owner = fs::metadata(folder.unwrap_or(path))?;
    match chown(new, Some(owner.uid()), Some(owner.gid())) {
        // Without the right to change owners, the one who restores also runs Parlor.
        Err(error) if folder.is_some() && error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        given => given,
    }
}

/// Leaves the database at `path` without a log, unless it is damaged: then both are kept as they are.
async fn put_log_away(url: &str, path: &Path) -> Result<(), OpenError> {
    let Err(error) = Engine::of(url)?.put_log_away(url).await else { return Ok(()) };
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    // The rest of it says more.
    match code.map(|code| code & 0xff) {
        Some(code) if DAMAGED.contains(&code) => Ok(()),
        Some(code) if IN_USE.contains(&code) => Err(OpenError::new(format!(
            "{} is in use by another program: end that first (a backup, an export, sqlite3)",
            path.display()
        ))),
        _ => Err(OpenError::new(format!(
            "the log of {} cannot be put away, and nothing was changed: {error}",
            path.display()
        ))),
    }
}
