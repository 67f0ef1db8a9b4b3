//! `parlor backup`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::progress::Bar;
use super::say;
use crate::StartError;
use crate::model::Timestamp;
use crate::store::upkeep;

/// Its arguments.
#[derive(clap::Args)]
pub struct Backup {
    /// A new file; or a folder, in which its name has the date
    to: PathBuf,
    /// Keep so many backups in that folder, and delete older ones
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
}

impl Backup {
    pub(super) async fn run(self, url: &str) -> Result<ExitCode, StartError> {
        let folder = self.to.is_dir().then_some(&*self.to);
        if self.keep.is_some() && folder.is_none() {
            return Err(format!("--keep is for a folder, and {} is none", self.to.display()).into());
        }
        let extension = upkeep::extension(url)?;
        let file = match folder {
            Some(folder) => folder.join(format!("parlor-{}.{extension}", Timestamp::now().file_name())),
            None => self.to.clone(),
        };
        let bar = Bar::new("backing up");
        upkeep::back_up(url, &file, &|done, total| bar.show(done, total)).await?;
        drop(bar);
        say(&format!("backed up to {}", file.display()))?;
        if let (Some(folder), Some(keep)) = (folder, self.keep) {
            for old in delete_older(folder, extension, keep)? {
                say(&format!("deleted {}", old.display()))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Deletes all but the `keep` latest backups of this kind in a folder, and says which. Other files are left alone.
fn delete_older(folder: &Path, extension: &str, keep: u32) -> io::Result<Vec<PathBuf>> {
    let mut backups = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| is_ours(name, extension)) {
            backups.push(path);
        }
    }
    // By their names, which are dates.
    backups.sort_unstable();
    let kept = usize::try_from(keep).unwrap_or(usize::MAX);
    backups.truncate(backups.len().saturating_sub(kept));
    for old in &backups {
        fs::remove_file(old)?;
    }
    Ok(backups)
}

/// Whether a file is named as [`Backup`] names one: `parlor-2026-11-23T100000Z.db`.
fn is_ours(name: &str, extension: &str) -> bool {
    let date = name.strip_prefix("parlor-").and_then(|rest| rest.strip_suffix(extension)?.strip_suffix('.'));
    let shape = |date: &str| date.replace(|c: char| c.is_ascii_digit(), "0") == "0000-00-00T000000Z";
    date.is_some_and(shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_backups_are_deleted_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "parlor-2026-11-23T100000Z.db",
            "parlor-2026-11-24T100000Z.db",
            "parlor-2025-12-31T235959Z.db",
            "parlor-2020-01-01T000000Z.dump",
            "parlor-before-the-move.db",
            "parlor-2020-01-01.db",
            "parlor.db",
        ];
        for name in names {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert!(delete_older(folder.path(), "db", 3).unwrap().is_empty());
        assert_eq!(
            delete_older(folder.path(), "db", 1).unwrap(),
            [folder.path().join(names[2]), folder.path().join(names[0])]
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), names.len() - 2);
    }
}
