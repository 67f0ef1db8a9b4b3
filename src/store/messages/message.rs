//! Reading one message, for those who may want to change it.

use crate::model::Refusal;
use crate::model::accounts::{AccountId, Person};
use crate::model::changes::Wish;
use crate::model::messages::MessageEntry;
use crate::model::rooms::{RoomId, RoomLink};
use crate::store::connection::Connection;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::memberships::{require_member, where_is};
use crate::store::rows::{RoomRow, load_room};

/// A message, as it reads now, and where it stands.
pub struct FoundMessage {
    /// The room.
    pub room: RoomLink,
    /// Who made the room.
    pub owner: Person,
    /// The message.
    pub message: MessageEntry,
}

impl FoundMessage {
    /// Refuses `person` what they may not do to it now; what changes it asks again.
    ///
    /// # Errors
    /// [`Refusal::NotYours`], [`Refusal::MessageDeleted`].
    pub fn require_allowed(&self, wish: Wish, person: AccountId) -> Result<(), Refusal> {
        let message = &self.message.event;
        wish.allows(person, message.author.id, self.owner.id, message.deleted_by.is_some())
    }
}

impl Store {
    /// Message number `seq` of room `id`, for `account`, who has to be inside.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], [`Refusal::NotAMember`], [`Refusal::NoSuchMessage`].
    pub async fn message(&self, account: AccountId, id: RoomId, seq: i64) -> Result<FoundMessage, Error> {
        let mut snapshot = self.snapshot().await?;
        let RoomRow { room, owner, .. } = load_room(&mut snapshot, id).await?;
        require_member(&where_is(&mut snapshot, account).await?, id)?;
        let message = message(&mut snapshot, id, seq).await?.ok_or(Refusal::NoSuchMessage)?;
        snapshot.end().await;
        Ok(FoundMessage { room, owner, message })
    }
}

async fn message(connection: &mut Connection, id: RoomId, seq: i64) -> Result<Option<MessageEntry>, Error> {
    let message = sqlx::query_as(
        "select e.seq, e.tag, e.author_id, a.name as author, e.at, e.body, e.changed, e.changed_at,
                x.name as deleter
         from entry e join account a on a.id = e.author_id left join account x on x.id = e.deleted_by
         where e.room_id = $1 and e.seq = $2 and e.kind = 'message'",
    )
    .bind(id.0)
    .bind(seq)
    .fetch_optional(connection)
    .await?;
    Ok(message)
}
