//! How people come in: what the site says of it, and invitations that are used.

use sqlx::Row as _;

use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use crate::model::Refusal;
use crate::model::sessions::TokenHash;
use crate::model::sign_up::{SignUp, SignUpNow};

impl Store {
    /// How people come in; `set` is what the settings say.
    pub async fn sign_up(&self, set: Option<SignUp>) -> Result<SignUpNow, Error> {
        sign_up_now(&mut self.reader().await?, set).await
    }

    /// Whether an account can be made with this invitation.
    pub async fn is_invitation(&self, token: &TokenHash) -> Result<bool, Error> {
        let id: Option<i64> = sqlx::query_scalar(
            "select id from invitation where token_hash = $1 and expires_at > $2 and used < uses",
        )
        .bind(token.0.to_vec())
        .bind(self.now().0)
        .fetch_optional(&mut self.reader().await?)
        .await?;
        Ok(id.is_some())
    }
}

pub(super) async fn sign_up_now(
    connection: &mut Connection,
    set: Option<SignUp>,
) -> Result<SignUpNow, Error> {
    let row = sqlx::query("select sign_up, had_admin from site where id = 1").fetch_one(connection).await?;
    let (word, had_admin): (String, i64) = (row.try_get("sign_up")?, row.try_get("had_admin")?);
    let chosen = SignUp::parse(&word)
        .ok_or_else(|| sqlx::Error::Decode("site.sign_up is not one of its words".into()))?;
    Ok(SignUpNow { sign_up: set.unwrap_or(chosen), is_new: had_admin == 0 })
}

/// Uses an invitation once, in the transaction that makes an account with it.
///
/// # Errors
/// [`Refusal::InvitationOver`].
pub(super) async fn use_invitation(connection: &mut Connection, token: &TokenHash) -> Result<(), Error> {
    let now = connection.now();
    let used = sqlx::query(
        "update invitation set used = used + 1 where token_hash = $1 and expires_at > $2 and used < uses",
    );
    let used = used.bind(token.0.to_vec()).bind(now.0).execute(connection).await?;
    if used.rows_affected() == 0 { Err(Refusal::InvitationOver.into()) } else { Ok(()) }
}
