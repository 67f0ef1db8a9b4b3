//! Reading one room's log.

use sqlx::any::AnyRow;

use crate::model::Refusal;
use crate::model::changes::RoomEntry;
use crate::model::log::{Cursor, Position};
use crate::model::rooms::RoomId;
use crate::model::versions::PeopleVersion;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::rows::{head, joined_entry, people_version, require_open};

/// How many entries an update carries at most. Of long ones an answer holds fewer, which is not counted
/// here: 200 rows of 4,000 characters are 3 MB at most.
pub const UPDATE_MAX: usize = 200;

/// What follows a cursor.
pub struct Updates {
    /// Consecutive entries, oldest first, the first right after the cursor.
    pub entries: Vec<RoomEntry>,
    /// Whether there are more.
    pub more: bool,
    /// The version of the room's people.
    pub people_version: PeopleVersion,
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

    /// The entries of an open room from number `first` until before `end`. They are numbered without a gap, and looked
    /// for by their numbers alone: a database that sorts before it counts would read the whole log.
    async fn read(&self, id: RoomId, first: i64, end: i64) -> Result<Read, Error> {
        let rows: Vec<AnyRow> = sqlx::query(
            "select r.name as room, d.name as deleted_by, r.last_seq, r.last_tag, r.people_seq, r.people_tag,
                    e.seq, e.tag, e.kind, e.about, e.author_id, a.name as author, e.at, e.body, e.changed,
                    e.changed_at, x.name as deleter
             from room r
             left join account d on d.id = r.deleted_by
             left join entry e on e.room_id = r.id and e.seq >= $2 and e.seq < $3
             left join account a on a.id = e.author_id
             left join account x on x.id = e.deleted_by
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

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
