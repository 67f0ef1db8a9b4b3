//! `parlor backup`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use super::check::tell;
use super::progress::Bar;
use super::say;
use crate::StartError;
use crate::model::Timestamp;
use crate::store::upkeep;

/// What a backup is called that is being made, and how old it is when its maker is surely gone.
const UNFINISHED: &str = ".parlor-";
const GONE_AFTER: Duration = Duration::from_hours(24);

/// Its arguments.
#[derive(clap::Args)]
pub struct Backup {
    /// A new file; or a folder, in which its name has the date
    to: PathBuf,
    /// Keep so many backups in that folder, and delete older ones, once the new one is found to be whole
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
        let report = upkeep::back_up(url, &file, &|done, total| bar.show(done, total)).await?;
        drop(bar);
        say(&format!("backed up to {}", file.display()))?;
        if let Some(report) = report
            && !tell(&report)?
        {
            say("the backup is as damaged as the database: keep those that were made before")?;
            return Ok(ExitCode::FAILURE);
        }
        if let (Some(folder), Some(keep)) = (folder, self.keep) {
            for old in delete_older(folder, extension, &file, keep)? {
                say(&format!("deleted {}", old.display()))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Deletes all backups of this kind in a folder but `made`, whatever its date, and the latest others, so that `keep` are
/// left; and what a killed backup has left. Says which. Other files are left alone.
fn delete_older(folder: &Path, extension: &str, made: &Path, keep: u32) -> io::Result<Vec<PathBuf>> {
    let (mut backups, mut unfinished) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap_or_default());
        if is_ours(&name, extension) && path != made {
            backups.push(path);
        } else if name.starts_with(UNFINISHED) && is_abandoned(&entry) {
            unfinished.push(path);
        }
    }
    // By their names, which are dates.
    backups.sort_unstable();
    let others = usize::try_from(keep).unwrap_or(usize::MAX).saturating_sub(1);
    backups.truncate(backups.len().saturating_sub(others));
    backups.append(&mut unfinished);
    for old in &backups {
        fs::remove_file(old)?;
    }
    Ok(backups)
}

fn is_abandoned(entry: &fs::DirEntry) -> bool {
    let age = entry.metadata().and_then(|about| about.modified()).map(|changed| changed.elapsed());
    matches!(age, Ok(Ok(age)) if age > GONE_AFTER)
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
        let made = folder.path().join(names[1]);
        assert!(delete_older(folder.path(), "db", &made, 3).unwrap().is_empty());
        assert_eq!(
            delete_older(folder.path(), "db", &made, 1).unwrap(),
            [folder.path().join(names[2]), folder.path().join(names[0])]
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), names.len() - 2);
    }

    #[test]
    fn the_one_just_made_stays_though_its_clock_was_behind() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let [made, later, latest] =
            ["2026-11-23", "2031-01-01", "2031-01-02"].map(|date| at(&format!("parlor-{date}T100000Z.db")));
        for name in [&made, &later, &latest] {
            fs::write(name, "").unwrap();
        }
        assert_eq!(delete_older(folder.path(), "db", &made, 2).unwrap(), [later]);
        assert_eq!(delete_older(folder.path(), "db", &made, 1).unwrap(), [latest]);
        assert!(made.exists());
    }

    #[test]
    fn what_a_killed_backup_has_left_goes_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (old, new) = (at(".parlor-aaaaaa"), at(".parlor-bbbbbb"));
        fs::write(&new, "").unwrap();
        let two_days_ago = std::time::SystemTime::now() - 2 * GONE_AFTER;
        fs::File::create(&old).unwrap().set_modified(two_days_ago).unwrap();
        let made = at("parlor-2026-11-23T100000Z.db");
        assert_eq!(delete_older(folder.path(), "db", &made, 1).unwrap(), [old]);
        assert!(new.exists());
    }
}
