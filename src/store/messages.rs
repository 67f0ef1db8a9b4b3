//! Reading a room's log. How it is written stands in [`posts`](super::posts).

use super::rooms::require_open;
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
    /// What follows `after` in the log of room `id`, in one statement.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], [`Refusal::Resync`] when the cursor is not of
    /// this log, or when the database fails.
    pub async fn updates(&self, id: RoomId, after: Cursor) -> Result<Updates, Error> {
        let (Known { head, moved }, mut messages) =
            from_cursor(&mut self.reader().await?, id, after.seq).await?;
        if after.seq > head {
            return Err(Refusal::Resync.into());
        }
        // The entry the cursor names is read along, to see that it is the one the reader saw.
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
}

/// What is known of a open room beside its messages.
struct Known {
    /// The number of the newest.
    head: i64,
    /// The latest coming or going in it.
    moved: Position,
}

/// The message that a cursor names and at most [`UPDATE_MAX`] + 1 after it, oldest first. They are numbered without a
/// gap, and looked for by their numbers alone: a database that sorts before it counts would read the whole log.
///
/// # Errors
/// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], or when the database fails.
async fn from_cursor(
    connection: &mut Connection,
    id: RoomId,
    cursor: i64,
) -> Result<(Known, Vec<Message>), Error> {
    type Row = (
        String,
        Option<String>,
        i64,
        i64,
        i64,
        Option<i64>,
        Option<i64>,
        Option<String>,
        Option<i64>,
        Option<String>,
    );
    let rows: Vec<Row> = sqlx::query_as(
        "select r.name, d.name, r.last_seq, r.people_seq, r.people_tag, m.seq, m.tag, a.name, m.at, m.body
         from room r
         left join account d on d.id = r.deleted_by
         left join entry m on m.room_id = r.id and m.seq >= $2 and m.seq < $3
         left join account a on a.id = m.author_id
         where r.id = $1",
    )
    .bind(id.0)
    .bind(cursor)
    .bind(cursor.saturating_add(limit(UPDATE_MAX + 2)))
    .fetch_all(connection)
    .await?;
    let (mut known, mut messages) = (None, Vec::new());
    for (name, deleted_by, head, moved_seq, moved_tag, seq, tag, author, sent_at, body) in rows {
        require_open(&name, deleted_by)?;
        known = Some(Known { head, moved: Position { seq: moved_seq, tag: Tag(moved_tag) } });
        if let (Some(seq), Some(tag), Some(author), Some(sent_at), Some(body)) =
            (seq, tag, author, sent_at, body)
        {
            messages.push(message((seq, tag, author, sent_at, body)));
        }
    }
    messages.sort_unstable_by_key(|message| message.position.seq);
    Ok((known.ok_or(Refusal::NoSuchRoom)?, messages))
}

/// The messages of a room before number `before`, oldest first, at most [`PAGE_MAX`].
pub(super) async fn newest(
    connection: &mut Connection,
    id: RoomId,
    before: i64,
) -> Result<Vec<Message>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "select m.seq, m.tag, a.name, m.at, m.body
         from entry m join account a on a.id = m.author_id
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
