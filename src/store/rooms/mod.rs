//! Rooms: creating, reading and deleting them.

mod find;
mod list;
mod page;

pub use page::RoomPage;

use super::committed::Committed;
use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use super::events::{self, kind};
use super::locks::{active_session, lock_account, lock_account_and_room};
use super::memberships::{enter, remove_member, where_is};
use super::names::{Conflict, Kind, conflict};
use super::rows::{load_listed, load_room};
use crate::model::accounts::AccountId;
use crate::model::memberships::Whereabouts;
use crate::model::rooms::{Room, RoomId, RoomName};
use crate::model::sessions::Session;
use crate::model::{Refusal, Timestamp};

impl Store {
    /// Opens a room and brings its creator in, who may have at most so many open rooms. Asking again from inside that room
    /// is asking once.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::InsideAnother`], [`Refusal::TooManyRooms`], [`Refusal::RoomNameTaken`],
    /// [`Refusal::RoomNameLike`].
    pub async fn create_room(
        &self,
        session: &Session,
        name: &RoomName,
        most: u32,
    ) -> Result<Committed<RoomId>, Error> {
        self.write(|mut writing| async move {
            lock_account(&mut writing, session.person.id).await?;
            let account = active_session(&mut writing, &session.token).await?;
            if let Whereabouts::Inside(here) = where_is(&mut writing, account).await? {
                let ours = room_of_owner(&mut writing, account, name).await?;
                return match ours {
                    Some(room) if room == here.id => Ok((Committed::events(room), writing)),
                    _ => Err(Refusal::InsideAnother(here).into()),
                };
            }
            if count_rooms_of(&mut writing, account).await? >= i64::from(most) {
                return Err(Refusal::TooManyRooms(most).into());
            }
            let Some(room) = insert_room(&mut writing, account, name).await? else {
                return Err(name_taken(&mut writing, name).await?.into());
            };
            events::append(&mut writing, kind::ROOM_CREATED, account, Some(room), Timestamp::now()).await?;
            enter(&mut writing, account, room).await?;
            Ok((Committed::events(room), writing))
        })
        .await
    }

    /// The open room `id`.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`].
    pub async fn room(&self, id: RoomId) -> Result<Room, Error> {
        let mut reader = self.reader().await?;
        match load_listed(&mut reader, &[id]).await?.pop() {
            Some(room) => Ok(room),
            // Says why there is none.
            None => load_room(&mut reader, id).await.and(Err(Refusal::NoSuchRoom.into())),
        }
    }

    /// The open room of this name, if there is one.
    pub async fn room_named(&self, name: &RoomName) -> Result<Option<RoomId>, Error> {
        let id: Option<i64> =
            sqlx::query_scalar("select id from room where name_key = $1 and deleted_at is null")
                .bind(name.keys().folded())
                .fetch_optional(&mut self.reader().await?)
                .await?;
        Ok(id.map(RoomId))
    }

    /// Deletes a room: a tombstone stays for those inside, the messages are [swept](super::sweeper). Deleting
    /// it twice is deleting it once.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], [`Refusal::NotTheOwner`].
    pub async fn delete_room(&self, session: &Session, room: RoomId) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            let (account, locked) = lock_account_and_room(&mut writing, session, room).await?;
            if locked.deleted_by.as_ref().is_some_and(|by| by.id == account) {
                return Ok((Committed::events(()), writing));
            }
            if locked.ensure_open()?.owner != account {
                return Err(Refusal::NotTheOwner.into());
            }
            delete_locked(&mut writing, account, room).await?;
            Ok((Committed::events(()), writing))
        })
        .await
    }
}

/// Deletes an open room, which must be locked, in the name of `account`.
pub(super) async fn delete_locked(
    connection: &mut Connection,
    account: AccountId,
    room: RoomId,
) -> Result<(), Error> {
    let now = connection.now();
    sqlx::query("update room set deleted_at = $2, deleted_by = $3 where id = $1")
        .bind(room.0)
        .bind(now.0)
        .bind(account.0)
        .execute(&mut *connection)
        .await?;
    // Who deletes a room need not be told that it is gone.
    remove_member(connection, account, room, kind::MEMBER_LEFT).await?;
    events::append(connection, kind::ROOM_DELETED, account, Some(room), now).await
}

/// The open room of this name, if `account` made it.
async fn room_of_owner(
    connection: &mut Connection,
    account: AccountId,
    name: &RoomName,
) -> Result<Option<RoomId>, Error> {
    let id: Option<i64> = sqlx::query_scalar(
        "select id from room where name_key = $1 and owner_id = $2 and deleted_at is null",
    )
    .bind(name.keys().folded())
    .bind(account.0)
    .fetch_optional(connection)
    .await?;
    Ok(id.map(RoomId))
}

/// How many open rooms `account` has made.
async fn count_rooms_of(connection: &mut Connection, account: AccountId) -> Result<i64, Error> {
    let count = sqlx::query_scalar("select count(*) from room where owner_id = $1 and deleted_at is null");
    Ok(count.bind(account.0).fetch_one(connection).await?)
}

/// The new room, or nothing when its name is taken.
async fn insert_room(
    connection: &mut Connection,
    owner: AccountId,
    name: &RoomName,
) -> Result<Option<RoomId>, Error> {
    let id: Option<i64> = sqlx::query_scalar(
        "insert into room
             (name, name_key, skeleton, owner_id, created_at, last_seq, last_tag, message_count,
              people_seq, people_tag)
         values ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0)
         on conflict do nothing returning id",
    )
    .bind(name.shown())
    .bind(name.keys().folded())
    .bind(name.keys().skeleton())
    .bind(owner.0)
    .bind(Timestamp::now().0)
    .fetch_optional(connection)
    .await?;
    Ok(id.map(RoomId))
}

/// Why a name is refused: an open room has it, or one that looks like it.
async fn name_taken(connection: &mut Connection, name: &RoomName) -> Result<Refusal, Error> {
    Ok(match conflict(connection, Kind::OpenRooms, name.keys()).await? {
        Some(Conflict::Like(like)) => Refusal::RoomNameLike(like),
        _ => Refusal::RoomNameTaken,
    })
}
