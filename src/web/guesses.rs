//! Checking a password that may be a guess. Wrong ones are counted, and after a few nobody's is looked at for a while,
//! not even a right one: for the name, whether or not somebody has it, and for the network they come from.
//!
//! A browser in which the account has been logged in before ([`known_browsers`](super::known_browsers)) has a count of
//! its own instead. So nobody can keep the owner out.

use std::time::Duration;

use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::tokio::time::sleep;
use rocket::{Request, State};

use super::client::ClientAddress;
use super::cookies::Cookies;
use super::database_slots::QueuedStore;
use super::error::Error;
use super::keyed_semaphores::KeyedSemaphores;
use super::known_browsers::KnownBrowser;
use super::passwords::Passwords;
use super::waiter::Waiter;
use crate::config::Config;
use crate::model::Refusal;
use crate::model::accounts::{Password, UsernameKey};
use crate::model::guesses::{Allowances, GuessKey};
use crate::store::{Counters, Credentials};

/// The delay before a guess that came too early is refused, so that a client which goes on guessing costs others little
/// (as at a login console).
const FAIL_DELAY: Duration = Duration::from_secs(1);

/// A mutex per name: whoever guesses at one name waits until the guess before has been judged, so that the count of
/// wrong ones stops them in time. Other instances may each have one guess under way.
pub(super) type GuessLocks = KeyedSemaphores<GuessKey>;

/// What it takes to check a password.
pub(super) struct Guesses<'r> {
    store: QueuedStore<'r>,
    passwords: &'r Passwords,
    locks: &'r GuessLocks,
    waiter: Waiter,
    cookies: Cookies<'r>,
    allowances: Allowances,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Guesses<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let config = try_outcome!(request.guard::<&State<Config>>().await);
        Outcome::Success(Self {
            store: try_outcome!(request.guard::<QueuedStore<'_>>().await),
            passwords: try_outcome!(request.guard::<&State<Passwords>>().await),
            locks: try_outcome!(request.guard::<&State<GuessLocks>>().await),
            waiter: Waiter::of(request),
            cookies: Cookies::of(request),
            allowances: Allowances::new(config.guesses_per_account, config.guesses_per_address),
        })
    }
}

/// The line that `deploy/fail2ban` looks for; also of somebody who changes their password.
pub(super) fn log_refused(account: Option<i64>, client: ClientAddress, why: &Refusal) {
    match why {
        Refusal::TooManyGuesses { .. } => {
            tracing::info!(account, %client, "log-in refused: too many wrong passwords");
        }
        Refusal::Barred => tracing::info!(account, %client, "log-in refused: barred"),
        _ => tracing::info!(account, %client, "log-in refused: wrong username or password"),
    }
}

impl Guesses<'_> {
    /// Checks the password of whoever has the name that was `typed`. An unknown name and a wrong password are
    /// refused alike, and take alike long.
    ///
    /// # Errors
    /// [`Refusal::WrongPassword`], [`Refusal::TooManyGuesses`].
    pub(super) async fn check(&self, typed: &str, password: &str) -> Result<Credentials, Error> {
        let name = UsernameKey::of(typed);
        let known = match &name {
            Some(name) => self.store.slot().await?.find_credentials(name).await?,
            None => None,
        };
        let name = name.as_ref().map_or_else(|| typed.trim(), |name| name.as_str());
        self.check_known(name, known, Password::presented(password)).await
    }

    /// Checks the password of whoever has the name `name`, as it is compared: `known`, if there is somebody.
    ///
    /// # Errors
    /// [`Refusal::WrongPassword`], [`Refusal::TooManyGuesses`].
    pub(super) async fn check_known(
        &self,
        name: &str,
        known: Option<Credentials>,
        password: Password,
    ) -> Result<Credentials, Error> {
        let account = known.as_ref().map(|known| known.account.0);
        let counters = self.counters(name, known.as_ref())?;
        let checked = self.check_counted(&counters, known, password).await;
        if let Err(Error::Refused(why)) = &checked {
            // Not the name: people type passwords there.
            log_refused(account, self.waiter.client, why);
            if let Refusal::TooManyGuesses { .. } = why {
                sleep(FAIL_DELAY).await;
            }
        }
        checked
    }

    fn counters(&self, name: &str, known: Option<&Credentials>) -> Result<Counters, Error> {
        let (store, allowances) = (self.store.at_once(), self.allowances);
        let browser = KnownBrowser::of(self.cookies);
        let browser = browser.zip(known).filter(|(browser, known)| browser.knows(known));
        Ok(match browser {
            Some((browser, known)) => store.counters_of_browser(&browser.id, known.account, allowances)?,
            None => store.counters_of_name(name, &self.waiter.client.network().to_string(), allowances)?,
        })
    }

    async fn check_counted(
        &self,
        counters: &Counters,
        known: Option<Credentials>,
        password: Password,
    ) -> Result<Credentials, Error> {
        let _lock = self.waiter.waits_for(self.locks.acquire(counters.who)).await?;
        self.store.slot().await?.ensure_may_guess(counters).await?;
        let hash = known.as_ref().map(|known| known.password_hash.clone());
        let matches = self.passwords.verify(self.waiter, password, hash).await?;
        let store = self.store.slot().await?;
        // Again, and before anything comes of the answer: guesses at other names, or on other instances, may have been
        // counted meanwhile.
        let wrong = store.ensure_may_guess(counters).await?;
        let Some(known) = known.filter(|_| matches) else {
            store.count_wrong_password(counters).await?;
            return Err(Refusal::WrongPassword.into());
        };
        if wrong > 0 {
            store.forgive_wrong_passwords(counters).await?;
        }
        Ok(known)
    }
}
