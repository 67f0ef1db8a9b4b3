//! `parlor restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::check::summary;
use super::progress::Bar;
use super::say;
use crate::StartError;
use crate::store::upkeep;

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
        say(&summary(&restored.report))?;
        if let Some(kept) = restored.kept {
            say(&format!("the database that was there is kept in {}", kept.display()))?;
        }
        say(&format!("restored from {}", self.file.display()))?;
        let is_whole = restored.report.problems.is_empty();
        Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
