//! The settings: the table `[default.parlor]` of Rocket.toml, or `PARLOR_*` in the environment.
//!
//! All have defaults. Rocket's own (`address`, `port`, `secret_key`, …) are set outside that table or in `ROCKET_*`.

mod framework;
mod network;
mod public_url;
mod sources;
mod usage;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use rocket::figment::Figment;
use rocket::figment::value::magic::RelativePathBuf;
use serde::Deserialize;

pub use framework::framework;
pub(crate) use framework::{address_of, address_to_open};
pub use network::Network;
pub use public_url::PublicUrl;
pub use sources::{figment, warnings};
pub use usage::{Rate, UsageLimits};

use crate::logging::LogFormat;
use crate::model::accounts::UsernameKey;
use crate::model::sign_up::{SignUp, SignUpRules};

/// What can be set, with its defaults.
#[derive(Clone, Deserialize)]
#[cfg_attr(test, derive(Debug))]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where everything is kept: `sqlite:<file>`, relative to the working directory and created if
    /// missing, or `postgres://<user>:<password>@<host>/<database>` for several instances.
    pub database_url: String,
    /// How many connections to the database requests may hold at most, on PostgreSQL half of them to write; 1 to 1000.
    /// [`Store::BESIDE_REQUESTS`](crate::store::Store::BESIDE_REQUESTS) more read for memory or write.
    pub database_connections: u32,
    /// The time limit for what one connection to PostgreSQL is used for, in milliseconds; 100 to 1000. A request
    /// that would wait for a connection for more than half as long is answered 503 at once.
    pub database_timeout_ms: u64,
    /// How often the tail looks for what other instances committed, in milliseconds; 10 to 200.
    pub tick_ms: u64,
    /// How much memory the newest messages of rooms that somebody is in may take, in MiB, about; 1 to
    /// 100,000. Beyond that the least recently used rooms are answered from the database.
    pub memory_mb: u64,
    /// How many wrong passwords have no wait, for a name and for each browser that knows its account; 0 to 1000,
    /// 0 for no waits at all. One is forgiven every 15 minutes.
    pub guesses_per_account: u32,
    /// How many wrong passwords have no wait for one address (of IPv6, one network): all the people who come from
    /// there together; 0 to 100,000, 0 for no waits at all. One is forgiven every 36 s, and those of somebody who then
    /// logs in at once.
    pub guesses_per_address: u32,
    /// The folder of style sheets and scripts, relative to the file that names it; if none is named, `static` where
    /// there is one, or else what was built into the program.
    pub static_dir: Option<RelativePathBuf>,
    /// The address by which everybody opens Parlor, if there is one. With an https one browsers send cookies over HTTPS
    /// only, to this host only, and are told to use nothing else.
    pub public_url: Option<PublicUrl>,
    /// Whether Parlor speaks TLS itself.
    #[serde(skip)]
    speaks_tls: bool,
    /// How a line of the log is written: `pretty` for people, `json` for programs.
    pub log_format: LogFormat,
    /// Who may create an account: `open`, everybody; `invited`, whoever has an invitation; `closed`, nobody.
    /// If it is not set, admins choose on their page, and it is `open` until they do.
    pub sign_up: Option<SignUp>,
    /// The names of those who are admins, from the start on or once they have an account. If nobody is named,
    /// whoever creates the first account is.
    pub admins: Vec<String>,
    /// Who may ask for `/health` and `/metrics`: `loopback`, this machine alone, or `anyone`.
    pub operations: Operations,
    /// The proxies that are trusted to name a client's address, in the header that Rocket's `ip_header` names.
    pub trusted_proxies: Vec<Network>,
    /// What one person or one address may take.
    pub limits: UsageLimits,
}

/// Who may ask how the server is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operations {
    /// Clients on the same machine; not somebody elsewhere whom a proxy there names.
    #[default]
    Loopback,
    /// Whoever reaches the server.
    Anyone,
}

/// How much of the database an instance may take.
#[derive(Clone, Copy, Debug)]
pub struct DatabaseLimits {
    /// How many connections serve requests at most.
    pub connections: u32,
    /// The time limit for what one connection to PostgreSQL is used for.
    pub timeout: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: "sqlite:parlor.db".to_owned(),
            database_connections: 8,
            database_timeout_ms: 1000,
            tick_ms: 200,
            memory_mb: 256,
            guesses_per_account: 5,
            guesses_per_address: 100,
            static_dir: None,
            public_url: None,
            speaks_tls: false,
            log_format: LogFormat::default(),
            sign_up: None,
            admins: Vec::new(),
            operations: Operations::default(),
            trusted_proxies: this_machine(),
            limits: UsageLimits::default(),
        }
    }
}

impl Config {
    /// Reads and checks the settings.
    ///
    /// # Errors
    /// A sentence that names the setting: when one is unknown, of the wrong type or out of range.
    pub fn from(figment: &Figment) -> Result<Self, String> {
        let framework = framework(figment)?;
        let mut config: Self = match figment.find_value("parlor") {
            Ok(_) => figment.extract_inner("parlor").map_err(|error| error.to_string())?,
            Err(_) => Self::default(),
        };
        in_range("database_connections", u64::from(config.database_connections), 1, 1000)?;
        in_range("database_timeout_ms", config.database_timeout_ms, 100, 1000)?;
        in_range("tick_ms", config.tick_ms, 10, 200)?;
        in_range("memory_mb", config.memory_mb, 1, 100_000)?;
        in_range("guesses_per_account", config.guesses_per_account.into(), 0, 1000)?;
        in_range("guesses_per_address", config.guesses_per_address.into(), 0, 100_000)?;
        config.sign_up_rules()?;
        config.limits.check()?;
        config.speaks_tls = framework.tls_enabled();
        let is_plain = |url: &PublicUrl| !url.is_https();
        if config.speaks_tls && config.public_url.as_ref().is_some_and(is_plain) {
            return Err(
                "setting “public_url” begins with http:, but with “tls” Parlor speaks HTTPS".to_owned()
            );
        }
        Ok(config)
    }

    /// Whether people come in by HTTPS only.
    pub fn is_https(&self) -> bool {
        self.speaks_tls || self.public_url.as_ref().is_some_and(PublicUrl::is_https)
    }

    /// What the start says about HTTP or HTTPS.
    pub fn transport_notice(&self) -> String {
        match &self.public_url {
            Some(url) if url.is_https() => {
                format!("people connect to {}, and by no other name", url.origin())
            }
            _ if self.speaks_tls => "people connect by HTTPS, by whatever name leads here".to_owned(),
            _ => "people connect by plain HTTP: anyone on the network between can read along and take over \
                  sessions; on the internet, use HTTPS and set public_url"
                .to_owned(),
        }
    }

    /// How much of the database this instance may take.
    pub fn database_limits(&self) -> DatabaseLimits {
        let timeout = Duration::from_millis(self.database_timeout_ms);
        DatabaseLimits { connections: self.database_connections, timeout }
    }

    /// What is set of who comes in.
    ///
    /// # Errors
    /// When nobody can have a name that is to be an admin's.
    pub fn sign_up_rules(&self) -> Result<SignUpRules, String> {
        let key = |name: &String| {
            UsernameKey::of(name).ok_or_else(|| format!("setting “admins”: nobody can be called “{name}”"))
        };
        let admins = self.admins.iter().map(key).collect::<Result<_, _>>()?;
        Ok(SignUpRules { set: self.sign_up, admins })
    }

    /// How many bytes the logs of rooms may take in memory.
    pub fn memory(&self) -> usize {
        usize::try_from(self.memory_mb.saturating_mul(1024 * 1024)).unwrap_or(usize::MAX)
    }

    /// Whether a proxy at this address is trusted.
    pub fn is_trusted_proxy(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|proxy| proxy.contains(address))
    }

    /// How often the tail reads.
    pub fn tick(&self) -> Duration {
        Duration::from_millis(self.tick_ms)
    }
}

/// Where the database is, for a command: what else is set may be for the server alone, or for it alone to read.
///
/// # Errors
/// When it is no text.
pub fn database_url(figment: &Figment) -> Result<String, String> {
    match figment.find_value("parlor.database_url") {
        Ok(_) => figment.extract_inner("parlor.database_url").map_err(|error| error.to_string()),
        Err(_) => Ok(Config::default().database_url),
    }
}

/// The site's address as people use it, if it is set; for a command.
pub fn public_url(figment: &Figment) -> Option<PublicUrl> {
    figment.extract_inner("parlor.public_url").ok()
}

/// Who may create an account, if that is set; for a command.
pub fn sign_up(figment: &Figment) -> Option<SignUp> {
    figment.extract_inner("parlor.sign_up").ok()
}

/// The loopback addresses: a proxy on this machine.
fn this_machine() -> Vec<Network> {
    let v4 = Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8);
    let v6 = Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128);
    [IpNet::from(v4), IpNet::from(v6)].map(Network::from).to_vec()
}

fn in_range(name: &str, value: u64, least: u64, most: u64) -> Result<(), String> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(format!("setting “{name}” is {value}; it must be from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(key: &str, value: impl serde::Serialize) -> Result<Config, String> {
        Config::from(&Figment::from(rocket::Config::debug_default()).merge((key, value)))
    }

    #[test]
    fn nothing_needs_to_be_set() {
        assert_eq!(with("port", 8000).unwrap().database_url, "sqlite:parlor.db");
    }

    #[test]
    fn an_unknown_or_impossible_setting_is_named() {
        assert!(with("parlor.databse_url", "x").unwrap_err().contains("databse_url"));
        assert!(with("parlor.tick_ms", "soon").unwrap_err().contains("tick_ms"));
        assert!(with("parlor.tick_ms", 5000).unwrap_err().contains("tick_ms"));
        assert!(with("port", "harbour").unwrap_err().contains("port"));
        assert!(with("prot", 8001).unwrap_err().contains("prot"));
        assert_eq!(with("parlor.tick_ms", 100).unwrap().tick(), Duration::from_millis(100));
    }
}
