//! What the page of a room shows.

use crate::model::accounts::{AccountId, Person};
use crate::model::log::Position;
use crate::model::messages::RoomEntry;
use crate::model::rooms::{RoomId, RoomLink};
use crate::model::versions::PeopleVersion;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::memberships::{members, require_member, where_is};
use crate::store::messages::entries_before;
use crate::store::rows::{RoomRow, load_room};

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
    /// What the page of room `id` shows to `account`: the newest entries, or those before `before`.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::NoSuchRoom`, `RoomDeleted`, `NotAMember`.
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
