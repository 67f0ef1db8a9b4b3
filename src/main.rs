//! Starts Parlor.

use std::io::Write;
use std::process::ExitCode;

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
    let rocket = rocket.launch().await.map_err(|error| error.to_string())?;
    parlor::close(&rocket).await;
    Ok(())
}

/// Logs what concerns the person who runs Parlor. Rocket's own log has a line for every request it
/// turns away, which polling would make a flood; `RUST_LOG` opens it.
fn start_log() {
    let defaults = env_logger::Env::default()
        .default_filter_or("warn,parlor=info,rocket=off,rocket_dyn_templates=error");
    env_logger::Builder::from_env(defaults)
        .format(|out, record| {
            // Rocket's macros write on behalf of our routes under such targets.
            if record.target().starts_with("parlor") && record.target().ends_with("::_") {
                return Ok(());
            }
            writeln!(out, "{}: {}", record.level().as_str().to_lowercase(), record.args())
        })
        .init();
}
