//! Who is in which room: joining and leaving.

use super::locks::{dismiss, enter, leave_room, lock_account, lock_room, where_is};
use super::rooms::require_open;
use super::sessions::active_session;
use super::{Error, Session, Store};
use crate::model::Refusal;
use crate::model::log::{Position, Tag};
use crate::model::memberships::Whereabouts;
use crate::model::rooms::RoomId;

impl Store {
    /// Brings the person of `session` into `room`. Joining twice is joining once.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`],
    /// [`Refusal::InsideAnother`], or when the database fails.
    pub async fn join(&self, session: &Session, room: RoomId) -> Result<(), Error> {
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
            Ok(((), writing))
        })
        .await
    }

    /// Takes the person of `session` out of `room`, deleted or not. Who is not inside stays outside.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NoSuchRoom`], or when the database fails.
    pub async fn leave(&self, session: &Session, room: RoomId) -> Result<(), Error> {
        self.write(|mut writing| async move {
            lock_account(&mut writing, session.person.id).await?;
            let locked = lock_room(&mut writing, room).await?;
            let account = active_session(&mut writing, &session.token).await?;
            match locked.ensure_open() {
                Ok(_) => leave_room(&mut writing, account, room).await?,
                Err(_) => dismiss(&mut writing, account, room).await?,
            }
            Ok(((), writing))
        })
        .await
    }

    /// Forgets the deleted room that the person of `session` was in.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], or when the database fails.
    pub async fn dismiss_notice(&self, session: &Session) -> Result<(), Error> {
        self.write(|mut writing| async move {
            lock_account(&mut writing, session.person.id).await?;
            let account = active_session(&mut writing, &session.token).await?;
            if let Whereabouts::Evicted(notice) = where_is(&mut writing, account).await? {
                lock_room(&mut writing, notice.room.id).await?;
                dismiss(&mut writing, account, notice.room.id).await?;
            }
            Ok(((), writing))
        })
        .await
    }

    /// The names of those in room `id`, and how new they are, in one statement.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], or when the database fails.
    pub async fn people(&self, id: RoomId) -> Result<(Vec<String>, Position), Error> {
        let rows: Vec<(i64, String, Option<String>, i64, i64)> = sqlx::query_as(
            "select cast(1 as bigint), r.name, d.name, r.people_seq, r.people_tag
             from room r left join account d on d.id = r.deleted_by where r.id = $1
             union all
             select cast(0 as bigint), a.name, null, cast(0 as bigint), cast(0 as bigint)
             from membership m join account a on a.id = m.account_id where m.room_id = $1",
        )
        .bind(id.0)
        .fetch_all(&mut self.reader().await?)
        .await?;
        let (mut names, mut moved) = (Vec::with_capacity(rows.len()), None);
        for (is_room, name, deleted_by, seq, tag) in rows {
            if is_room == 1 {
                require_open(&name, deleted_by)?;
                moved = Some(Position { seq, tag: Tag(tag) });
            } else {
                names.push(name);
            }
        }
        Ok((names, moved.ok_or(Refusal::NoSuchRoom)?))
    }
}
