//! Reading the history of a room: messages, as they read now, and which stretch of its log they are all messages of.

use crate::model::history::{ENTRIES_MAX, History, MESSAGES_MAX, Place, Span};
use crate::model::log::Position;
use crate::model::messages::MessageEntry;
use crate::model::rooms::RoomId;
use crate::store::connection::Connection;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::rows::{RoomRow, load_room};

impl Store {
    /// The messages of room `id` at a place in its log.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::NoSuchRoom`, `RoomDeleted`.
    pub async fn history(&self, id: RoomId, place: Place) -> Result<History, Error> {
        let mut snapshot = self.snapshot().await?;
        let RoomRow { head, .. } = load_room(&mut snapshot, id).await?;
        let history = history(&mut snapshot, id, head, place).await?;
        snapshot.end().await;
        Ok(history)
    }
}

/// The messages at a place in the log of room `id`, which ends at `as_of`.
pub(in crate::store) async fn history(
    connection: &mut Connection,
    id: RoomId,
    as_of: Position,
    place: Place,
) -> Result<History, Error> {
    let (messages, span) = match place {
        Place::Newest => before(connection, id, as_of.seq + 1, MESSAGES_MAX).await?,
        Place::Before(number) => before(connection, id, number.clamp(1, as_of.seq + 1), MESSAGES_MAX).await?,
        Place::From(number) => {
            from(connection, id, number.clamp(1, as_of.seq + 1), as_of.seq, MESSAGES_MAX).await?
        }
        Place::Around(number) => around(connection, id, number.clamp(1, as_of.seq + 1), as_of.seq).await?,
    };
    Ok(History { messages, span, as_of })
}

type Stretch = (Vec<MessageEntry>, Span);

async fn around(connection: &mut Connection, id: RoomId, number: i64, end: i64) -> Result<Stretch, Error> {
    let (mut messages, earlier) = before(connection, id, number, MESSAGES_MAX / 2).await?;
    let rest = MESSAGES_MAX - i64::try_from(messages.len()).unwrap_or(0);
    let (later, Span { last, .. }) = from(connection, id, number, end, rest).await?;
    messages.extend(later);
    Ok((messages, Span { first: earlier.first, last }))
}

/// At most `most` messages before `number`, and as far as they reach back.
async fn before(connection: &mut Connection, id: RoomId, number: i64, most: i64) -> Result<Stretch, Error> {
    let first = (number - entries(most)).max(1);
    let mut messages: Vec<MessageEntry> = sqlx::query_as(
        "select e.seq, e.tag, e.author_id, a.name as author, e.at, e.body, e.changed, e.changed_at,
                x.name as deleter
         from entry e join account a on a.id = e.author_id left join account x on x.id = e.deleted_by
         where e.room_id = $1 and e.seq >= $2 and e.seq < $3 and e.kind = 'message'
         order by e.seq desc limit $4",
    )
    .bind(id.0)
    .bind(first)
    .bind(number)
    .bind(most)
    .fetch_all(connection)
    .await?;
    messages.reverse();
    let oldest = messages.first().filter(|_| is_full(&messages, most)).map(|message| message.position.seq);
    Ok((messages, Span { first: oldest.unwrap_or(first), last: number - 1 }))
}

/// At most `most` messages from `number` on, and as far as they reach, in a log whose last entry is number `end`.
async fn from(
    connection: &mut Connection,
    id: RoomId,
    number: i64,
    end: i64,
    most: i64,
) -> Result<Stretch, Error> {
    let last = number.saturating_add(entries(most) - 1).min(end).max(number - 1);
    let messages: Vec<MessageEntry> = sqlx::query_as(
        "select e.seq, e.tag, e.author_id, a.name as author, e.at, e.body, e.changed, e.changed_at,
                x.name as deleter
         from entry e join account a on a.id = e.author_id left join account x on x.id = e.deleted_by
         where e.room_id = $1 and e.seq >= $2 and e.seq <= $3 and e.kind = 'message'
         order by e.seq limit $4",
    )
    .bind(id.0)
    .bind(number)
    .bind(last)
    .bind(most)
    .fetch_all(connection)
    .await?;
    let newest = messages.last().filter(|_| is_full(&messages, most)).map(|message| message.position.seq);
    Ok((messages, Span { first: number, last: newest.unwrap_or(last) }))
}

/// How many entries are looked at for so many messages.
fn entries(messages: i64) -> i64 {
    ENTRIES_MAX / MESSAGES_MAX * messages
}

fn is_full(messages: &[MessageEntry], most: i64) -> bool {
    i64::try_from(messages.len()).is_ok_and(|count| count >= most)
}
