//! Accounts.

use super::sessions::{NewSession, insert_session};
use super::{Connection, Error, Store};
use crate::model::accounts::{AccountId, Username};
use crate::model::{Refusal, Timestamp};

/// What a log-in is checked against.
pub struct Credentials {
    /// Whose they are.
    pub account: AccountId,
    /// The password's Argon2id hash, a PHC string.
    pub password_hash: String,
}

impl Store {
    /// Creates an account and logs it in.
    ///
    /// # Errors
    /// [`Refusal::UsernameTaken`], or when the database fails.
    pub async fn create_account(
        &self,
        name: &Username,
        password_hash: &str,
        session: &NewSession,
    ) -> Result<AccountId, Error> {
        self.write(|mut writing| async move {
            let account: Option<(i64,)> = sqlx::query_as(
                "insert into account (name, name_key, password_hash, created_at) values ($1, $2, $3, $4)
                 on conflict (name_key) do nothing returning id",
            )
            .bind(name.shown())
            .bind(name.key())
            .bind(password_hash)
            .bind(Timestamp::now().0)
            .fetch_optional(&mut writing)
            .await?;
            let account = match account {
                Some((id,)) => {
                    insert_session(&mut writing, AccountId(id), session).await?;
                    AccountId(id)
                }
                None => already_made(&mut writing, session).await?,
            };
            Ok((account, writing))
        })
        .await
    }

    /// The credentials of whoever has this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_credentials(&self, name: &Username) -> Result<Option<Credentials>, Error> {
        let row: Option<(i64, String)> =
            sqlx::query_as("select id, password_hash from account where name_key = $1")
                .bind(name.key())
                .fetch_optional(&mut self.reader().await?)
                .await?;
        Ok(row.map(|(id, password_hash)| Credentials { account: AccountId(id), password_hash }))
    }
}

/// The account, if the name is taken by this very request: an earlier run of it whose answer was lost.
async fn already_made(connection: &mut Connection, session: &NewSession) -> Result<AccountId, Error> {
    let ours: Option<(i64,)> = sqlx::query_as("select account_id from session where token_hash = $1")
        .bind(session.token.0.to_vec())
        .fetch_optional(connection)
        .await?;
    ours.map(|(id,)| AccountId(id)).ok_or_else(|| Refusal::UsernameTaken.into())
}
