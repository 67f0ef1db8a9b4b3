//! Putting one file of SQLite in the place of another, and taking that back when it fails on the way.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::new_file::sync_folder_of;

/// What SQLite keeps beside a database: logs, which it would read into whatever has the database's name.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// A file that has got another name.
pub struct Aside {
    /// The name it had.
    pub from: PathBuf,
    /// Where it is.
    pub to: PathBuf,
    /// Whether it had both names for a while, the old one until something took that.
    linked: bool,
}

impl Aside {
    fn of(from: PathBuf, to: PathBuf) -> io::Result<Self> {
        fs::rename(&from, &to)?;
        Ok(Self { from, to, linked: false })
    }

    fn linked(from: &Path, to: &Path) -> io::Result<Self> {
        match fs::hard_link(from, to) {
            Ok(()) => Ok(Self { from: from.to_owned(), to: to.to_owned(), linked: true }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            // Not every file system has links.
            Err(_) => Self::of(from.to_owned(), to.to_owned()),
        }
    }

    fn take_back(&self) -> io::Result<()> {
        if self.linked { fs::remove_file(&self.to) } else { fs::rename(&self.to, &self.from) }
    }
}

/// Gives `new` the name `path` and what was there, if anything, the name `kept`; what SQLite has beside it goes with it,
/// even if it is all that is there. Says what has another name now. Nobody else may use these files meanwhile.
///
/// A crash on the way leaves the old database under both names, its logs perhaps beside the second; where a file system
/// has no links, under the second alone. Either can be renamed back.
///
/// # Errors
/// When a name cannot be given: then all are as they were.
pub(super) fn put_in_place(new: &Path, path: &Path, kept: &Path) -> io::Result<Vec<Aside>> {
    let mut aside = Vec::new();
    let done = exchange(new, path, kept, &mut aside);
    if done.is_err() {
        for moved in aside.iter().rev() {
            moved.take_back()?;
        }
    }
    done.map(|()| aside)
}

fn exchange(new: &Path, path: &Path, kept: &Path, aside: &mut Vec<Aside>) -> io::Result<()> {
    if is_there(path) {
        aside.push(Aside::linked(path, kept)?);
    }
    for suffix in BESIDE {
        let from = beside(path, suffix);
        if is_there(&from) {
            aside.push(Aside::of(from, beside(kept, suffix))?);
        }
    }
    // The old logs are to be gone from there before the new file is there, in a power cut too.
    sync_folder_of(path)?;
    fs::rename(new, path)
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The names in a folder, and what is in them.
    fn files(folder: &Path) -> BTreeMap<String, String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        entries
            .map(|entry| {
                (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap())
            })
            .collect()
    }

    fn expected(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    /// A folder with these files; tries to put `new` in the place of `db`, which is to be `kept`.
    fn tried(before: &[(&str, &str)]) -> (io::Result<Vec<Aside>>, BTreeMap<String, String>) {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, text) in before {
            fs::write(at(name), text).unwrap();
        }
        let done = put_in_place(&at("new"), &at("db"), &at("kept"));
        (done, files(folder.path()))
    }

    #[test]
    fn all_that_was_there_is_kept() {
        let (done, after) = tried(&[("new", "2"), ("db", "1"), ("db-wal", "w"), ("db-journal", "j")]);
        assert_eq!(done.unwrap().len(), 3);
        assert_eq!(after, expected(&[("db", "2"), ("kept", "1"), ("kept-wal", "w"), ("kept-journal", "j")]));
        let (done, after) = tried(&[("new", "2"), ("db-wal", "w"), ("db-shm", "s")]);
        assert_eq!(done.unwrap().len(), 2);
        assert_eq!(after, expected(&[("db", "2"), ("kept-wal", "w"), ("kept-shm", "s")]));
        assert_eq!(tried(&[("new", "2")]).1, expected(&[("db", "2")]));
    }

    #[test]
    fn what_fails_changes_nothing() {
        for before in [
            // There is nothing to put there, which shows at the end.
            vec![("db", "1"), ("db-wal", "w"), ("db-shm", "s")],
            vec![("db-wal", "w")],
            // The name to keep it under is taken.
            vec![("new", "2"), ("db", "1"), ("db-wal", "w"), ("kept", "0")],
        ] {
            let (done, after) = tried(&before);
            assert!(done.is_err());
            assert_eq!(after, expected(&before));
        }
    }
}
