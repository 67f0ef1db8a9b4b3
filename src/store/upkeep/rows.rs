//! The rows that a check reads.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

/// What the site's row says of logs and rooms.
pub(super) struct SiteRow {
    /// The event log's head.
    pub(super) head: (i64, i64),
    /// The version of the list of rooms.
    pub(super) list: (i64, i64),
    pub(super) room_count: i64,
}

impl FromRow<'_, AnyRow> for SiteRow {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            head: (row.try_get("last_seq")?, row.try_get("last_tag")?),
            list: (row.try_get("list_seq")?, row.try_get("list_tag")?),
            room_count: row.try_get("room_count")?,
        })
    }
}

/// What a room's row says of its log.
#[derive(Clone)]
pub(super) struct RoomRow {
    pub(super) id: i64,
    pub(super) name: String,
    /// Open, deleted, or deleted and without entries.
    pub(super) state: State,
    pub(super) last_seq: i64,
    pub(super) last_tag: i64,
    pub(super) last_at: Option<i64>,
    pub(super) message_count: i64,
    /// The event log's latest entry about it.
    pub(super) people: (i64, i64),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Open,
    /// Its entries are being removed, the oldest first.
    Deleted,
    Swept,
}

impl FromRow<'_, AnyRow> for RoomRow {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        let at = |column| row.try_get::<Option<i64>, _>(column);
        let state = match (at("deleted_at")?, at("swept_at")?) {
            (None, _) => State::Open,
            (Some(_), None) => State::Deleted,
            (Some(_), Some(_)) => State::Swept,
        };
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            state,
            last_seq: row.try_get("last_seq")?,
            last_tag: row.try_get("last_tag")?,
            last_at: at("last_at")?,
            message_count: row.try_get("message_count")?,
            people: (row.try_get("people_seq")?, row.try_get("people_tag")?),
        })
    }
}

/// What an entry says, but for its text.
#[derive(Clone)]
pub(super) struct EntryRow {
    pub(super) seq: i64,
    pub(super) tag: i64,
    pub(super) kind: String,
    pub(super) about: Option<i64>,
    pub(super) author: i64,
    pub(super) has_text: bool,
    pub(super) at: i64,
    pub(super) changed: i64,
    pub(super) changed_at: Option<i64>,
    pub(super) deleted_by: Option<i64>,
    pub(super) message_count: i64,
}

impl FromRow<'_, AnyRow> for EntryRow {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            seq: row.try_get("seq")?,
            tag: row.try_get("tag")?,
            kind: row.try_get("kind")?,
            about: row.try_get("about")?,
            author: row.try_get("author_id")?,
            has_text: row.try_get::<i64, _>("has_text")? == 1,
            at: row.try_get("at")?,
            changed: row.try_get("changed")?,
            changed_at: row.try_get("changed_at")?,
            deleted_by: row.try_get("deleted_by")?,
            message_count: row.try_get("message_count")?,
        })
    }
}
