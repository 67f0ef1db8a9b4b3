//! Credentials: the password hash that a log-in is checked against.

use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use crate::model::Refusal;
use crate::model::accounts::{AccountId, UsernameKey};

/// What a log-in is checked against.
pub struct Credentials {
    /// Whose they are.
    pub account: AccountId,
    /// The password's Argon2id hash, a PHC string.
    pub password_hash: String,
}

impl Store {
    /// The credentials of whoever has this name.
    pub async fn find_credentials(&self, name: &UsernameKey) -> Result<Option<Credentials>, Error> {
        let row: Option<(i64, String)> = sqlx::query_as(
            "select id, password_hash from account where name_key = $1 and coalesce(role, '') <> 'site'",
        )
        .bind(name.as_str())
        .fetch_optional(&mut self.reader().await?)
        .await?;
        Ok(row.map(credentials))
    }
}

pub(super) fn credentials((id, password_hash): (i64, String)) -> Credentials {
    Credentials { account: AccountId(id), password_hash }
}

/// The hash of the password of `account`, a PHC string.
pub(super) async fn password_hash(connection: &mut Connection, account: AccountId) -> Result<String, Error> {
    let query = sqlx::query_scalar("select password_hash from account where id = $1");
    Ok(query.bind(account.0).fetch_one(connection).await?)
}

/// Whether the account of these, which must be locked, still has them and is not barred.
///
/// # Errors
/// [`Refusal::WrongPassword`], [`Refusal::Barred`].
pub(super) async fn require_credentials(
    connection: &mut Connection,
    known: &Credentials,
) -> Result<(), Error> {
    let row: (String, Option<i64>) =
        sqlx::query_as("select password_hash, barred_at from account where id = $1")
            .bind(known.account.0)
            .fetch_one(connection)
            .await?;
    match row {
        (hash, _) if hash != known.password_hash => Err(Refusal::WrongPassword.into()),
        (_, Some(_)) => Err(Refusal::Barred.into()),
        _ => Ok(()),
    }
}
