//! Files that appear whole, or not at all: backups and exports.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file on its way to its name. Until then it stands beside it under a name of its own, which its owner alone may
/// read, and is removed when it is dropped.
pub(crate) struct NewFile {
    file: NamedTempFile,
    to: PathBuf,
    replaces: bool,
}

impl NewFile {
    /// An empty one.
    ///
    /// # Errors
    /// When there is something at `to` already, or nothing can be written there.
    pub(crate) fn at(to: &Path) -> io::Result<Self> {
        let to = std::path::absolute(to)?;
        if to.symlink_metadata().is_ok() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file of this name already"));
        }
        Self::beside(to, false)
    }

    /// An empty one that takes the place of what is at `to`.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(crate) fn over(to: &Path) -> io::Result<Self> {
        Self::beside(std::path::absolute(to)?, true)
    }

    fn beside(to: PathBuf, replaces: bool) -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix(".parlor-").tempfile_in(folder_of(&to))?;
        Ok(Self { file, to, replaces })
    }

    /// Where it is until then.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Gives it its name, once it is on disk.
    ///
    /// # Errors
    /// When it cannot be written, or somebody else has taken the name by now.
    pub(crate) fn keep(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        if self.replaces {
            self.file.persist(&self.to)?;
        } else {
            self.file.persist_noclobber(&self.to)?;
        }
        sync_folder_of(&self.to)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Has the names in the folder of this file on disk.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

/// The folder of an absolute path.
fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_appears_whole_and_for_its_owner_alone_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let names = || fs::read_dir(folder.path()).unwrap().count();
        let to = folder.path().join("copy");
        let mut dropped = NewFile::at(&to).unwrap();
        dropped.write_all(b"half").unwrap();
        assert!(!to.exists());
        drop(dropped);
        assert_eq!(names(), 0, "nothing is left of it");
        let (mut kept, late) = (NewFile::at(&to).unwrap(), NewFile::at(&to).unwrap());
        kept.write_all(b"whole").unwrap();
        kept.keep().unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"whole");
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(late.keep().is_err() && NewFile::at(&to).is_err(), "a name is taken once");
        assert_eq!((fs::read(&to).unwrap(), names()), (b"whole".to_vec(), 1));
        NewFile::over(&to).unwrap().keep().unwrap();
        assert_eq!((fs::read(&to).unwrap(), names()), (Vec::new(), 1));
    }
}
