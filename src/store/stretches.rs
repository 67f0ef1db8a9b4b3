//! Reading many rooms' logs at once, for memory: heads, what follows a position, the newest.
//!
//! No entry is looked for by *greater than* across rooms, nor by time: what is committed late would be stepped
//! over. Each room is compared with what is known of that room.

use std::collections::HashMap;

use super::sql::list;
use super::{Error, Store};
use crate::model::Timestamp;
use crate::model::log::{Position, Tag};
use crate::model::messages::Message;
use crate::model::rooms::RoomId;

/// How many of its newest messages a room is brought into memory with: enough for whoever has just seen its
/// page. Who is further behind is answered from the database.
pub const NEWEST: i64 = 20;

/// The heads of the event log and of those rooms' logs that moved, read at one moment.
pub struct Heads {
    /// The event log's.
    pub house: Position,
    /// The rooms whose head is another than the one that was known, in no order.
    pub moved: Vec<(RoomId, Position)>,
}

/// Consecutive entries of a room's log, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Which room.
    pub room: RoomId,
    /// The number of the first.
    pub first: i64,
    /// The number of the last.
    pub last: i64,
}

/// The end of a room's log.
pub struct Newest {
    /// The position of the last entry.
    pub head: Position,
    /// At most [`NEWEST`] messages up to it, oldest first.
    pub messages: Vec<Message>,
}

type Row = (i64, i64, i64, String, i64, String);

fn message((_, seq, tag, author, sent_at, body): Row) -> Message {
    Message { position: Position { seq, tag: Tag(tag) }, author, sent_at: Timestamp(sent_at), body }
}

impl Store {
    /// What tells this moment from an earlier one: as long as it is the same, over the same connection,
    /// nothing has been committed by anybody. It is to be asked for before what it is to stand for is read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn moment(&self) -> Result<String, Error> {
        let (moment,) =
            sqlx::query_as(self.shared.engine.moment()).fetch_one(&mut self.reader().await?).await?;
        Ok(moment)
    }

    /// The head of the event log, and those of `known` that are not where they were, in one statement and
    /// so of one moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn heads(&self, known: &[(RoomId, Position)]) -> Result<Heads, Error> {
        let known: Vec<_> =
            known.iter().map(|(room, position)| (room.0, position.seq, position.tag.0)).collect();
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "select cast(0 as bigint), last_seq, last_tag from site where id = 1
             union all
             select r.id, r.last_seq, r.last_tag from json_each(cast($1 as text)) as known cross join room r
             where r.id = cast(known.value ->> 0 as bigint)
                   and (r.last_seq <> cast(known.value ->> 1 as bigint)
                        or r.last_tag <> cast(known.value ->> 2 as bigint))",
        )
        .bind(list(&known))
        .fetch_all(&mut self.reader().await?)
        .await?;
        let mut heads = Heads { house: Position::START, moved: Vec::new() };
        for (id, seq, tag) in rows {
            let head = Position { seq, tag: Tag(tag) };
            if id == 0 {
                heads.house = head;
            } else {
                heads.moved.push((RoomId(id), head));
            }
        }
        Ok(heads)
    }

    /// The messages of these stretches, each room's oldest first, in one statement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stretches(&self, stretches: &[Stretch]) -> Result<HashMap<RoomId, Vec<Message>>, Error> {
        let wanted: Vec<_> = stretches.iter().map(|it| (it.room.0, it.first, it.last)).collect();
        let rows: Vec<Row> = sqlx::query_as(
            "select m.room_id, m.seq, m.tag, a.name, m.at, m.body
             from json_each(cast($1 as text)) as wanted
             cross join entry m
             join account a on a.id = m.author_id
             where m.room_id = cast(wanted.value ->> 0 as bigint)
                   and m.seq >= cast(wanted.value ->> 1 as bigint)
                   and m.seq <= cast(wanted.value ->> 2 as bigint)",
        )
        .bind(list(&wanted))
        .fetch_all(&mut self.reader().await?)
        .await?;
        let mut found: HashMap<RoomId, Vec<Message>> = HashMap::new();
        for row in rows {
            found.entry(RoomId(row.0)).or_default().push(message(row));
        }
        for messages in found.values_mut() {
            messages.sort_unstable_by_key(|message| message.position.seq);
        }
        Ok(found)
    }

    /// The ends of the logs of those among `rooms` that live, in one statement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_of_each(&self, rooms: &[RoomId]) -> Result<HashMap<RoomId, Newest>, Error> {
        type Row = (i64, i64, i64, Option<i64>, Option<i64>, Option<String>, Option<i64>, Option<String>);
        let ids: Vec<_> = rooms.iter().map(|room| [room.0]).collect();
        let rows: Vec<Row> = sqlx::query_as(
            "select r.id, r.last_seq, r.last_tag, m.seq, m.tag, a.name, m.at, m.body
             from json_each(cast($1 as text)) as wanted
             cross join room r
             left join entry m on m.room_id = r.id and m.seq > r.last_seq - $2
             left join account a on a.id = m.author_id
             where r.id = cast(wanted.value ->> 0 as bigint) and r.deleted_at is null",
        )
        .bind(list(&ids))
        .bind(NEWEST)
        .fetch_all(&mut self.reader().await?)
        .await?;
        let mut found: HashMap<RoomId, Newest> = HashMap::new();
        for (room, last_seq, last_tag, seq, tag, author, sent_at, body) in rows {
            let head = Position { seq: last_seq, tag: Tag(last_tag) };
            let newest = found.entry(RoomId(room)).or_insert(Newest { head, messages: Vec::new() });
            if let (Some(seq), Some(tag), Some(author), Some(sent_at), Some(body)) =
                (seq, tag, author, sent_at, body)
            {
                newest.messages.push(message((room, seq, tag, author, sent_at, body)));
            }
        }
        for newest in found.values_mut() {
            newest.messages.sort_unstable_by_key(|message| message.position.seq);
        }
        Ok(found)
    }
}
