//! Sessions that end because others of the same account were opened.

use super::connection::Connection;
use super::error::Error;
use crate::model::Timestamp;
use crate::model::accounts::AccountId;
use crate::model::sessions::TokenHash;

/// Leaves `account`, which must be locked, its `most` most recently used sessions, the new one among them, and says whether
/// there were more.
pub(super) async fn end_beyond(
    connection: &mut Connection,
    account: AccountId,
    new: &TokenHash,
    most: u32,
) -> Result<bool, Error> {
    let ended = sqlx::query(
        "delete from session where token_hash in
             (select token_hash from session where account_id = $1 and token_hash <> $2
              order by seen_at desc limit $3 offset $4)",
    )
    .bind(account.0)
    .bind(new.0.to_vec())
    .bind(i64::from(u32::MAX))
    .bind(i64::from(most) - 1)
    .execute(connection)
    .await?;
    Ok(ended.rows_affected() > 0)
}

/// Ends the sessions that a form opened from one moment on until before another, but for one, and says whether there
/// were any. The account must be locked.
pub(super) async fn end_sessions_of(
    connection: &mut Connection,
    account: AccountId,
    nonce: &str,
    (from, to): (Timestamp, Timestamp),
    but: &TokenHash,
) -> Result<bool, Error> {
    let ended = sqlx::query(
        "delete from session
         where account_id = $1 and nonce = $2 and created_at >= $3 and created_at < $4 and token_hash <> $5",
    )
    .bind(account.0)
    .bind(nonce)
    .bind(from.0)
    .bind(to.0)
    .bind(but.0.to_vec())
    .execute(connection)
    .await?;
    Ok(ended.rows_affected() > 0)
}
