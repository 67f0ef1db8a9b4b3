//! The entry point: the command line, the log and the async runtime; then [`parlor::serve`].

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use include_dir::{Dir, include_dir};
use parlor::commands::{self, Command};
use parlor::logging::{self, RecentLines};
use parlor::{BuiltIn, Sources, StartError, config, open_files};
use rocket::figment::Figment;
use rocket::tokio;
use rocket::tokio::runtime::Builder;

// Here and not in the library, so that editing one does not rebuild the library. A file that is added is built in as soon as another one mentions it: that one has changed.
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
static STATIC_FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/static");

/// A chat server for a class, a club or a team: start it, and people talk in their browsers.
#[derive(Parser)]
#[command(name = "parlor", version, after_help = SETTINGS)]
struct Arguments {
    /// What to do instead of serving
    #[command(subcommand)]
    command: Option<Command>,
}

const SETTINGS: &str = "Without a command, Parlor serves. Settings: Rocket.toml in the folder Parlor is started in, or the \
     nearest one above it (or the file that ROCKET_CONFIG names), and over it ROCKET_* and PARLOR_* in the environment: \
     ROCKET_PORT=8080, PARLOR_DATABASE_URL=sqlite:talk.db. The Rocket.toml that comes with Parlor explains every one. RUST_LOG says what \
     is logged.";

fn main() -> ExitCode {
    // --help and --version end here, and so do, with exit code 2, unknown arguments.
    let arguments = Arguments::parse();
    if let Some(command) = arguments.command {
        return commands::run(command);
    }
    let (figment, wrong) = match config::figment() {
        Ok(figment) => (figment, None),
        Err(error) => (Figment::new(), Some(error)),
    };
    let outcome = logging::start(&figment).and_then(|recent| match wrong {
        Some(error) => Err(error.into()),
        None => run(figment, &recent),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            tracing::error!("Parlor cannot start: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Serves with as many threads as the settings say. Rocket's own `#[rocket::main]` reads them only from
/// Rocket.toml, and exits the process itself where they are wrong.
fn run(figment: Figment, recent: &RecentLines) -> Result<(), StartError> {
    for warning in config::warnings(&figment) {
        tracing::warn!("{warning}");
    }
    let settings = config::framework(&figment)?;
    open_files::raise_limit();
    let runtime = Builder::new_multi_thread()
        // By this name Rocket knows that these threads are its own.
        .thread_name("rocket-worker-thread")
        .worker_threads(settings.workers)
        .max_blocking_threads(settings.max_blocking)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        tokio::spawn(log_repeats(recent.clone()));
        #[cfg(unix)]
        tokio::spawn(ignore_hangups());
        let built_in = BuiltIn { templates: files(&TEMPLATES), static_files: files(&STATIC_FILES) };
        parlor::serve(figment, built_in).await
    });
    if settings.shutdown.force {
        runtime.shutdown_timeout(Duration::from_millis(500));
    }
    recent.log_repeats(Duration::ZERO);
    outcome
}

/// All files in a folder, hidden ones aside.
fn files(folder: &Dir<'_>) -> Sources {
    let is_hidden =
        |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let mut files: Sources = folder.dirs().flat_map(files).collect();
    let here = folder.files().filter(|file| !is_hidden(file.path()));
    files.extend(here.map(|file| (file.path().to_owned(), file.contents().to_vec())));
    files
}

/// Has SIGHUP, which would end the process, do nothing: it comes when a terminal is closed, and from habits of others.
#[cfg(unix)]
async fn ignore_hangups() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::hangup()) {
        Ok(mut hangups) => {
            while hangups.recv().await.is_some() {
                tracing::info!("SIGHUP changes nothing: settings are read at the start");
            }
        }
        Err(error) => tracing::warn!("SIGHUP will stop Parlor: {error}"),
    }
}

async fn log_repeats(recent: RecentLines) {
    loop {
        tokio::time::sleep(RecentLines::WINDOW).await;
        recent.log_repeats(RecentLines::WINDOW);
    }
}
