//! What one person or one address may take of Parlor: the table `[default.parlor.limits]`.

use std::time::Duration;

use serde::Deserialize;

use super::in_range;

/// How much one account or one address may do. Rates are counted in memory, by each instance for itself; the two caps
/// are read in the database, for all of them together.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UsageLimits {
    /// Messages of one account.
    pub posts: Rate,
    /// Rooms that one account joins, moving included.
    pub joins: Rate,
    /// Rooms that one account creates.
    pub rooms: Rate,
    /// Accounts that are created from one address (of IPv6, one /64).
    pub sign_ups: Rate,
    /// Requests of all kinds from one address (of IPv6, one /64).
    pub requests: Rate,
    /// How many rooms of one account may be open at a time; 1 to 1,000,000.
    pub rooms_per_owner: u32,
    /// How many sessions one account may have: the log-in after that ends the least recently used; 1 to 10,000.
    pub sessions_per_account: u32,
}

/// So many at once, and then so many per minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many at once; 0 to 1,000,000. 0 turns the limit off.
    pub burst: u32,
    /// How many per minute in the long run; 1 to 10,000,000.
    pub per_minute: u32,
}

impl Rate {
    const fn new(burst: u32, per_minute: u32) -> Self {
        Self { burst, per_minute }
    }

    /// After how long there may be one more; nothing where there is no limit.
    pub fn interval(self) -> Option<Duration> {
        let interval = Duration::from_mins(1).checked_div(self.per_minute);
        interval.filter(|_| self.burst > 0)
    }

    fn check(self, name: &str) -> Result<(), String> {
        in_range(&format!("limits.{name}.burst"), self.burst.into(), 0, 1_000_000)?;
        in_range(&format!("limits.{name}.per_minute"), self.per_minute.into(), 1, 10_000_000)
    }
}

impl Default for UsageLimits {
    /// A class of 200 behind one address meets none of them: it signs up at once, and each of three tabs a person asks
    /// once a second, and once more while people come and go.
    fn default() -> Self {
        Self {
            posts: Rate::new(10, 60),
            joins: Rate::new(20, 30),
            rooms: Rate::new(10, 2),
            sign_ups: Rate::new(300, 20),
            requests: Rate::new(5000, 90_000),
            rooms_per_owner: 100,
            sessions_per_account: 20,
        }
    }
}

impl UsageLimits {
    /// # Errors
    /// A sentence that names the setting that is out of range.
    pub(super) fn check(&self) -> Result<(), String> {
        let Self { posts, joins, rooms, sign_ups, requests, .. } = *self;
        let rates = [posts, joins, rooms, sign_ups, requests];
        let names = ["posts", "joins", "rooms", "sign_ups", "requests"];
        names.iter().zip(rates).try_for_each(|(name, rate)| rate.check(name))?;
        in_range("limits.rooms_per_owner", self.rooms_per_owner.into(), 1, 1_000_000)?;
        in_range("limits.sessions_per_account", self.sessions_per_account.into(), 1, 10_000)
    }
}

#[cfg(test)]
mod tests {
    use rocket::figment::Figment;
    use rocket::figment::providers::{Format, Toml};

    use super::*;
    use crate::config::Config;

    fn set(table: &str) -> Result<UsageLimits, String> {
        let usual = Figment::from(rocket::Config::debug_default());
        let text = format!("[parlor.limits]\n{table}");
        Config::from(&usual.merge(Toml::string(&text))).map(|config| config.limits)
    }

    #[test]
    fn one_is_set_and_the_others_stay() {
        let limits = set("posts = { burst = 3, per_minute = 6 }").unwrap();
        assert_eq!(limits.posts.interval(), Some(Duration::from_secs(10)));
        assert_eq!(limits.joins, UsageLimits::default().joins);
        assert_eq!(set("posts = { burst = 0, per_minute = 6 }").unwrap().posts.interval(), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (table, named) in [
            ("psots = { burst = 3, per_minute = 6 }", "psots"),
            ("posts = 3", "posts"),
            ("posts = { burst = 3 }", "per_minute"),
            ("posts = { burst = 3, per_minute = 0 }", "limits.posts.per_minute"),
            ("requests = { burst = 1000001, per_minute = 1 }", "limits.requests.burst"),
            ("rooms_per_owner = 0", "limits.rooms_per_owner"),
            ("sessions_per_account = 10001", "limits.sessions_per_account"),
        ] {
            let error = set(table).unwrap_err();
            assert!(error.contains(named), "{table}: {error}");
        }
    }
}
