//! Who is in which room: joining and leaving.

use super::sessions::living_session;
use super::whereabouts::{dismiss, enter, leave_room, lock_account, lock_room, where_is};
use super::{Error, Session, Store};
use crate::model::Refusal;
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
            let account = living_session(&mut writing, &session.token).await?;
            locked.living()?;
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
            let account = living_session(&mut writing, &session.token).await?;
            match locked.living() {
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
            let account = living_session(&mut writing, &session.token).await?;
            if let Whereabouts::Evicted(notice) = where_is(&mut writing, account).await? {
                lock_room(&mut writing, notice.room.id).await?;
                dismiss(&mut writing, account, notice.room.id).await?;
            }
            Ok(((), writing))
        })
        .await
    }
}
