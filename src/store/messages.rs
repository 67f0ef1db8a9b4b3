//! Reading a room's log. How it is written stands in [`posts`](super::posts).

use sqlx::AnyConnection;

use super::{Error, Store};
use crate::model::log::{Cursor, Position, Tag};
use crate::model::messages::Message;
use crate::model::rooms::RoomId;
use crate::model::{Refusal, Timestamp};

/// How many messages an update carries at most.
pub const UPDATE_MAX: usize = 200;
/// How many messages a page of history carries at most.
pub const PAGE_MAX: usize = 100;

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
    /// What follows `after` in the log of room `id`, in one statement and so of one moment.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::Resync`] when the cursor is not of this log, or when the
    /// database fails.
    pub async fn updates(&self, id: RoomId, after: Cursor) -> Result<Updates, Error> {
        type Joined = (i64, i64, i64, Option<i64>, Option<i64>, Option<String>, Option<i64>, Option<String>);
        let rows: Vec<Joined> = sqlx::query_as(
            "select r.last_seq, r.moved_seq, r.moved_tag, m.seq, m.tag, a.name, m.sent_at, m.body
             from room r left join message m on m.room_id = r.id and m.seq >= $2
             left join account a on a.id = m.author_id
             where r.id = $1 order by m.seq limit $3",
        )
        .bind(id.0)
        .bind(after.seq)
        .bind(limit(UPDATE_MAX + 2))
        .fetch_all(&mut *self.reader().await?)
        .await?;
        let &(last_seq, moved_seq, moved_tag, ..) = rows.first().ok_or(Refusal::NoSuchRoom)?;
        let moved = Position { seq: moved_seq, tag: Tag(moved_tag) };
        let present = |(_, _, _, seq, tag, author, sent_at, body): Joined| {
            Some(message((seq?, tag?, author?, sent_at?, body?)))
        };
        let mut messages: Vec<Message> = rows.into_iter().filter_map(present).collect();
        // The entry the cursor names was read along, to see that it is the one the reader saw.
        if after.seq > 0 {
            if after.seq > last_seq || !messages.first().is_some_and(|seen| after.is_at(seen.position)) {
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
        newest(&mut *self.reader().await?, id, before).await
    }

    /// At most `most` messages of room `id` from number `first` on, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn messages_from(&self, id: RoomId, first: i64, most: usize) -> Result<Vec<Message>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "select m.seq, m.tag, a.name, m.sent_at, m.body
             from message m join account a on a.id = m.author_id
             where m.room_id = $1 and m.seq >= $2 order by m.seq limit $3",
        )
        .bind(id.0)
        .bind(first)
        .bind(limit(most))
        .fetch_all(&mut *self.reader().await?)
        .await?;
        Ok(rows.into_iter().map(message).collect())
    }
}

/// The messages of a room before number `before`, oldest first, at most [`PAGE_MAX`].
pub(super) async fn newest(
    connection: &mut AnyConnection,
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
