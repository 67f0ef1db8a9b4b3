//! Who is in which room: joining and leaving.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::locks::{dismiss, enter, leave_room, lock_account, lock_room, where_is};
use super::rooms::row::require_open;
use super::rows::people_version;
use super::sessions::active_session;
use super::{Committed, Connection, Error, Store};
use crate::model::Refusal;
use crate::model::memberships::{People, Whereabouts};
use crate::model::rooms::RoomId;
use crate::model::sessions::Session;

impl Store {
    /// Brings the person of `session` into `room`. Joining twice is joining once.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`],
    /// [`Refusal::InsideAnother`], or when the database fails.
    pub async fn join(&self, session: &Session, room: RoomId) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            lock_account(&mut writing, session.person.id).await?;
            let locked = lock_room(&mut writing, room).await?;
            let account = active_session(&mut writing, &session.token).await?;
            locked.ensure_open()?;
            match where_is(&mut writing, account).await? {
                Whereabouts::Inside(here) if here.id == room => {}
                Whereabouts::Inside(here) => return Err(Refusal::InsideAnother(here).into()),
                Whereabouts::Nowhere | Whereabouts::Evicted(_) => enter(&mut writing, account, room).await?,
            }
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Takes the person of `session` out of `room`, deleted or not. Who is not inside stays outside.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NoSuchRoom`], or when the database fails.
    pub async fn leave(&self, session: &Session, room: RoomId) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            lock_account(&mut writing, session.person.id).await?;
            let locked = lock_room(&mut writing, room).await?;
            let account = active_session(&mut writing, &session.token).await?;
            match locked.ensure_open() {
                Ok(_) => leave_room(&mut writing, account, room).await?,
                Err(_) => dismiss(&mut writing, account, room).await?,
            }
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Forgets the deleted room that the person of `session` was in.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], or when the database fails.
    pub async fn dismiss_notice(&self, session: &Session) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            lock_account(&mut writing, session.person.id).await?;
            let account = active_session(&mut writing, &session.token).await?;
            if let Whereabouts::Evicted(notice) = where_is(&mut writing, account).await? {
                lock_room(&mut writing, notice.room.id).await?;
                dismiss(&mut writing, account, notice.room.id).await?;
            }
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Who is in room `id`, in one statement.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], or when the database fails.
    pub async fn people(&self, id: RoomId) -> Result<People, Error> {
        let rows: Vec<AnyRow> = sqlx::query(
            "select r.name as room, d.name as deleted_by, r.people_seq, r.people_tag, a.name as account
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
        let names = rows.iter().filter_map(|row| row.try_get("account").transpose());
        Ok(People { names: names.collect::<sqlx::Result<_>>()?, version: people_version(room)? })
    }
}

/// The names of those in a room, in no order.
pub(super) async fn names_inside(connection: &mut Connection, id: RoomId) -> Result<Vec<String>, Error> {
    let names: Vec<(String,)> = sqlx::query_as(
        "select a.name from membership m join account a on a.id = m.account_id
         where m.room_id = $1",
    )
    .bind(id.0)
    .fetch_all(connection)
    .await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}
