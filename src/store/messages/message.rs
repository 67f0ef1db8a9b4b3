//! Reading one message, which somebody is about to change.

use crate::model::Refusal;
use crate::model::accounts::AccountId;
use crate::model::changes::Wish;
use crate::model::messages::{Message, MessageEntry};
use crate::model::rooms::RoomId;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::memberships::{require_member, where_is};
use crate::store::rows::{RoomRow, load_room};

impl Store {
    /// Message `seq` of room `id`, if `account` may do that to it now: what allows the change itself is read again in its
    /// transaction.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], [`Refusal::NotAMember`], [`Refusal::NoSuchMessage`],
    /// [`Refusal::NotYours`], [`Refusal::MessageDeleted`].
    pub async fn message_to_change(
        &self,
        account: AccountId,
        id: RoomId,
        seq: i64,
        wish: Wish,
    ) -> Result<MessageEntry, Error> {
        let mut snapshot = self.snapshot().await?;
        let RoomRow { owner, .. } = load_room(&mut snapshot, id).await?;
        require_member(&where_is(&mut snapshot, account).await?, id)?;
        let message: Option<MessageEntry> = sqlx::query_as(
            "select e.seq, e.tag, e.author_id, a.name as author, e.at, e.body, e.changed, e.changed_at,
                    x.name as deleter
             from entry e join account a on a.id = e.author_id left join account x on x.id = e.deleted_by
             where e.room_id = $1 and e.seq = $2 and e.kind = 'message'",
        )
        .bind(id.0)
        .bind(seq)
        .fetch_optional(&mut snapshot)
        .await?;
        snapshot.end().await;
        let found = message.ok_or(Refusal::NoSuchMessage)?;
        let Message { author, deleted_by, .. } = &found.event;
        wish.allows(account, author.id, owner.id, deleted_by.is_some())?;
        Ok(found)
    }
}
