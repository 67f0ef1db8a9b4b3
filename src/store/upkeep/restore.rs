//! Putting a backup in the place of a database.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use sqlx::Error::Database;

use super::backup::{cannot_write, watched};
use super::{Progress, Report, require_sqlite};
use crate::model::Timestamp;
use crate::new_file::sync_folder_of;
use crate::store::database::Store;
use crate::store::engine::Engine;
use crate::store::error::OpenError;
use crate::store::lock_file;

/// What SQLite keeps beside a database.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// What a restore has done.
pub struct Restored {
    /// What the check of the restored database has counted.
    pub report: Report,
    /// Where the database is that was there before, if there was one.
    pub kept: Option<PathBuf>,
}

/// Puts the backup at `from` in the place of the database at `url`: of SQLite, while no Parlor runs, and what was there
/// stays beside it; of PostgreSQL into an empty database. An older Parlor's is brought up to date.
///
/// # Errors
/// When the backup cannot be read or is damaged, or a Parlor runs, or the PostgreSQL database is not empty: then nothing
/// was changed.
pub async fn restore(url: &str, from: &Path, progress: Progress<'_>) -> Result<Restored, OpenError> {
    let engine = Engine::of(url)?;
    match &engine {
        Engine::Sqlite(path) => restore_file(url, path, from, progress).await,
        Engine::Postgres => {
            engine.fill(url, from).await?;
            engine.prepare(url).await?;
            let report = check(Store::beside(url).await?, progress).await?;
            Ok(Restored { report, kept: None })
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
    let kept = if path.exists() { Some(put_aside(url, path).await?) } else { None };
    if let Some(old) = &kept {
        keep_owner(old, &copy.0).map_err(|error| cannot_write(path, &error))?;
    }
    // Where there is a database there is one at every moment: the old, or the new.
    fs::rename(&copy.0, path)
        .and_then(|()| sync_folder_of(path))
        .map_err(|error| cannot_write(path, &error))?;
    Ok(Restored { report, kept })
}

/// A copy of the backup beside the database, which is removed if it does not take its place.
struct Copy(PathBuf);

impl Copy {
    fn beside(database: &Path) -> Self {
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
        let (Some(folder), Some(name)) = (self.0.parent(), self.0.file_name()) else { return };
        let names =
            fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.file_name()));
        for ours in names.filter(|other| other.as_encoded_bytes().starts_with(name.as_encoded_bytes())) {
            let _ = fs::remove_file(folder.join(ours));
        }
    }
}

fn private(file: &fs::File) -> io::Result<()> {
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

/// Whoever runs Parlor may not be who restores.
fn keep_owner(old: &Path, new: &Path) -> io::Result<()> {
    let owner = fs::metadata(old)?;
    chown(new, Some(owner.uid()), Some(owner.gid()))
}

async fn check(store: Store, progress: Progress<'_>) -> Result<Report, OpenError> {
    let report = store.check(progress).await;
    store.close().await;
    Ok(report?)
}

/// Gives the database a dated name beside its own, which it keeps as well until something is put there. What SQLite
/// has beside a damaged one goes with it.
async fn put_aside(url: &str, path: &Path) -> Result<PathBuf, OpenError> {
    match Engine::of(url)?.put_log_away(url).await {
        Err(Database(error)) if error.message().contains("locked") => {
            return Err(OpenError::new(format!(
                "{} is in use by another program: end that first (a backup, an export, sqlite3)",
                path.display()
            )));
        }
        // What is damaged is kept as it is.
        Ok(()) | Err(_) => {}
    }
    let kept = path.with_added_extension(format!("replaced-{}", Timestamp::now().file_name()));
    for suffix in BESIDE {
        let from = beside(path, suffix);
        if from.exists() {
            fs::rename(&from, beside(&kept, suffix)).map_err(|error| cannot_write(&kept, &error))?;
        }
    }
    match fs::hard_link(path, &kept) {
        // Not every file system has links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(path, &kept),
        linked => linked,
    }
    .map_err(|error| cannot_write(&kept, &error))?;
    Ok(kept)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
