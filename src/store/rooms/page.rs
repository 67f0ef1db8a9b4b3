//! What the page of a room shows.

use crate::model::Refusal;
use crate::model::accounts::{AccountId, Person};
use crate::model::log::Position;
use crate::model::memberships::Whereabouts;
use crate::model::messages::RoomEntry;
use crate::model::rooms::{Room, RoomId, RoomLink};
use crate::model::versions::PeopleVersion;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::memberships::{members, where_is};
use crate::store::messages::entries_before;
use crate::store::rows::{RoomRow, load_listed, load_room};

/// What a room's page shows, read at one moment.
pub struct RoomPage {
    /// The room.
    pub room: RoomLink,
    /// Who made it.
    pub owner: Person,
    /// A range of its log, oldest first.
    pub entries: Vec<RoomEntry>,
    /// The head of its log.
    pub head: Position,
    /// Who is inside.
    pub people: Vec<Person>,
    /// The version of [`RoomPage::people`].
    pub people_version: PeopleVersion,
}

impl Store {
    /// The open room `id`.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`].
    pub async fn room(&self, id: RoomId) -> Result<Room, Error> {
        load_listed(&mut self.reader().await?, id).await
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

    /// What the page of room `id` shows to `account`: the newest entries, or those before `before`.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], [`Refusal::NotAMember`].
    pub async fn room_page(
        &self,
        account: AccountId,
        id: RoomId,
        before: Option<i64>,
    ) -> Result<RoomPage, Error> {
        let mut snapshot = self.snapshot().await?;
        let RoomRow { room, owner, head, people_version } = load_room(&mut snapshot, id).await?;
        require_member(&where_is(&mut snapshot, account).await?, id)?;
        let people = members(&mut snapshot, id).await?;
        let entries = entries_before(&mut snapshot, id, before.unwrap_or(i64::MAX)).await?;
        snapshot.end().await;
        Ok(RoomPage { room, owner, entries, head, people, people_version })
    }
}

fn require_member(whereabouts: &Whereabouts, id: RoomId) -> Result<(), Refusal> {
    if whereabouts.is_inside(id) {
        return Ok(());
    }
    Err(Refusal::NotAMember { inside: whereabouts.inside().cloned() })
}
