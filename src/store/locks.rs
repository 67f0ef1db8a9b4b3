//! Who is where, inside a transaction: reading it, and changing it under the locks.
//!
//! What people may ask for stands in [`memberships`](super::memberships); here nobody is asked who they are.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::events::{self, kind};
use super::{Connection, Error, rows};
use crate::model::accounts::{AccountId, Person};
use crate::model::log::Position;
use crate::model::memberships::{Notice, Whereabouts};
use crate::model::rooms::RoomId;
use crate::model::{Refusal, Timestamp};

/// A room's row, locked until the transaction ends.
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
/// [`Refusal::NoSuchRoom`], or when the database fails.
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

async fn person(connection: &mut Connection, id: AccountId) -> Result<Person, Error> {
    let (name,) =
        sqlx::query_as("select name from account where id = $1").bind(id.0).fetch_one(connection).await?;
    Ok(Person { id, name })
}

/// Where `account` is, as this transaction sees it.
pub(super) async fn where_is(connection: &mut Connection, account: AccountId) -> Result<Whereabouts, Error> {
    let row: Option<AnyRow> = sqlx::query(
        "select r.id as room_id, r.name as room, d.name as deleted_by from membership m
         join room r on r.id = m.room_id left join account d on d.id = r.deleted_by
         where m.account_id = $1",
    )
    .bind(account.0)
    .fetch_optional(connection)
    .await?;
    Ok(row.as_ref().map(whereabouts).transpose()?.unwrap_or(Whereabouts::Nowhere))
}

/// Puts `account` into `room`; a deleted room it was in is forgotten. The room must be locked or new.
pub(super) async fn enter(
    connection: &mut Connection,
    account: AccountId,
    room: RoomId,
) -> Result<(), Error> {
    let now = Timestamp::now();
    sqlx::query(
        "insert into membership (account_id, room_id, joined_at) values ($1, $2, $3)
         on conflict (account_id) do update set room_id = excluded.room_id, joined_at = excluded.joined_at",
    )
    .bind(account.0)
    .bind(room.0)
    .bind(now.0)
    .execute(&mut *connection)
    .await?;
    events::append(connection, kind::MEMBER_JOINED, account, Some(room), now).await
}

/// Takes `account` out of `room`, which must be locked.
pub(super) async fn leave_room(
    connection: &mut Connection,
    account: AccountId,
    room: RoomId,
) -> Result<(), Error> {
    exit(connection, account, room, kind::MEMBER_LEFT).await
}

/// Takes `account` out of `room`, which must be locked and has been deleted.
pub(super) async fn dismiss(
    connection: &mut Connection,
    account: AccountId,
    room: RoomId,
) -> Result<(), Error> {
    exit(connection, account, room, kind::NOTICE_DISMISSED).await
}

async fn exit(
    connection: &mut Connection,
    account: AccountId,
    room: RoomId,
    kind: &str,
) -> Result<(), Error> {
    let left = sqlx::query("delete from membership where account_id = $1 and room_id = $2")
        .bind(account.0)
        .bind(room.0)
        .execute(&mut *connection)
        .await?;
    if left.rows_affected() == 0 {
        return Ok(());
    }
    events::append(connection, kind, account, Some(room), Timestamp::now()).await
}

/// Locks the open room that `account`, which must be locked, is in. A deleted room is not left by what
/// follows: its notice waits until its person comes back.
pub(super) async fn lock_room_of(
    connection: &mut Connection,
    account: AccountId,
) -> Result<Option<RoomId>, Error> {
    let Whereabouts::Inside(here) = where_is(connection, account).await? else { return Ok(None) };
    let locked = lock_room(connection, here.id).await?;
    Ok(locked.ensure_open().is_ok().then_some(here.id))
}

/// Where someone is, from the room that their membership names, if they have any, and who deleted it, if anyone did:
/// the columns `room_id`, `room` and `deleted_by`.
pub(super) fn whereabouts(row: &AnyRow) -> sqlx::Result<Whereabouts> {
    let Some(room) = rows::joined_room(row)? else { return Ok(Whereabouts::Nowhere) };
    Ok(match row.try_get("deleted_by")? {
        Some(by) => Whereabouts::Evicted(Notice { room, by }),
        None => Whereabouts::Inside(room),
    })
}
