//! The cookie that knows a browser: which accounts have been logged in there. While somebody guesses at a password, its
//! owner is not kept out of such a browser.
//!
//! It is an encrypted cookie and nothing else: no table, nothing to sweep, and nobody but this server can write one. An
//! account in it comes with a stamp of its password's hash, so that it ends with that password. It stays at log-out,
//! opens nothing by itself, and is counted like any other: a stolen one is worth a few guesses.

use sha2::{Digest, Sha256};

use super::cookies::{self, Cookies};
use crate::model::accounts::AccountId;
use crate::store::Credentials;

/// How many accounts it knows at most: of a family, say.
const MOST: usize = 4;

/// A browser, and whom it knows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KnownBrowser {
    /// A random number.
    pub(super) id: String,
    /// Latest first.
    accounts: Vec<(AccountId, String)>,
}

impl KnownBrowser {
    /// The browser that sent this, if it has been given the cookie.
    pub(super) fn of(cookies: Cookies<'_>) -> Option<Self> {
        Self::parse(&cookies.get(cookies::BROWSER)?)
    }

    /// Whether this account has been logged in here, with the password that it has now.
    pub(super) fn knows(&self, credentials: &Credentials) -> bool {
        self.accounts.contains(&(credentials.account, stamp(credentials)))
    }

    /// `<id>.<account>-<stamp>.<account>-<stamp>`
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let id = parts.next().filter(|id| !id.is_empty())?.to_owned();
        let account = |part: &str| {
            let (account, stamp) = part.split_once('-')?;
            Some((AccountId(account.parse().ok()?), stamp.to_owned()))
        };
        Some(Self { id, accounts: parts.map(account).collect::<Option<_>>()? })
    }

    fn to_text(&self) -> String {
        let accounts = self.accounts.iter().map(|(account, stamp)| format!(".{}-{stamp}", account.0));
        self.id.clone() + &accounts.collect::<String>()
    }

    fn with(mut self, credentials: &Credentials) -> Self {
        self.accounts.retain(|(account, _)| *account != credentials.account);
        self.accounts.insert(0, (credentials.account, stamp(credentials)));
        self.accounts.truncate(MOST);
        self
    }
}

/// Has this browser know an account that has just been logged in here, or whose password was just changed here.
pub(super) fn remember(cookies: Cookies<'_>, credentials: &Credentials) {
    let fresh = || KnownBrowser { id: hex::encode(rand::random::<[u8; 8]>()), accounts: Vec::new() };
    let browser = KnownBrowser::of(cookies).unwrap_or_else(fresh).with(credentials);
    cookies.set(cookies::BROWSER, browser.to_text());
}

/// Another one for every password, even if it is set to the same again: the hash has a salt.
fn stamp(credentials: &Credentials) -> String {
    hex::encode(&Sha256::digest(credentials.password_hash.as_bytes())[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(account: i64, hash: &str) -> Credentials {
        Credentials { account: AccountId(account), password_hash: hash.to_owned() }
    }

    fn fresh() -> KnownBrowser {
        KnownBrowser { id: "1f".to_owned(), accounts: Vec::new() }
    }

    #[test]
    fn an_account_is_known_by_the_password_it_had() {
        let browser = fresh().with(&of(1, "old")).with(&of(2, "hers"));
        assert!(browser.knows(&of(1, "old")) && browser.knows(&of(2, "hers")));
        assert!(!browser.knows(&of(1, "new")) && !browser.knows(&of(3, "old")));
        let browser = browser.with(&of(1, "new"));
        assert!(browser.knows(&of(1, "new")) && !browser.knows(&of(1, "old")));
        assert_eq!(KnownBrowser::parse(&browser.to_text()), Some(browser));
    }

    #[test]
    fn the_latest_are_known() {
        let many = (1..=10).fold(fresh(), |browser, account| browser.with(&of(account, "hash")));
        let known: Vec<i64> = many.accounts.iter().map(|(account, _)| account.0).collect();
        assert_eq!(known, [10, 9, 8, 7]);
    }

    #[test]
    fn what_is_not_ours_knows_nobody() {
        for text in ["", ".1-2", "1f.x-2", "1f.1", "1f..1-2"] {
            assert_eq!(KnownBrowser::parse(text), None, "{text}");
        }
        assert_eq!(KnownBrowser::parse("1f"), Some(fresh()));
    }
}
