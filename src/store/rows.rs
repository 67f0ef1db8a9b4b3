//! Rows by name: what several statements read is taken from a row in one place.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use crate::model::Timestamp;
use crate::model::accounts::{AccountId, Person};
use crate::model::log::{Entry, Position};
use crate::model::messages::{Message, RoomEntry};
use crate::model::rooms::{RoomId, RoomLink};
use crate::model::versions::PeopleVersion;

/// The columns `seq`, `tag`, `author`, `at`, `body` and `changed`.
impl FromRow<'_, AnyRow> for RoomEntry {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            position: Position::new(row.try_get("seq")?, row.try_get("tag")?),
            at: Timestamp(row.try_get("at")?),
            event: Message {
                author: row.try_get("author")?,
                body: row.try_get("body")?,
                changed: row.try_get("changed")?,
            },
        })
    }
}

/// The entry in a row of an outer join, if there is one.
pub(super) fn joined_entry(row: &AnyRow) -> sqlx::Result<Option<RoomEntry>> {
    let seq: Option<i64> = row.try_get("seq")?;
    seq.map(|_| Entry::from_row(row)).transpose()
}

/// The columns `last_seq` and `last_tag`.
pub(super) fn head(row: &AnyRow) -> sqlx::Result<Position> {
    Ok(Position::new(row.try_get("last_seq")?, row.try_get("last_tag")?))
}

/// The columns `people_seq` and `people_tag`.
pub(super) fn people_version(row: &AnyRow) -> sqlx::Result<PeopleVersion> {
    Ok(PeopleVersion::at(Position::new(row.try_get("people_seq")?, row.try_get("people_tag")?)))
}

/// The columns `room_id` and `room`.
pub(super) fn room_link(row: &AnyRow) -> sqlx::Result<RoomLink> {
    Ok(RoomLink { id: RoomId(row.try_get("room_id")?), name: row.try_get("room")? })
}

/// The columns `room_id` and `room` of an outer join, if there is a room.
pub(super) fn joined_room(row: &AnyRow) -> sqlx::Result<Option<RoomLink>> {
    let id: Option<i64> = row.try_get("room_id")?;
    id.map(|_| room_link(row)).transpose()
}

/// The columns `owner_id` and `owner`.
pub(super) fn owner(row: &AnyRow) -> sqlx::Result<Person> {
    Ok(Person { id: AccountId(row.try_get("owner_id")?), name: row.try_get("owner")? })
}

/// The columns `account_id` and `account`.
pub(super) fn person(row: &AnyRow) -> sqlx::Result<Person> {
    Ok(Person { id: AccountId(row.try_get("account_id")?), name: row.try_get("account")? })
}
