//! Starts Parlor.

use std::collections::HashMap;
use std::io::Write;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use log::Level;
use rocket::error::ErrorKind;

#[rocket::main]
async fn main() -> ExitCode {
    start_log();
    match launch().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            log::error!("Parlor cannot start: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn launch() -> Result<(), String> {
    let rocket = parlor::build(parlor::config::figment()).await.map_err(|error| error.to_string())?;
    match rocket.launch().await {
        Ok(rocket) => parlor::close(&rocket).await,
        Err(error) => match error.kind() {
            ErrorKind::Shutdown(rocket, None) => {
                log::warn!("stopped before every request was answered");
                parlor::close(rocket).await;
            }
            _ => return Err(error.to_string()),
        },
    }
    Ok(())
}

/// Logs what concerns the person who runs Parlor. Rocket's own log has a line for every request it
/// turns away, which polling would make a flood; `RUST_LOG` opens it.
fn start_log() {
    let defaults = env_logger::Env::default()
        .default_filter_or("warn,parlor=info,rocket=off,rocket_dyn_templates=error");
    let told = Told::default();
    env_logger::Builder::from_env(defaults)
        .format(move |out, record| {
            // Rocket's macros write on behalf of our routes under such targets.
            if record.target().starts_with("parlor") && record.target().ends_with("::_") {
                return Ok(());
            }
            let line = format!("{}: {}", record.level().as_str().to_lowercase(), record.args());
            let repeats = record.level() == Level::Error && told.is_told_already(&line);
            if repeats { Ok(()) } else { writeln!(out, "{line}") }
        })
        .init();
}

/// What has been logged lately: while the database is away every request fails for the same reason, and
/// once in [`Told::LATELY`] is enough.
#[derive(Default)]
struct Told(Mutex<HashMap<String, Instant>>);

impl Told {
    const LATELY: Duration = Duration::from_secs(10);

    fn is_told_already(&self, line: &str) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|_, at| at.elapsed() < Self::LATELY);
        if told.contains_key(line) {
            return true;
        }
        told.insert(line.to_owned(), Instant::now());
        false
    }
}
