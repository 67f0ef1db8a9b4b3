//! Where settings come from: defaults, Rocket.toml, the environment.

use rocket::config::{Ident, Shutdown};
use rocket::figment::providers::{Env, Format, Toml};
use rocket::figment::{Figment, Profile, Provider};

/// The configuration of a Parlor started in this folder: defaults, then Rocket.toml, then `ROCKET_*` and
/// `PARLOR_*`. Unlike in Rocket's own there is no `Server` header, no IP header is trusted, and a
/// shutdown takes no longer than 9 s: 2 of `grace`, 1 of `mercy`, 1 that Rocket adds, 5 for the database.
///
/// # Errors
/// When the file that `ROCKET_CONFIG` names is not there; that of the usual name need not be.
pub fn figment() -> Result<Figment, String> {
    let shutdown = Shutdown { grace: 2, mercy: 1, ..Shutdown::default() };
    let (ident, cli_colors) = (Ident::none(), false);
    let defaults =
        rocket::Config { ident, ip_header: None, shutdown, cli_colors, ..rocket::Config::default() };
    let file = Env::var_or("ROCKET_CONFIG", "Rocket.toml");
    let source = Toml::file(&file).nested();
    if Env::var("ROCKET_CONFIG").is_some() && source.metadata().source.is_none() {
        return Err(format!("ROCKET_CONFIG names {file}, which is not there"));
    }
    Ok(Figment::from(defaults)
        .select(Profile::from_env_or("ROCKET_PROFILE", rocket::Config::DEFAULT_PROFILE))
        .merge(source)
        .merge(Env::prefixed("ROCKET_").ignore(&["PROFILE", "CONFIG"]).global())
        .merge(
            Env::prefixed(PREFIX)
                .filter(|key| !is_injected(key.as_str()))
                .map(|key| format!("parlor.{key}").into())
                .global(),
        ))
}

/// The prefix of environment variables that hold Parlor's own settings.
const PREFIX: &str = "PARLOR_";

/// Whether this follows [`PREFIX`] in what Kubernetes puts into the environment where a Service is named `parlor`:
/// `PARLOR_PORT`, `PARLOR_PORT_8000_TCP`, `PARLOR_SERVICE_HOST`, …
fn is_injected(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    key == "PORT" || key.starts_with("PORT_") || key.starts_with("SERVICE_")
}

/// What was set and has no effect: ignored variables, tables of other profiles.
pub fn warnings(figment: &Figment) -> Vec<String> {
    let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let injected = variables.filter(|name| name.strip_prefix(PREFIX).is_some_and(is_injected));
    let injected =
        injected.map(|name| format!("{name} is ignored: Kubernetes sets it for a Service named parlor"));
    let profile = figment.profile();
    let selected = ["default", "global", "debug", "release", profile.as_str().as_str()];
    let tables = figment.profiles().filter(|table| !selected.contains(&table.as_str().as_str()));
    let tables =
        tables.map(|table| format!("the table [{table}] is not in effect: the profile is “{profile}”"));
    tables.chain(injected).collect()
}
