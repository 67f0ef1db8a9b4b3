//! Rooms: opening and deleting them, and the page of one.

use super::events::{self, kind};
use super::locks::{enter, leave_room, lock_account, lock_room, where_is};
use super::messages::newest;
use super::sessions::active_session;
use super::{Connection, Error, Session, Store};
use crate::model::accounts::{AccountId, Person};
use crate::model::log::{Position, Tag};
use crate::model::memberships::Whereabouts;
use crate::model::messages::Message;
use crate::model::rooms::{RoomId, RoomLink, RoomName};
use crate::model::{Refusal, Timestamp};

/// A open room, from outside.
#[derive(Clone, Debug)]
pub struct Room {
    /// Which.
    pub room: RoomLink,
    /// Who made it.
    pub owner: Person,
    /// How many people are inside.
    pub inside: i64,
    /// How new this is: the latest coming or going in it.
    pub moved: Position,
}

/// What a room's page shows, read at one moment.
pub struct RoomPage {
    /// The room.
    pub room: RoomLink,
    /// Who made it.
    pub owner: Person,
    /// A stretch of its log, oldest first.
    pub messages: Vec<Message>,
    /// The head of its log.
    pub head: Position,
    /// The names of those inside.
    pub people: Vec<String>,
    /// How new [`RoomPage::people`] is.
    pub moved: Position,
}

impl Store {
    /// Opens a room and brings its creator in. Asking again from inside that room is asking once.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::InsideAnother`], [`Refusal::RoomNameTaken`],
    /// [`Refusal::RoomNameLike`], or when the database fails.
    pub async fn create_room(&self, session: &Session, name: &RoomName) -> Result<RoomId, Error> {
        self.write(|mut writing| async move {
            lock_account(&mut writing, session.person.id).await?;
            let account = active_session(&mut writing, &session.token).await?;
            if let Whereabouts::Inside(here) = where_is(&mut writing, account).await? {
                let ours = room_of_owner(&mut writing, account, name).await?;
                return match ours {
                    Some(room) if room == here.id => Ok((room, writing)),
                    _ => Err(Refusal::InsideAnother(here).into()),
                };
            }
            let Some(room) = insert_room(&mut writing, account, name).await? else {
                return Err(name_taken(&mut writing, name).await?.into());
            };
            events::append(&mut writing, kind::ROOM_CREATED, account, Some(room), Timestamp::now()).await?;
            enter(&mut writing, account, room).await?;
            Ok((room, writing))
        })
        .await
    }

    /// Deletes a room: a tombstone stays for those inside, the messages are [swept](super::sweeper). Deleting
    /// it twice is deleting it once.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`],
    /// [`Refusal::NotTheOwner`], or when the database fails.
    pub async fn delete_room(&self, session: &Session, room: RoomId) -> Result<(), Error> {
        self.write(|mut writing| async move {
            lock_account(&mut writing, session.person.id).await?;
            let locked = lock_room(&mut writing, room).await?;
            let account = active_session(&mut writing, &session.token).await?;
            if locked.deleted_by.as_ref().is_some_and(|by| by.id == account) {
                return Ok(((), writing));
            }
            if locked.ensure_open()?.owner != account {
                return Err(Refusal::NotTheOwner.into());
            }
            let now = writing.now();
            sqlx::query("update room set deleted_at = $2, deleted_by = $3 where id = $1")
                .bind(room.0)
                .bind(now.0)
                .bind(account.0)
                .execute(&mut writing)
                .await?;
            // Who deletes a room need not be told that it is gone.
            leave_room(&mut writing, account, room).await?;
            events::append(&mut writing, kind::ROOM_DELETED, account, Some(room), now).await?;
            Ok(((), writing))
        })
        .await
    }

    /// The open room `id`.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], or when the database fails.
    pub async fn room(&self, id: RoomId) -> Result<Room, Error> {
        load_room_row(&mut self.reader().await?, id).await
    }

    /// Whether someone whose whereabouts have just been read is in the open room `id`.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], [`Refusal::NotAMember`], or when the
    /// database fails.
    pub async fn require_inside(&self, whereabouts: &Whereabouts, id: RoomId) -> Result<(), Error> {
        if whereabouts.is_inside(id) {
            return Ok(());
        }
        facts(&mut self.reader().await?, id).await?;
        Err(Refusal::NotAMember { inside: whereabouts.inside().cloned() }.into())
    }

    /// What the page of room `id` shows to `account`: the newest messages, or those before `before`.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], [`Refusal::NotAMember`], or when the
    /// database fails.
    pub async fn room_page(
        &self,
        account: AccountId,
        id: RoomId,
        before: Option<i64>,
    ) -> Result<RoomPage, Error> {
        let mut snapshot = self.snapshot().await?;
        let Facts { room, owner, head, moved } = facts(&mut snapshot, id).await?;
        let whereabouts = where_is(&mut snapshot, account).await?;
        if !whereabouts.is_inside(id) {
            return Err(Refusal::NotAMember { inside: whereabouts.inside().cloned() }.into());
        }
        let people = names_inside(&mut snapshot, id).await?;
        let messages = newest(&mut snapshot, id, before.unwrap_or(i64::MAX)).await?;
        snapshot.end().await;
        Ok(RoomPage { room, owner, messages, head, people, moved })
    }
}

/// A room's number and name, its owner's, how many are inside, and the latest coming or going.
pub(super) type Row = (i64, String, i64, String, i64, i64, i64);

pub(super) fn room((id, name, owner, owner_name, inside, seq, tag): Row) -> Room {
    Room {
        room: RoomLink { id: RoomId(id), name },
        owner: Person { id: AccountId(owner), name: owner_name },
        inside,
        moved: Position { seq, tag: Tag(tag) },
    }
}

/// A open room, and how new what is known of it is.
pub(super) struct Facts {
    pub(super) room: RoomLink,
    pub(super) owner: Person,
    /// The head of its log.
    pub(super) head: Position,
    /// The latest coming or going in it.
    pub(super) moved: Position,
}

/// # Errors
/// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], or when the database fails.
pub(super) async fn facts(connection: &mut Connection, id: RoomId) -> Result<Facts, Error> {
    type Joined = (String, i64, String, i64, i64, i64, i64, Option<String>);
    let row: Option<Joined> = sqlx::query_as(
        "select r.name, o.id, o.name, r.last_seq, r.last_tag, r.people_seq, r.people_tag, d.name
         from room r join account o on o.id = r.owner_id left join account d on d.id = r.deleted_by
         where r.id = $1",
    )
    .bind(id.0)
    .fetch_optional(connection)
    .await?;
    let (name, owner, owner_name, last_seq, last_tag, moved_seq, moved_tag, deleted_by) =
        row.ok_or(Refusal::NoSuchRoom)?;
    require_open(&name, deleted_by)?;
    Ok(Facts {
        room: RoomLink { id, name },
        owner: Person { id: AccountId(owner), name: owner_name },
        head: Position { seq: last_seq, tag: Tag(last_tag) },
        moved: Position { seq: moved_seq, tag: Tag(moved_tag) },
    })
}

/// # Errors
/// [`Refusal::RoomDeleted`] when somebody has deleted it.
pub(super) fn require_open(name: &str, deleted_by: Option<String>) -> Result<(), Refusal> {
    deleted_by.map_or(Ok(()), |by| Err(Refusal::RoomDeleted { room: name.to_owned(), by }))
}

/// # Errors
/// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], or when the database fails.
pub(super) async fn load_room_row(connection: &mut Connection, id: RoomId) -> Result<Room, Error> {
    let Facts { room, owner, moved, .. } = facts(connection, id).await?;
    let (inside,) = sqlx::query_as("select count(*) from membership where room_id = $1")
        .bind(id.0)
        .fetch_one(connection)
        .await?;
    Ok(Room { room, owner, inside, moved })
}

async fn names_inside(connection: &mut Connection, id: RoomId) -> Result<Vec<String>, Error> {
    let names: Vec<(String,)> = sqlx::query_as(
        "select a.name from membership m join account a on a.id = m.account_id
         where m.room_id = $1",
    )
    .bind(id.0)
    .fetch_all(connection)
    .await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// The open room of this name, if `account` made it.
async fn room_of_owner(
    connection: &mut Connection,
    account: AccountId,
    name: &RoomName,
) -> Result<Option<RoomId>, Error> {
    let row: Option<(i64,)> =
        sqlx::query_as("select id from room where name_key = $1 and owner_id = $2 and deleted_at is null")
            .bind(name.keys().folded())
            .bind(account.0)
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(id,)| RoomId(id)))
}

/// The new room, or nothing when its name is taken.
async fn insert_room(
    connection: &mut Connection,
    owner: AccountId,
    name: &RoomName,
) -> Result<Option<RoomId>, Error> {
    let row: Option<(i64,)> = sqlx::query_as(
        "insert into room
             (name, name_key, skeleton, owner_id, created_at, last_seq, last_tag, people_seq, people_tag)
         values ($1, $2, $3, $4, $5, 0, 0, 0, 0)
         on conflict do nothing returning id",
    )
    .bind(name.shown())
    .bind(name.keys().folded())
    .bind(name.keys().skeleton())
    .bind(owner.0)
    .bind(Timestamp::now().0)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(id,)| RoomId(id)))
}

/// Why a name is refused: a open room has it, or one that looks like it.
async fn name_taken(connection: &mut Connection, name: &RoomName) -> Result<Refusal, Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select name, cast(1 as bigint) from room where name_key = $1 and deleted_at is null
         union all
         select name, cast(0 as bigint) from room where skeleton = $2 and deleted_at is null",
    )
    .bind(name.keys().folded())
    .bind(name.keys().skeleton())
    .fetch_all(connection)
    .await?;
    Ok(match rows.into_iter().max_by_key(|(_, same)| *same) {
        Some((like, 0)) => Refusal::RoomNameLike(like),
        _ => Refusal::RoomNameTaken,
    })
}
