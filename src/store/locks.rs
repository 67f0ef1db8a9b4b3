//! Row locks, held until the transaction ends, and the check of a session that follows them.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::connection::Connection;
use super::error::Error;
use super::rows;
use crate::model::Refusal;
use crate::model::accounts::{AccountId, Person};
use crate::model::log::Position;
use crate::model::rooms::RoomId;
use crate::model::sessions::{Session, TokenHash};

/// A room's locked row.
pub(super) struct LockedRoom {
    pub(super) name: String,
    pub(super) owner: AccountId,
    /// The head of its log.
    pub(super) head: Position,
    /// How many messages there are in it.
    pub(super) message_count: i64,
    /// Who deleted it, if it is deleted.
    pub(super) deleted_by: Option<Person>,
}

impl LockedRoom {
    /// # Errors
    /// [`Refusal::RoomDeleted`] when this is a tombstone.
    pub(super) fn ensure_open(self) -> Result<Self, Refusal> {
        match self.deleted_by {
            Some(by) => Err(Refusal::RoomDeleted { room: self.name, by: by.name }),
            None => Ok(self),
        }
    }
}

/// Serialises whatever one person does about where they are.
pub(super) async fn lock_account(connection: &mut Connection, account: AccountId) -> Result<(), Error> {
    sqlx::query("update account set name = name where id = $1").bind(account.0).execute(connection).await?;
    Ok(())
}

/// Locks a room's row. What else must be true is to be read in a later statement: conditions in this
/// one would be judged by a snapshot from before the wait (PostgreSQL, READ COMMITTED).
///
/// # Errors
/// [`Refusal::NoSuchRoom`].
pub(super) async fn lock_room(connection: &mut Connection, room: RoomId) -> Result<LockedRoom, Error> {
    let row: Option<AnyRow> = sqlx::query(
        "update room set last_seq = last_seq where id = $1
         returning name, owner_id, last_seq, last_tag, message_count, deleted_by",
    )
    .bind(room.0)
    .fetch_optional(&mut *connection)
    .await?;
    let row = row.ok_or(Refusal::NoSuchRoom)?;
    let deleted_by = match row.try_get("deleted_by")? {
        Some(by) => Some(person(connection, AccountId(by)).await?),
        None => None,
    };
    Ok(LockedRoom {
        name: row.try_get("name")?,
        owner: AccountId(row.try_get("owner_id")?),
        head: rows::head(&row)?,
        message_count: row.try_get("message_count")?,
        deleted_by,
    })
}

/// Locks a room's row, and that of another room if there is one, in ascending order: two who move opposite ways wait for
/// each other in turn.
///
/// # Errors
/// [`Refusal::NoSuchRoom`] of the first.
pub(super) async fn lock_room_beside(
    connection: &mut Connection,
    room: RoomId,
    other: RoomId,
) -> Result<LockedRoom, Error> {
    if other < room {
        lock_room_if_any(connection, other).await?;
        return lock_room(connection, room).await;
    }
    let locked = lock_room(connection, room).await?;
    lock_room_if_any(connection, other).await?;
    Ok(locked)
}

async fn lock_room_if_any(connection: &mut Connection, room: RoomId) -> Result<(), Error> {
    match lock_room(connection, room).await {
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Locks the site's row: nothing else is locked after it.
pub(super) async fn lock_site(connection: &mut Connection) -> Result<(), Error> {
    sqlx::query("update site set last_seq = last_seq where id = 1").execute(connection).await?;
    Ok(())
}

async fn person(connection: &mut Connection, id: AccountId) -> Result<Person, Error> {
    let name =
        sqlx::query_scalar("select name from account where id = $1").bind(id.0).fetch_one(connection).await?;
    Ok(Person { id, name })
}

/// Locks the account of `session` and then `room`, and reads whose session it is once both are locked.
///
/// # Errors
/// [`Refusal::NoSuchRoom`], [`Refusal::LoggedOut`].
pub(super) async fn lock_account_and_room(
    connection: &mut Connection,
    session: &Session,
    room: RoomId,
) -> Result<(AccountId, LockedRoom), Error> {
    lock_account(connection, session.person.id).await?;
    let locked = lock_room(connection, room).await?;
    Ok((active_session(connection, &session.token).await?, locked))
}

/// The account of a session that is active now, inside the transaction that is about to write for it.
///
/// # Errors
/// [`Refusal::LoggedOut`] when it has ended.
pub(super) async fn active_session(
    connection: &mut Connection,
    token: &TokenHash,
) -> Result<AccountId, Error> {
    let account: Option<i64> =
        sqlx::query_scalar("select account_id from session where token_hash = $1 and expires_at > $2")
            .bind(token.0.to_vec())
            .bind(connection.now().0)
            .fetch_optional(connection)
            .await?;
    account.map(AccountId).ok_or_else(|| Refusal::LoggedOut.into())
}
