//! Reading many rooms' logs at once, for memory: ranges of entries, and the newest.
//!
//! No entry is looked for by *greater than* across rooms, nor by time: what is committed late would be stepped
//! over.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{FromRow as _, Row as _};

use crate::model::changes::RoomEntry;
use crate::model::log::Position;
use crate::model::rooms::RoomId;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::rows::{self, joined_entry};
use crate::store::sql::json_rows;

/// How many of its newest entries a room is brought into memory with: enough for whoever has just seen its
/// page. Who is further behind is answered from the database.
const NEWEST: i64 = 20;

/// Consecutive entries of a room's log, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryRange {
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
    /// At most [`NEWEST`] entries up to it, oldest first.
    pub entries: Vec<RoomEntry>,
}

impl Store {
    /// The entries in these ranges, each room's oldest first, in one statement.
    pub async fn entries_in(&self, ranges: &[EntryRange]) -> Result<HashMap<RoomId, Vec<RoomEntry>>, Error> {
        let wanted: Vec<_> = ranges.iter().map(|range| (range.room.0, range.first, range.last)).collect();
        let rows: Vec<AnyRow> = sqlx::query(
            "select e.room_id, e.seq, e.tag, e.kind, e.about, e.author_id, a.name as author, e.at, e.body,
                    e.changed, e.changed_at, x.name as deleter
             from json_each(cast($1 as text)) as wanted
             cross join entry e
             join account a on a.id = e.author_id
             left join account x on x.id = e.deleted_by
             where e.room_id = cast(wanted.value ->> 0 as bigint)
                   and e.seq >= cast(wanted.value ->> 1 as bigint)
                   and e.seq <= cast(wanted.value ->> 2 as bigint)",
        )
        .bind(json_rows(&wanted))
        .fetch_all(&mut self.reader().await?)
        .await?;
        let mut found: HashMap<RoomId, Vec<RoomEntry>> = HashMap::new();
        for row in &rows {
            found.entry(RoomId(row.try_get("room_id")?)).or_default().push(RoomEntry::from_row(row)?);
        }
        for entries in found.values_mut() {
            entries.sort_unstable_by_key(|entry| entry.position.seq);
        }
        Ok(found)
    }

    /// The ends of the logs of those among `rooms` that are open, in one statement.
    pub async fn newest_of_each(&self, rooms: &[RoomId]) -> Result<HashMap<RoomId, Newest>, Error> {
        let ids: Vec<_> = rooms.iter().map(|room| [room.0]).collect();
        let rows: Vec<AnyRow> = sqlx::query(
            "select r.id as room_id, r.last_seq, r.last_tag,
                    e.seq, e.tag, e.kind, e.about, e.author_id, a.name as author, e.at, e.body, e.changed,
                    e.changed_at, x.name as deleter
             from json_each(cast($1 as text)) as wanted
             cross join room r
             left join entry e on e.room_id = r.id and e.seq > r.last_seq - $2
             left join account a on a.id = e.author_id
             left join account x on x.id = e.deleted_by
             where r.id = cast(wanted.value ->> 0 as bigint) and r.deleted_at is null",
        )
        .bind(json_rows(&ids))
        .bind(NEWEST)
        .fetch_all(&mut self.reader().await?)
        .await?;
        let mut found: HashMap<RoomId, Newest> = HashMap::new();
        for row in &rows {
            let (room, head) = (RoomId(row.try_get("room_id")?), rows::head(row)?);
            let newest = found.entry(room).or_insert(Newest { head, entries: Vec::new() });
            newest.entries.extend(joined_entry(row)?);
        }
        for newest in found.values_mut() {
            newest.entries.sort_unstable_by_key(|entry| entry.position.seq);
        }
        Ok(found)
    }
}
