//! Whether anything was committed, and which logs have moved: what the tail asks at every tick.
//!
//! Each room is compared with what is known of that room, and never by time: what is committed late would be stepped
//! over.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::database::Store;
use super::error::Error;
use super::rows;
use super::sql::json_rows;
use crate::model::log::{LogEnd, Position};
use crate::model::rooms::RoomId;

/// What is wanted of a room in [`Store::heads`]: its head, or also when its latest message was stored.
const HEAD: i64 = 0;
const END: i64 = 1;

/// The heads of the event log and of those rooms' logs that moved, read at one moment.
pub struct Heads {
    /// The event log's.
    pub events: Position,
    /// The rooms whose head is another than the one that was known, in no order.
    pub rooms: Vec<(RoomId, Position)>,
    /// Of those rooms of which only the end is wanted.
    pub ends: Vec<(RoomId, LogEnd)>,
}

impl Store {
    /// A token that stays the same, over the same connection, until somebody commits. It is to be asked for before
    /// what it is to stand for is read.
    pub async fn change_token(&self) -> Result<String, Error> {
        let query = sqlx::query_scalar(self.shared.engine.change_token());
        Ok(query.fetch_one(&mut self.reader().await?).await?)
    }

    /// The head of the event log, and those of `known` and the ends of `listed` that are not where they were, in one
    /// statement and so of one moment.
    pub async fn heads(
        &self,
        known: &[(RoomId, Position)],
        listed: &[(RoomId, Position)],
    ) -> Result<Heads, Error> {
        let row = |wanted| move |(room, at): &(RoomId, Position)| (room.0, at.seq, at.tag.0, wanted);
        let wanted = known.iter().map(row(HEAD)).chain(listed.iter().map(row(END)));
        let wanted: Vec<_> = wanted.collect();
        let rows: Vec<AnyRow> = sqlx::query(
            "select cast(0 as bigint) as room_id, last_seq, last_tag, cast(0 as bigint) as wanted,
                    cast(null as bigint) as last_at
             from site where id = 1
             union all
             select r.id, r.last_seq, r.last_tag, cast(known.value ->> 3 as bigint), r.last_at
             from json_each(cast($1 as text)) as known cross join room r
             where r.id = cast(known.value ->> 0 as bigint)
                   and (r.last_seq <> cast(known.value ->> 1 as bigint)
                        or r.last_tag <> cast(known.value ->> 2 as bigint))",
        )
        .bind(json_rows(&wanted))
        .fetch_all(&mut self.reader().await?)
        .await?;
        let mut heads = Heads { events: Position::START, rooms: Vec::new(), ends: Vec::new() };
        for row in &rows {
            let (room, end) = (RoomId(row.try_get("room_id")?), rows::log_end(row)?);
            match row.try_get::<i64, _>("wanted")? {
                END => heads.ends.push((room, end)),
                _ if room.0 == 0 => heads.events = end.head,
                _ => heads.rooms.push((room, end.head)),
            }
        }
        Ok(heads)
    }
}
