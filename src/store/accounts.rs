//! Accounts.

use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use super::names::{Conflict, Kind, conflict};
use super::sessions::{NewSession, insert_session};
use crate::model::accounts::{AccountId, Username, UsernameKey};
use crate::model::sessions::REPEAT;
use crate::model::{Refusal, Timestamp};

/// What a log-in is checked against.
pub struct Credentials {
    /// Whose they are.
    pub account: AccountId,
    /// The password's Argon2id hash, a PHC string.
    pub password_hash: String,
}

/// What is known of a name that somebody new wants, if it is not taken.
pub enum NameCheck {
    /// Nobody has it, or one that looks like it.
    Free,
    /// Whoever has it has just sent this very form.
    SentBefore(Credentials),
}

impl Store {
    /// Creates an account and logs it in.
    ///
    /// # Errors
    /// [`Refusal::UsernameTaken`], [`Refusal::UsernameLike`].
    pub async fn create_account(
        &self,
        name: &Username,
        password_hash: &str,
        session: &NewSession,
    ) -> Result<AccountId, Error> {
        self.write(|mut writing| async move {
            let account: Option<i64> = sqlx::query_scalar(
                "insert into account (name, name_key, skeleton, password_hash, created_at)
                 values ($1, $2, $3, $4, $5) on conflict do nothing returning id",
            )
            .bind(name.shown())
            .bind(name.keys().folded())
            .bind(name.keys().skeleton())
            .bind(password_hash)
            .bind(Timestamp::now().0)
            .fetch_optional(&mut writing)
            .await?;
            if let Some(account) = account.map(AccountId) {
                insert_session(&mut writing, account, session).await?;
                return Ok((account, writing));
            }
            match already_made(&mut writing, session).await? {
                Some(account) => Ok((account, writing)),
                None => Err(taken(conflict(&mut writing, Kind::Accounts, name.keys()).await?).into()),
            }
        })
        .await
    }

    /// Whether `name` is free for `session`, so that a password need not be hashed for nothing.
    ///
    /// # Errors
    /// [`Refusal::UsernameTaken`], [`Refusal::UsernameLike`].
    pub async fn check_name(&self, name: &Username, session: &NewSession) -> Result<NameCheck, Error> {
        let mut reader = self.reader().await?;
        let Some(conflict) = conflict(&mut reader, Kind::Accounts, name.keys()).await? else {
            return Ok(NameCheck::Free);
        };
        if let (Conflict::Same(id), Some(nonce)) = (&conflict, &session.nonce) {
            let row: Option<(i64, String)> = sqlx::query_as(
                "select a.id, a.password_hash from account a join session s on s.account_id = a.id
                 where a.id = $1 and s.nonce = $2 and s.created_at > $3 limit 1",
            )
            .bind(*id)
            .bind(nonce.as_str())
            .bind(session.began.before(REPEAT).0)
            .fetch_optional(&mut reader)
            .await?;
            if let Some(row) = row {
                return Ok(NameCheck::SentBefore(credentials(row)));
            }
        }
        Err(taken(Some(conflict)).into())
    }

    /// The credentials of whoever has this name.
    pub async fn find_credentials(&self, name: &UsernameKey) -> Result<Option<Credentials>, Error> {
        let row: Option<(i64, String)> =
            sqlx::query_as("select id, password_hash from account where name_key = $1")
                .bind(name.as_str())
                .fetch_optional(&mut self.reader().await?)
                .await?;
        Ok(row.map(credentials))
    }
}

fn credentials((id, password_hash): (i64, String)) -> Credentials {
    Credentials { account: AccountId(id), password_hash }
}

fn taken(conflict: Option<Conflict>) -> Refusal {
    match conflict {
        Some(Conflict::Like(like)) => Refusal::UsernameLike(like),
        _ => Refusal::UsernameTaken,
    }
}

/// The account, if the name is taken by this very request: an earlier run of it whose answer was lost.
async fn already_made(connection: &mut Connection, session: &NewSession) -> Result<Option<AccountId>, Error> {
    let ours: Option<i64> = sqlx::query_scalar("select account_id from session where token_hash = $1")
        .bind(session.token.0.to_vec())
        .fetch_optional(connection)
        .await?;
    Ok(ours.map(AccountId))
}
