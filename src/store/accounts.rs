//! Accounts.

use super::connection::Connection;
use super::database::Store;
use super::error::Error;
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

impl Store {
    /// Creates an account and logs it in.
    ///
    /// # Errors
    /// [`Refusal::UsernameTaken`], [`Refusal::UsernameLike`], or when the database fails.
    pub async fn create_account(
        &self,
        name: &Username,
        password_hash: &str,
        session: &NewSession,
    ) -> Result<AccountId, Error> {
        self.write(|mut writing| async move {
            let account: Option<(i64,)> = sqlx::query_as(
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
            let account = match account {
                Some((id,)) => {
                    insert_session(&mut writing, AccountId(id), session).await?;
                    AccountId(id)
                }
                None => match already_made(&mut writing, session).await? {
                    Some(account) => account,
                    None => return Err(taken(&namesakes(&mut writing, name).await?).into()),
                },
            };
            Ok((account, writing))
        })
        .await
    }

    /// Whether `name` is free for `session`, so that a password need not be hashed for nothing: none if it is;
    /// the credentials of whoever has it if the form that this session comes from has just been sent by them.
    ///
    /// # Errors
    /// [`Refusal::UsernameTaken`], [`Refusal::UsernameLike`], or when the database fails.
    pub async fn require_free(
        &self,
        name: &Username,
        session: &NewSession,
    ) -> Result<Option<Credentials>, Error> {
        let mut reader = self.reader().await?;
        let found = namesakes(&mut reader, name).await?;
        if found.is_empty() {
            return Ok(None);
        }
        let same = found.iter().find(|namesake| namesake.is_same);
        if let (Some(same), Some(nonce)) = (same, &session.nonce) {
            let row: Option<(i64, String)> = sqlx::query_as(
                "select a.id, a.password_hash from account a join session s on s.account_id = a.id
                 where a.id = $1 and s.nonce = $2 and s.created_at > $3 limit 1",
            )
            .bind(same.account.0)
            .bind(nonce.as_str())
            .bind(session.began.before(REPEAT).0)
            .fetch_optional(&mut reader)
            .await?;
            if let Some((id, password_hash)) = row {
                return Ok(Some(Credentials { account: AccountId(id), password_hash }));
            }
        }
        Err(taken(&found).into())
    }

    /// The credentials of whoever has this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_credentials(&self, name: &UsernameKey) -> Result<Option<Credentials>, Error> {
        let row: Option<(i64, String)> =
            sqlx::query_as("select id, password_hash from account where name_key = $1")
                .bind(name.as_str())
                .fetch_optional(&mut self.reader().await?)
                .await?;
        Ok(row.map(|(id, password_hash)| Credentials { account: AccountId(id), password_hash }))
    }
}

/// Whoever has a name, or one that looks like it.
struct Namesake {
    account: AccountId,
    name: String,
    /// Whether it is that very name.
    is_same: bool,
}

async fn namesakes(connection: &mut Connection, name: &Username) -> Result<Vec<Namesake>, Error> {
    let rows: Vec<(i64, String, i64)> = sqlx::query_as(
        "select id, name, cast(1 as bigint) from account where name_key = $1
         union all select id, name, cast(0 as bigint) from account where skeleton = $2",
    )
    .bind(name.keys().folded())
    .bind(name.keys().skeleton())
    .fetch_all(connection)
    .await?;
    let namesake = |(id, name, same)| Namesake { account: AccountId(id), name, is_same: same == 1 };
    Ok(rows.into_iter().map(namesake).collect())
}

fn taken(found: &[Namesake]) -> Refusal {
    match found.first() {
        Some(like) if !found.iter().any(|namesake| namesake.is_same) => {
            Refusal::UsernameLike(like.name.clone())
        }
        _ => Refusal::UsernameTaken,
    }
}

/// The account, if the name is taken by this very request: an earlier run of it whose answer was lost.
async fn already_made(connection: &mut Connection, session: &NewSession) -> Result<Option<AccountId>, Error> {
    let ours: Option<(i64,)> = sqlx::query_as("select account_id from session where token_hash = $1")
        .bind(session.token.0.to_vec())
        .fetch_optional(connection)
        .await?;
    Ok(ours.map(|(id,)| AccountId(id)))
}
