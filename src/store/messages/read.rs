//! Reading one room's log.

use sqlx::any::AnyRow;

use crate::model::Refusal;
use crate::model::log::{Cursor, Position};
use crate::model::messages::RoomEntry;
use crate::model::rooms::RoomId;
use crate::model::versions::PeopleVersion;
use crate::store::connection::Connection;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::rows::{RoomRow, head, joined_entry, load_room, people_version, require_open};

/// How many entries an update carries at most. Of long ones an answer holds fewer, which is not counted
/// here: 200 rows of 4,000 characters are 3 MB at most.
pub const UPDATE_MAX: usize = 200;
/// How many entries a page of history carries at most.
const PAGE_MAX: usize = 100;

/// What follows a cursor.
pub struct Updates {
    /// Consecutive entries, oldest first, the first right after the cursor.
    pub entries: Vec<RoomEntry>,
    /// Whether there are more.
    pub more: bool,
    /// The version of the room's people.
    pub people_version: PeopleVersion,
}

/// What comes before a number.
pub struct History {
    /// Consecutive entries, oldest first.
    pub entries: Vec<RoomEntry>,
    /// The head of the log at that moment.
    pub as_of: Position,
}

/// Consecutive entries of an open room, and what is known of it beside them.
struct Read {
    entries: Vec<RoomEntry>,
    head: Position,
    people_version: PeopleVersion,
}

impl Store {
    /// What follows `after` in the log of room `id`, in one statement.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], [`Refusal::Resync`] when the cursor is not of this
    /// log.
    pub async fn updates(&self, id: RoomId, after: Cursor) -> Result<Updates, Error> {
        // The entry the cursor names is read along, to see that it is the one the reader saw.
        let end = after.seq.saturating_add(number(UPDATE_MAX + 2));
        let Read { mut entries, head, people_version } = self.read(id, after.seq, end).await?;
        if after.seq > head.seq {
            return Err(Refusal::Resync.into());
        }
        if after.seq > 0 {
            if !entries.first().is_some_and(|seen| after.is_at(seen.position)) {
                return Err(Refusal::Resync.into());
            }
            entries.remove(0);
        }
        let more = entries.len() > UPDATE_MAX;
        entries.truncate(UPDATE_MAX);
        Ok(Updates { entries, more, people_version })
    }

    /// The entries of room `id` before number `before`, at most [`PAGE_MAX`].
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`].
    pub async fn entries_before(&self, id: RoomId, before: i64) -> Result<History, Error> {
        let mut snapshot = self.snapshot().await?;
        let RoomRow { head, .. } = load_room(&mut snapshot, id).await?;
        let entries = entries_before(&mut snapshot, id, before).await?;
        snapshot.end().await;
        Ok(History { entries, as_of: head })
    }

    /// The entries of an open room from number `first` until before `end`. They are numbered without a gap, and looked
    /// for by their numbers alone: a database that sorts before it counts would read the whole log.
    async fn read(&self, id: RoomId, first: i64, end: i64) -> Result<Read, Error> {
        let rows: Vec<AnyRow> = sqlx::query(
            "select r.name as room, d.name as deleted_by, r.last_seq, r.last_tag, r.people_seq, r.people_tag,
                    e.seq, e.tag, e.author_id, a.name as author, e.at, e.body, e.changed
             from room r
             left join account d on d.id = r.deleted_by
             left join entry e on e.room_id = r.id and e.seq >= $2 and e.seq < $3
             left join account a on a.id = e.author_id
             where r.id = $1",
        )
        .bind(id.0)
        .bind(first)
        .bind(end)
        .fetch_all(&mut self.reader().await?)
        .await?;
        let room = rows.first().ok_or(Refusal::NoSuchRoom)?;
        require_open(room)?;
        let entries = rows.iter().filter_map(|row| joined_entry(row).transpose());
        let mut entries = entries.collect::<sqlx::Result<Vec<_>>>()?;
        entries.sort_unstable_by_key(|entry| entry.position.seq);
        Ok(Read { entries, head: head(room)?, people_version: people_version(room)? })
    }
}

/// The entries of a room before number `before`, oldest first, at most [`PAGE_MAX`].
pub(in crate::store) async fn entries_before(
    connection: &mut Connection,
    id: RoomId,
    before: i64,
) -> Result<Vec<RoomEntry>, Error> {
    let mut entries: Vec<RoomEntry> = sqlx::query_as(
        "select e.seq, e.tag, e.author_id, a.name as author, e.at, e.body, e.changed
         from entry e join account a on a.id = e.author_id
         where e.room_id = $1 and e.seq < $2 order by e.seq desc limit $3",
    )
    .bind(id.0)
    .bind(before)
    .bind(number(PAGE_MAX))
    .fetch_all(connection)
    .await?;
    entries.reverse();
    Ok(entries)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
