//! Who is in which room: joining and leaving.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::committed::Committed;
use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use super::events::{self, kind};
use super::locks::{active_session, lock_account, lock_account_and_room, lock_room, lock_room_beside};
use super::rows::{self, joined_room, load_room, people_version, require_open};
use crate::model::accounts::{AccountId, Person};
use crate::model::memberships::{Notice, People, Whereabouts};
use crate::model::rooms::RoomId;
use crate::model::sessions::Session;
use crate::model::{Refusal, Timestamp};

impl Store {
    /// Brings the person of `session` into `room`. Joining twice is joining once.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], [`Refusal::InsideAnother`].
    pub async fn join(&self, session: &Session, room: RoomId) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            let (account, locked) = lock_account_and_room(&mut writing, session, room).await?;
            locked.ensure_open()?;
            match where_is(&mut writing, account).await? {
                Whereabouts::Inside(here) if here.id == room => {}
                Whereabouts::Inside(here) => return Err(Refusal::InsideAnother(here).into()),
                Whereabouts::Nowhere | Whereabouts::InDeletedRoom(_) => {
                    enter(&mut writing, account, room).await?;
                }
            }
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Moves the person of `session` from the room `leaving` to `room`: a leave and a join, or neither. Moving twice is
    /// moving once.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`]; [`Refusal::NoSuchRoom`] and [`Refusal::RoomDeleted`] of `room`, the latter also of
    /// `leaving` when it was deleted under them; [`Refusal::InsideAnother`] and [`Refusal::LeftAlready`] when they are
    /// not in `leaving`.
    pub async fn move_between(
        &self,
        session: &Session,
        leaving: RoomId,
        room: RoomId,
    ) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            lock_account(&mut writing, session.person.id).await?;
            let locked = lock_room_beside(&mut writing, room, leaving).await?;
            let account = active_session(&mut writing, &session.token).await?;
            locked.ensure_open()?;
            match where_is(&mut writing, account).await? {
                Whereabouts::Inside(here) if here.id == room => {}
                Whereabouts::Inside(here) if here.id == leaving => {
                    remove_member(&mut writing, account, leaving, kind::MEMBER_LEFT).await?;
                    enter(&mut writing, account, room).await?;
                }
                elsewhere => return Err(not_inside(elsewhere, leaving).into()),
            }
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Takes the person of `session` out of `room`, deleted or not. Who is not inside stays outside.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NoSuchRoom`].
    pub async fn leave(&self, session: &Session, room: RoomId) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            let (account, locked) = lock_account_and_room(&mut writing, session, room).await?;
            let is_open = locked.ensure_open().is_ok();
            let kind = if is_open { kind::MEMBER_LEFT } else { kind::NOTICE_DISMISSED };
            remove_member(&mut writing, account, room, kind).await?;
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Forgets the deleted room that the person of `session` was in.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`].
    pub async fn dismiss_notice(&self, session: &Session) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            lock_account(&mut writing, session.person.id).await?;
            let account = active_session(&mut writing, &session.token).await?;
            if let Whereabouts::InDeletedRoom(notice) = where_is(&mut writing, account).await? {
                lock_room(&mut writing, notice.room.id).await?;
                remove_member(&mut writing, account, notice.room.id, kind::NOTICE_DISMISSED).await?;
            }
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Who is in room `id`, in one statement.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`].
    pub async fn people(&self, id: RoomId) -> Result<People, Error> {
        let rows: Vec<AnyRow> = sqlx::query(
            "select r.name as room, d.name as deleted_by, r.people_seq, r.people_tag,
                    a.id as account_id, a.name as account
             from room r
             left join account d on d.id = r.deleted_by
             left join membership m on m.room_id = r.id
             left join account a on a.id = m.account_id
             where r.id = $1",
        )
        .bind(id.0)
        .fetch_all(&mut self.reader().await?)
        .await?;
        let room = rows.first().ok_or(Refusal::NoSuchRoom)?;
        require_open(room)?;
        let members = rows.iter().filter_map(|row| rows::joined_person(row).transpose());
        Ok(People { members: members.collect::<sqlx::Result<_>>()?, version: people_version(room)? })
    }

    /// Whether someone whose whereabouts have just been read is in the open room `id`.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], [`Refusal::NotAMember`].
    pub async fn require_inside(&self, whereabouts: &Whereabouts, id: RoomId) -> Result<(), Error> {
        if !whereabouts.is_inside(id) {
            load_room(&mut self.reader().await?, id).await?;
        }
        Ok(require_member(whereabouts, id)?)
    }
}

/// Why somebody cannot leave a room for another who is not in it, but here.
fn not_inside(here: Whereabouts, leaving: RoomId) -> Refusal {
    match here {
        Whereabouts::Inside(here) => Refusal::InsideAnother(here),
        Whereabouts::InDeletedRoom(Notice { room, by }) if room.id == leaving => {
            Refusal::RoomDeleted { room: room.name, by }
        }
        Whereabouts::InDeletedRoom(_) | Whereabouts::Nowhere => Refusal::LeftAlready,
    }
}

/// Who is in a room, in no order.
pub(super) async fn members(connection: &mut Connection, id: RoomId) -> Result<Vec<Person>, Error> {
    let members: Vec<AnyRow> = sqlx::query(
        "select a.id as account_id, a.name as account from membership m join account a on a.id = m.account_id
         where m.room_id = $1",
    )
    .bind(id.0)
    .fetch_all(connection)
    .await?;
    Ok(members.iter().map(rows::person).collect::<sqlx::Result<_>>()?)
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

/// Takes `account` out of `room`, which must be locked, if it is inside; `kind` is the event that tells of it.
pub(super) async fn remove_member(
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

/// Refuses whoever is somewhere else than in room `id`.
pub(super) fn require_member(whereabouts: &Whereabouts, id: RoomId) -> Result<(), Refusal> {
    if whereabouts.is_inside(id) {
        return Ok(());
    }
    Err(Refusal::NotAMember { inside: whereabouts.inside().cloned() })
}

/// Where someone is, from the room that their membership names, if they have any, and who deleted it, if anyone did:
/// the columns `room_id`, `room` and `deleted_by`.
pub(super) fn whereabouts(row: &AnyRow) -> sqlx::Result<Whereabouts> {
    let Some(room) = joined_room(row)? else { return Ok(Whereabouts::Nowhere) };
    Ok(match row.try_get("deleted_by")? {
        Some(by) => Whereabouts::InDeletedRoom(Notice { room, by }),
        None => Whereabouts::Inside(room),
    })
}
