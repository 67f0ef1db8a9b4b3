//! Starts Parlor.

use std::process::ExitCode;
use std::time::Duration;

use parlor::logging::{self, Log};
use rocket::error::ErrorKind;
use rocket::figment::Figment;
use rocket::tokio;

#[rocket::main]
async fn main() -> ExitCode {
    let figment = parlor::config::figment();
    let outcome = match logging::start(&figment) {
        Ok(log) => {
            tokio::spawn(tell_repeats(log.clone()));
            let outcome = launch(figment).await;
            log.tell_repeats(Duration::ZERO);
            outcome
        }
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            tracing::error!("Parlor cannot start: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn launch(figment: Figment) -> Result<(), String> {
    let rocket = parlor::build(figment).await.map_err(|error| error.to_string())?;
    match rocket.launch().await {
        Ok(rocket) => parlor::close(&rocket).await,
        Err(error) => match error.kind() {
            ErrorKind::Shutdown(rocket, None) => {
                tracing::warn!("shutdown timed out with requests in flight");
                parlor::close(rocket).await;
            }
            _ => return Err(error.to_string()),
        },
    }
    tracing::info!("Parlor has stopped");
    Ok(())
}

async fn tell_repeats(log: Log) {
    loop {
        tokio::time::sleep(Log::WINDOW).await;
        log.tell_repeats(Log::WINDOW);
    }
}
