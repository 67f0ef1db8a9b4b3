//! What the page of a room shows.

use crate::model::accounts::{AccountId, Person};
use crate::model::history::{History, Place};
use crate::model::rooms::{RoomId, RoomLink};
use crate::model::versions::PeopleVersion;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::memberships::{members, require_member, where_is};
use crate::store::messages::history;
use crate::store::rows::{RoomRow, load_room};

/// What a room's page shows, read at one moment.
pub struct RoomPage {
    /// The room.
    pub room: RoomLink,
    /// Who made it.
    pub owner: Person,
    /// A stretch of its log, and where that ends.
    pub history: History,
    /// Who is inside.
    pub people: Vec<Person>,
    /// The version of [`RoomPage::people`].
    pub people_version: PeopleVersion,
}

impl Store {
    /// What the page of room `id` shows to `account`: the messages at `place`.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::NoSuchRoom`, `RoomDeleted`, `NotAMember`.
    pub async fn room_page(&self, account: AccountId, id: RoomId, place: Place) -> Result<RoomPage, Error> {
        let mut snapshot = self.snapshot().await?;
        let RoomRow { room, owner, head, people_version } = load_room(&mut snapshot, id).await?;
        require_member(&where_is(&mut snapshot, account).await?, id)?;
        let people = members(&mut snapshot, id).await?;
        let history = history(&mut snapshot, id, head, place).await?;
        snapshot.end().await;
        Ok(RoomPage { room, owner, history, people, people_version })
    }
}
