//! `parlor check`.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use super::progress::Bar;
use super::say;
use crate::StartError;
use crate::store::Store;
use crate::store::upkeep::Report;

/// Its arguments.
#[derive(clap::Args)]
pub struct Check {
    /// A backup of SQLite; the database itself, if none
    file: Option<PathBuf>,
}

impl Check {
    pub(super) async fn run(self, url: &str) -> Result<ExitCode, StartError> {
        let store = match &self.file {
            Some(file) => Store::of_file(file).await?,
            None => Store::beside(url).await?,
        };
        let bar = Bar::new("checking");
        let report = store.check(&|done, total| bar.show(done, total)).await;
        store.close().await;
        drop(bar);
        Ok(if tell(&report?)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Says all that was found; whether that is nothing.
pub(super) fn tell(report: &Report) -> io::Result<bool> {
    for problem in &report.problems {
        say(problem)?;
    }
    say(&summary(report))?;
    Ok(report.problems.is_empty())
}

/// What was looked at and how it is, in a line.
fn summary(report: &Report) -> String {
    let Report { rooms, entries, events, problems, more } = report;
    let looked = format!("rooms: {rooms}, entries: {entries}, events: {events}");
    match problems.len() as u64 + more {
        0 => format!("{looked}; all is well"),
        found if *more > 0 => format!("{looked}; problems: {found}, of which these were the first"),
        found => format!("{looked}; problems: {found}"),
    }
}
