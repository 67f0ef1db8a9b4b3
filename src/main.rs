//! The command line, the log and the threads; then [`parlor::serve`].

use std::process::ExitCode;
use std::time::Duration;

use clap::Command;
use parlor::logging::{self, Log};
use parlor::{StartError, config, files};
use rocket::figment::Figment;
use rocket::tokio;
use rocket::tokio::runtime::Builder;

fn main() -> ExitCode {
    // --help and --version end here, and so does, with exit code 2, whatever is not understood.
    command().get_matches();
    let (figment, wrong) = match config::figment() {
        Ok(figment) => (figment, None),
        Err(error) => (Figment::new(), Some(error)),
    };
    let outcome = logging::start(&figment).and_then(|log| match wrong {
        Some(error) => Err(error.into()),
        None => run(figment, &log),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            tracing::error!("Parlor cannot start: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    Command::new("parlor")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A chat server for a class, a club or a team: start it, and people talk in their browsers.")
        .after_help(
            "Settings: Rocket.toml in the folder Parlor is started in (or the file that ROCKET_CONFIG names), and \
             over it ROCKET_* and PARLOR_* in the environment: ROCKET_PORT=8080, PARLOR_DATABASE_URL=sqlite:talk.db. \
             The Rocket.toml that comes with Parlor explains every one. RUST_LOG says what is logged.",
        )
}

/// Serves with as many threads as the settings say. Rocket's own `#[rocket::main]` reads them from nowhere but
/// Rocket.toml, and ends the process by itself where they are wrong.
fn run(figment: Figment, log: &Log) -> Result<(), StartError> {
    for warning in config::warnings(&figment) {
        tracing::warn!("{warning}");
    }
    let settings = config::framework(&figment)?;
    files::raise_limit();
    let runtime = Builder::new_multi_thread()
        // By this name Rocket knows that these threads are its own.
        .thread_name("rocket-worker-thread")
        .worker_threads(settings.workers)
        .max_blocking_threads(settings.max_blocking)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        tokio::spawn(tell_repeats(log.clone()));
        parlor::serve(figment).await
    });
    if settings.shutdown.force {
        runtime.shutdown_timeout(Duration::from_millis(500));
    }
    log.tell_repeats(Duration::ZERO);
    outcome
}

async fn tell_repeats(log: Log) {
    loop {
        tokio::time::sleep(Log::WINDOW).await;
        log.tell_repeats(Log::WINDOW);
    }
}
