//! Reading a room's log. How it is written stands in [`posts`](super::posts).

use super::rooms::{Facts, facts};
use super::{Connection, Error, Store};
use crate::model::log::{Cursor, Position, Tag};
use crate::model::messages::Message;
use crate::model::rooms::RoomId;
use crate::model::{Refusal, Timestamp};

/// How many messages an update carries at most. Of long ones an answer holds fewer, which is not counted
/// here: 200 rows of 4,000 characters are 3 MB at most.
pub const UPDATE_MAX: usize = 200;
/// How many messages a page of history carries at most.
const PAGE_MAX: usize = 100;

/// What follows a cursor.
pub struct Updates {
    /// Consecutive entries, oldest first, the first right after the cursor.
    pub messages: Vec<Message>,
    /// Whether there are more.
    pub more: bool,
    /// How new the room's people are.
    pub moved: Position,
}

type Row = (i64, i64, String, i64, String);

fn message((seq, tag, author, sent_at, body): Row) -> Message {
    Message { position: Position { seq, tag: Tag(tag) }, author, sent_at: Timestamp(sent_at), body }
}

impl Store {
    /// What follows `after` in the log of room `id`.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], [`Refusal::Resync`] when the cursor is not of
    /// this log, or when the database fails.
    pub async fn updates(&self, id: RoomId, after: Cursor) -> Result<Updates, Error> {
        let mut snapshot = self.snapshot().await?;
        let Facts { head, moved, .. } = facts(&mut snapshot, id).await?;
        if after.seq > head.seq {
            return Err(Refusal::Resync.into());
        }
        // The entry the cursor names is read along, to see that it is the one the reader saw.
        let mut messages = starting_at(&mut snapshot, id, after.seq, UPDATE_MAX + 2).await?;
        if after.seq > 0 {
            if !messages.first().is_some_and(|seen| after.is_at(seen.position)) {
                return Err(Refusal::Resync.into());
            }
            messages.remove(0);
        }
        let more = messages.len() > UPDATE_MAX;
        messages.truncate(UPDATE_MAX);
        Ok(Updates { messages, more, moved })
    }

    /// The messages of room `id` before number `before`, oldest first, at most [`PAGE_MAX`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn messages_before(&self, id: RoomId, before: i64) -> Result<Vec<Message>, Error> {
        newest(&mut self.reader().await?, id, before).await
    }

    /// At most `most` messages of room `id` from number `first` on, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn messages_from(&self, id: RoomId, first: i64, most: usize) -> Result<Vec<Message>, Error> {
        starting_at(&mut self.reader().await?, id, first, most).await
    }
}

/// At most `most` messages of a room from number `first` on, oldest first.
async fn starting_at(
    connection: &mut Connection,
    id: RoomId,
    first: i64,
    most: usize,
) -> Result<Vec<Message>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "select m.seq, m.tag, a.name, m.sent_at, m.body
         from message m join account a on a.id = m.author_id
         where m.room_id = $1 and m.seq >= $2 order by m.seq limit $3",
    )
    .bind(id.0)
    .bind(first)
    .bind(limit(most))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(message).collect())
}

/// The messages of a room before number `before`, oldest first, at most [`PAGE_MAX`].
pub(super) async fn newest(
    connection: &mut Connection,
    id: RoomId,
    before: i64,
) -> Result<Vec<Message>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "select m.seq, m.tag, a.name, m.sent_at, m.body
         from message m join account a on a.id = m.author_id
         where m.room_id = $1 and m.seq < $2 order by m.seq desc limit $3",
    )
    .bind(id.0)
    .bind(before)
    .bind(limit(PAGE_MAX))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().rev().map(message).collect())
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}
