//! Wrong passwords, counted for all instances together. A wrong one locks nothing but its own counts: that of the name
//! or the browser, then that of the network.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use crate::model::accounts::AccountId;
use crate::model::guesses::{Allowance, Allowances, GuessKey, Guesses};
use crate::model::{Refusal, Timestamp};

/// What a password that may be wrong is counted for.
#[derive(Clone, Debug)]
pub struct Counters {
    /// The name, or the account in a browser that knows it.
    pub who: GuessKey,
    /// The network, of a browser that does not know the account.
    network: Option<GuessKey>,
    /// How many of each are free, if there are waits.
    allowances: Allowances,
}

impl Store {
    /// Those of a browser that does not know the account, if there is one of that name.
    pub fn counters_of_name(
        &self,
        name: &str,
        network: &str,
        allowances: Allowances,
    ) -> Result<Counters, Error> {
        let key = self.digest_key()?;
        let network = Some(key.guess_key("network", network));
        Ok(Counters { who: key.guess_key("name", name), network, allowances })
    }

    /// Those of a browser, by its number, that knows the account.
    pub fn counters_of_browser(
        &self,
        browser: &str,
        account: AccountId,
        allowances: Allowances,
    ) -> Result<Counters, Error> {
        let who = self.digest_key()?.guess_key("browser", &format!("{browser}/{}", account.0));
        Ok(Counters { who, network: None, allowances })
    }

    /// How many wrong passwords there were for the name or the browser lately.
    ///
    /// # Errors
    /// [`Refusal::TooManyGuesses`] while no password is to be looked at.
    pub async fn ensure_may_guess(&self, counters: &Counters) -> Result<u32, Error> {
        let (now, mut reader) = (self.now(), self.reader().await?);
        let (mut count, mut longest) = (0, None);
        for (key, allowance) in counters.each() {
            let guesses = find(&mut reader, key).await?;
            longest = longest.max(guesses.wait(now));
            if key == counters.who {
                count = guesses.count(now, allowance);
            }
        }
        longest.map_or(Ok(count), |wait| Err(Refusal::TooManyGuesses { wait }.into()))
    }

    /// Counts a wrong password.
    pub async fn count_wrong_password(&self, counters: &Counters) -> Result<(), Error> {
        self.write(|mut writing| async move {
            let now = writing.now();
            for (key, allowance) in counters.each() {
                let guesses = lock(&mut writing, key).await?;
                set(&mut writing, key, guesses.after_wrong(now, allowance)).await?;
            }
            Ok(((), writing))
        })
        .await
    }

    /// Forgives the wrong passwords of somebody who has come to the right one: those counted for the name or the
    /// browser, and as many of the network's.
    pub async fn forgive_wrong_passwords(&self, counters: &Counters) -> Result<(), Error> {
        self.write(|mut writing| async move {
            let now = writing.now();
            // Read here: this runs again if the answer to its commit is lost, and then there are none left.
            let mut count = 0;
            for (key, allowance) in counters.each() {
                let guesses = lock(&mut writing, key).await?;
                let forgiven = if key == counters.who {
                    count = guesses.count(now, allowance);
                    Guesses::NONE
                } else {
                    guesses.less(count, allowance)
                };
                set(&mut writing, key, forgiven).await?;
            }
            Ok(((), writing))
        })
        .await
    }
}

impl Counters {
    /// Those that count, in the order in which they are locked.
    fn each(&self) -> impl Iterator<Item = (GuessKey, Allowance)> {
        let who = self.allowances.of_account.map(|allowance| (self.who, allowance));
        who.into_iter().chain(self.network.zip(self.allowances.of_network))
    }
}

async fn find(connection: &mut Connection, key: GuessKey) -> Result<Guesses, Error> {
    let row = sqlx::query("select forgiven_at, blocked_until from guess where key = $1")
        .bind(key.0.to_vec())
        .fetch_optional(connection)
        .await?;
    row.map_or(Ok(Guesses::NONE), |row| guesses(&row))
}

/// Makes a count that is not there, and locks it.
async fn lock(connection: &mut Connection, key: GuessKey) -> Result<Guesses, Error> {
    let row = sqlx::query(
        "insert into guess (key, forgiven_at, blocked_until) values ($1, 0, 0)
         on conflict (key) do update set key = excluded.key
         returning forgiven_at, blocked_until",
    )
    .bind(key.0.to_vec())
    .fetch_one(connection)
    .await?;
    guesses(&row)
}

async fn set(connection: &mut Connection, key: GuessKey, guesses: Guesses) -> Result<(), Error> {
    sqlx::query("update guess set forgiven_at = $2, blocked_until = $3 where key = $1")
        .bind(key.0.to_vec())
        .bind(guesses.forgiven_at.0)
        .bind(guesses.blocked_until.0)
        .execute(connection)
        .await?;
    Ok(())
}

fn guesses(row: &AnyRow) -> Result<Guesses, Error> {
    Ok(Guesses {
        forgiven_at: Timestamp(row.try_get("forgiven_at")?),
        blocked_until: Timestamp(row.try_get("blocked_until")?),
    })
}
