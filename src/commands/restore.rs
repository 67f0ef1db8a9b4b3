//! `parlor restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::check::tell;
use super::progress::Bar;
use super::say;
use crate::StartError;
use crate::store::upkeep::{self, Aside};

/// Its arguments.
#[derive(clap::Args)]
pub struct Restore {
    /// The backup
    file: PathBuf,
}

impl Restore {
    pub(super) async fn run(self, url: &str) -> Result<ExitCode, StartError> {
        let bar = Bar::new("restoring");
        let restored = upkeep::restore(url, &self.file, &|done, total| bar.show(done, total)).await?;
        drop(bar);
        let is_whole = tell(&restored.report)?;
        for Aside { from, to, .. } in &restored.kept {
            say(&format!("{} that was there is kept in {}", from.display(), to.display()))?;
        }
        if is_whole {
            say(&format!("restored from {}", self.file.display()))?;
            return Ok(ExitCode::SUCCESS);
        }
        // On PostgreSQL alone: of SQLite nothing would have been changed.
        say(&format!(
            "{} is damaged, and is in the database as it is; to try another backup, \
             create an empty database for it",
            self.file.display()
        ))?;
        Ok(ExitCode::FAILURE)
    }
}
