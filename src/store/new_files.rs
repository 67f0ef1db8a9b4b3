//! The files that a start on SQLite makes, and takes away again when it fails.

use std::fs;
use std::path::{Path, PathBuf};

/// Files that were not there before. Unless they are kept they are removed in the end, which only whoever holds
/// the lock of the database may do.
#[derive(Default)]
pub(super) struct NewFiles(Vec<PathBuf>);

impl NewFiles {
    /// What opening this database is going to make. Where there is a database already, nothing but the lock: a
    /// write-ahead log beside it holds what was committed.
    pub(super) fn beside(database: &Path, lock: Option<PathBuf>) -> Self {
        let mut files = Vec::new();
        if !database.exists() {
            let beside = |suffix| PathBuf::from(format!("{}{suffix}", database.display()));
            files.extend(["", "-wal", "-shm"].map(beside));
        }
        files.extend(lock);
        Self(files)
    }

    /// This one, if any.
    pub(super) fn only(file: Option<PathBuf>) -> Self {
        Self(file.into_iter().collect())
    }

    /// The start has succeeded.
    pub(super) fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for NewFiles {
    fn drop(&mut self) {
        for file in &self.0 {
            // Some were never made, and who fails to start has said why already.
            let _ = fs::remove_file(file);
        }
    }
}
