//! What Parlor does from the command line beside serving.
//!
//! A command that only reads runs beside a Parlor that serves. What it says goes to standard output, errors and progress
//! to standard error; it ends with 0 when all is well, with 1 when it is not, with 2 when it was not understood.

mod admin;
mod backup;
mod check;
mod export;
mod progress;
mod restore;

use std::io::{self, Write as _};
use std::process::ExitCode;

use rocket::figment::Figment;
use rocket::tokio::{
    self,
    runtime::Builder,
    signal::unix::{SignalKind, signal},
};

use crate::{StartError, config, health};

/// A command and its arguments.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Copy the database into a file, while Parlor runs
    Backup(backup::Backup),
    /// Put a backup in the place of the database
    Restore(restore::Restore),
    /// See whether a database is whole: no message missing, every count right
    Check(check::Check),
    /// Save a room as lines of JSON, or as a page to read
    Export(export::Export),
    /// Look after the site: people, rooms, who may come in
    Admin(admin::Admin),
    /// Say whether the Parlor that runs here with these settings is well
    Health,
}

/// Runs a command to its end.
pub fn run(command: Command) -> ExitCode {
    let outcome = config::figment().map_err(StartError::from).and_then(|figment| {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(async {
            tokio::select! {
                outcome = command.run(&figment) => outcome,
                // What it was about to make is removed.
                stopped = stopped() => Err(stopped.map_or_else(StartError::from, |()| "interrupted".into())),
            }
        })
    });
    outcome.unwrap_or_else(|reason| {
        let _ = writeln!(io::stderr(), "parlor: {reason}");
        ExitCode::FAILURE
    })
}

/// Waits for Ctrl-C, or for systemd or a shell that wants this to end.
async fn stopped() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        stopped = tokio::signal::ctrl_c() => stopped,
        _ = terminate.recv() => Ok(()),
    }
}

impl Command {
    async fn run(self, figment: &Figment) -> Result<ExitCode, StartError> {
        let url = config::database_url(figment)?;
        match self {
            Self::Backup(backup) => backup.run(&url).await,
            Self::Restore(restore) => restore.run(&url).await,
            Self::Check(check) => check.run(&url).await,
            Self::Export(export) => export.run(&url).await,
            Self::Admin(admin) => admin.run(&url, figment).await,
            Self::Health => {
                say(&health::ask(figment)?)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// Says something on standard output.
fn say(text: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{text}")
}
