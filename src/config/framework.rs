//! Validation of Rocket's own settings: one that has no effect in Parlor is an error that names it.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;

use rocket::figment::value::{Dict, Value};
use rocket::figment::{Figment, Profile};

use super::in_range;

/// Settings of Rocket that Parlor does not use, and what to do instead.
const WITHOUT_EFFECT: [(&str, &str); 4] = [
    ("limits", "a request body may have 64 KiB, whatever it is"),
    ("log_level", "RUST_LOG says what is logged"),
    ("cli_colors", "the log has no colours"),
    ("temp_dir", "the server writes no temporary files for requests"),
];

/// Reads and checks the settings that are Rocket's.
///
/// # Errors
/// A sentence that names the setting: when one is unknown, impossible or without effect.
pub fn framework(figment: &Figment) -> Result<rocket::Config, String> {
    refuse_unknown_keys(figment)?;
    for (name, instead) in WITHOUT_EFFECT {
        if is_set(figment, name) {
            return Err(format!("setting “{name}” has no effect in Parlor: {instead}"));
        }
    }
    let config = rocket::Config::try_from(figment).map_err(|error| error.to_string())?;
    in_range("workers", config.workers as u64, 1, 1024)?;
    in_range("max_blocking", config.max_blocking as u64, 1, 4096)?;
    if is_set(figment, "keep_alive") && config.keep_alive != 0 {
        return Err("setting “keep_alive” can only be 0: Rocket never closes an idle connection by itself, \
                    which is for a proxy to do"
            .to_owned());
    }
    if config.ip_header.as_ref().is_some_and(|header| header == "Forwarded") {
        return Err("setting “ip_header” cannot be Forwarded; it names a header that holds addresses, like \
                    X-Real-IP or X-Forwarded-For"
            .to_owned());
    }
    if let Some(tls) = &config.tls {
        readable("tls.certs", tls.certs().left())?;
        readable("tls.key", tls.key().left())?;
    }
    Ok(config)
}

/// The address that it listens at, as people open it.
pub(crate) fn address_of(config: &rocket::Config) -> String {
    url(config, SocketAddr::new(config.address, config.port))
}

/// An address that can be opened on this machine: nobody can go to 0.0.0.0 or ::.
pub(crate) fn address_to_open(config: &rocket::Config) -> String {
    if config.address.is_unspecified() {
        url(config, format_args!("localhost:{}", config.port))
    } else {
        address_of(config)
    }
}

fn url(config: &rocket::Config, authority: impl Display) -> String {
    let scheme = if config.tls_enabled() { "https" } else { "http" };
    format!("{scheme}://{authority}")
}

fn readable(name: &str, path: Option<PathBuf>) -> Result<(), String> {
    let Some(path) = path else { return Ok(()) };
    match File::open(&path) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("setting “{name}” names {}: {error}", path.display())),
    }
}

/// Whether this is set outside the defaults, to whatever value.
fn is_set(figment: &Figment, name: &str) -> bool {
    figment.find_value(name).is_ok_and(|value| is_from_outside(figment, &value))
}

fn is_from_outside(figment: &Figment, value: &Value) -> bool {
    match value {
        Value::Dict(_, dict) => dict.values().any(|value| is_from_outside(figment, value)),
        // The defaults come from Rocket's own type.
        other => {
            figment.get_metadata(other.tag()).is_none_or(|source| !source.name.starts_with("rocket::Config"))
        }
    }
}

/// Rocket ignores unknown keys, and so a misspelt setting too.
fn refuse_unknown_keys(figment: &Figment) -> Result<(), String> {
    let defaults: Dict =
        Figment::from(rocket::Config::debug_default()).extract().map_err(|error| error.to_string())?;
    let set: Dict = figment.extract().map_err(|error| error.to_string())?;
    let more = ["parlor", "secret_key", "template_dir", "tls", "limits"];
    if let Some(key) = unknown(&set, &defaults, &more) {
        return Err(format!(
            "unknown setting “{key}”; Parlor’s own settings belong in the table [{}.parlor]",
            Profile::Default
        ));
    }
    let dict = |all: &Dict, name| all.get(name).and_then(Value::as_dict).cloned().unwrap_or_default();
    if let Some(key) = unknown(&dict(&set, "shutdown"), &dict(&defaults, "shutdown"), &[]) {
        return Err(format!("unknown setting “shutdown.{key}”"));
    }
    let tls = ["certs", "key", "ciphers", "prefer_server_cipher_order"];
    match unknown(&dict(&set, "tls"), &Dict::new(), &tls) {
        Some(key) => Err(format!("unknown setting “tls.{key}”")),
        None => Ok(()),
    }
}

fn unknown(set: &Dict, defaults: &Dict, more: &[&str]) -> Option<String> {
    let mut known: BTreeSet<&str> = defaults.keys().map(String::as_str).collect();
    known.extend(more);
    set.keys().find(|key| !known.contains(key.as_str())).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_ipv6_stands_in_brackets() {
        let config = rocket::Config { address: "::1".parse().unwrap(), ..rocket::Config::default() };
        assert_eq!(address_of(&config), "http://[::1]:8000");
    }

    #[test]
    fn nobody_is_sent_to_no_address() {
        for (address, open) in [
            ("0.0.0.0", "http://localhost:8000"),
            ("::", "http://localhost:8000"),
            ("192.0.2.7", "http://192.0.2.7:8000"),
        ] {
            let config = rocket::Config { address: address.parse().unwrap(), ..rocket::Config::default() };
            assert_eq!(address_to_open(&config), open);
        }
    }
}
