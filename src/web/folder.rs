//! The files of a folder: one on disk, or one that was built into the program.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Files by their path below a folder.
pub type Sources = BTreeMap<PathBuf, Vec<u8>>;

/// The folders that were built into the program, for where there are none on disk.
#[derive(Debug, Default)]
pub struct BuiltIn {
    /// What else stands in `templates`.
    pub templates: Sources,
    /// What else stands in `static`.
    pub static_files: Sources,
}

/// Where files are read from.
pub(super) enum Folder {
    OnDisk(PathBuf),
    BuiltIn(Sources),
}

impl Folder {
    /// The folder that a setting names, or else that of the usual name in the working directory, or else the one
    /// that was built in. A folder on disk takes the place of the other as a whole: files of two versions do not mix.
    pub(super) fn find(set: Option<PathBuf>, usual: &str, built_in: Sources) -> Self {
        match set {
            Some(folder) => Self::OnDisk(folder),
            None if built_in.is_empty() || Path::new(usual).is_dir() => Self::OnDisk(usual.into()),
            None => Self::BuiltIn(built_in),
        }
    }

    /// All files in it. `visit` is called with every file and folder on disk that is read.
    pub(super) fn read(&self, mut visit: impl FnMut(&Path)) -> io::Result<Sources> {
        let folder = match self {
            Self::OnDisk(folder) => folder,
            Self::BuiltIn(files) => return Ok(files.clone()),
        };
        let mut files = Sources::new();
        walk(folder, &mut |path| {
            visit(path);
            if let (Ok(inside), false) = (path.strip_prefix(folder), path.is_dir()) {
                files.insert(inside.to_owned(), fs::read(path)?);
            }
            Ok(())
        })?;
        Ok(files)
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnDisk(folder) => folder.display().fmt(f),
            Self::BuiltIn(_) => f.write_str("built in"),
        }
    }
}

/// Calls `visit` with a folder and with every file and folder below it. Hidden ones are an editor's own.
fn walk(folder: &Path, visit: &mut impl FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    visit(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        } else if path.is_dir() {
            walk(&path, visit)?;
        } else {
            visit(&path)?;
        }
    }
    Ok(())
}
