//! Rows by name: what several statements read is taken from a row in one place, and the row of an open room.

use std::cmp::Reverse;

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use super::connection::Connection;
use super::error::Error;
use super::sql::json_rows;
use crate::model::accounts::{AccountId, Person};
use crate::model::changes::{Change, ChangeKind, RoomEntry, RoomEvent};
use crate::model::log::{Entry, LogEnd, Position};
use crate::model::messages::{Message, MessageEntry};
use crate::model::rooms::{NAMED, Room, RoomId, RoomLink};
use crate::model::versions::PeopleVersion;
use crate::model::{Refusal, Timestamp};

/// The columns of a [`MessageEntry`], and `kind` and `about`.
impl FromRow<'_, AnyRow> for RoomEntry {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        let event = match change(row)? {
            None => RoomEvent::Message(Message::from_row(row)?),
            Some((about, kind)) => RoomEvent::Change(Change { about, by: author(row)?, kind }),
        };
        entry(row, event)
    }
}

/// The columns of a [`Message`], and `seq`, `tag` and `at`.
impl FromRow<'_, AnyRow> for MessageEntry {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        entry(row, Message::from_row(row)?)
    }
}

/// The columns `author_id`, `author`, `body`, `changed`, `changed_at` and `deleter`.
impl FromRow<'_, AnyRow> for Message {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        let changed_at: Option<i64> = row.try_get("changed_at")?;
        Ok(Self {
            author: author(row)?,
            body: row.try_get("body")?,
            changed: row.try_get("changed")?,
            changed_at: changed_at.map(Timestamp),
            deleted_by: row.try_get("deleter")?,
        })
    }
}

fn entry<E>(row: &AnyRow, event: E) -> sqlx::Result<Entry<E>> {
    let position = Position::new(row.try_get("seq")?, row.try_get("tag")?);
    Ok(Entry { position, at: Timestamp(row.try_get("at")?), event })
}

fn author(row: &AnyRow) -> sqlx::Result<Person> {
    Ok(Person { id: AccountId(row.try_get("author_id")?), name: row.try_get("author")? })
}

/// Which message an entry changes, and how, if it is none itself.
fn change(row: &AnyRow) -> sqlx::Result<Option<(i64, ChangeKind)>> {
    let Some(about) = row.try_get("about")? else { return Ok(None) };
    let kind = match row.try_get::<&str, _>("kind")? {
        "edited" => ChangeKind::Edited(row.try_get("body")?),
        "deleted" => ChangeKind::Deleted,
        other => return Err(sqlx::Error::Decode(format!("an entry of kind {other}").into())),
    };
    Ok(Some((about, kind)))
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

/// The columns `last_seq`, `last_tag` and `last_at`.
pub(super) fn log_end(row: &AnyRow) -> sqlx::Result<LogEnd> {
    let at: Option<i64> = row.try_get("last_at")?;
    Ok(LogEnd { head: head(row)?, at: at.map(Timestamp) })
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

/// The columns `account_id` and `account` of an outer join, if there is an account.
pub(super) fn joined_person(row: &AnyRow) -> sqlx::Result<Option<Person>> {
    let id: Option<i64> = row.try_get("account_id")?;
    id.map(|_| person(row)).transpose()
}

/// The columns `account_id` and `account`.
pub(super) fn person(row: &AnyRow) -> sqlx::Result<Person> {
    Ok(Person { id: AccountId(row.try_get("account_id")?), name: row.try_get("account")? })
}

/// An open room, with the head of its log and the version of its people.
pub(super) struct RoomRow {
    pub(super) room: RoomLink,
    pub(super) owner: Person,
    pub(super) head: Position,
    pub(super) people_version: PeopleVersion,
}

/// # Errors
/// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`].
pub(super) async fn load_room(connection: &mut Connection, id: RoomId) -> Result<RoomRow, Error> {
    let row: Option<AnyRow> = sqlx::query(
        "select r.id as room_id, r.name as room, o.id as owner_id, o.name as owner, r.last_seq, r.last_tag,
                r.people_seq, r.people_tag, d.name as deleted_by
         from room r join account o on o.id = r.owner_id left join account d on d.id = r.deleted_by
         where r.id = $1",
    )
    .bind(id.0)
    .fetch_optional(connection)
    .await?;
    let row = row.ok_or(Refusal::NoSuchRoom)?;
    require_open(&row)?;
    Ok(RoomRow {
        room: room_link(&row)?,
        owner: owner(&row)?,
        head: head(&row)?,
        people_version: people_version(&row)?,
    })
}

/// The columns `room` and `deleted_by`, the name of whoever deleted it.
///
/// # Errors
/// [`Refusal::RoomDeleted`] when somebody has.
pub(super) fn require_open(row: &AnyRow) -> Result<(), Error> {
    match row.try_get("deleted_by")? {
        Some(by) => Err(Refusal::RoomDeleted { room: row.try_get("room")?, by }.into()),
        None => Ok(()),
    }
}

/// An open room as the list shows it, with the columns of [`room_link`], [`owner`], [`named`], [`log_end`] and
/// [`people_version`], and `inside`.
impl FromRow<'_, AnyRow> for Room {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            room: room_link(row)?,
            owner: owner(row)?,
            inside: row.try_get("inside")?,
            named: named(row)?,
            end: log_end(row)?,
            people_version: people_version(row)?,
        })
    }
}

/// The columns `first`, `second` and `third`: as many as there are.
fn named(row: &AnyRow) -> sqlx::Result<Vec<String>> {
    let names: [Option<String>; NAMED] =
        [row.try_get("first")?, row.try_get("second")?, row.try_get("third")?];
    Ok(names.into_iter().flatten().collect())
}

/// Those of the rooms that are open, as the list shows them, the latest coming or going first.
pub(super) async fn load_listed(connection: &mut Connection, rooms: &[RoomId]) -> Result<Vec<Room>, Error> {
    let ids: Vec<_> = rooms.iter().map(|room| [room.0]).collect();
    let mut found: Vec<Room> = sqlx::query_as(
        "select r.id as room_id, r.name as room, o.id as owner_id, o.name as owner,
                (select count(*) from membership m where m.room_id = r.id) as inside,
                (select a.name from membership m join account a on a.id = m.account_id where m.room_id = r.id
                 order by m.account_id limit 1) as first,
                (select a.name from membership m join account a on a.id = m.account_id where m.room_id = r.id
                 order by m.account_id limit 1 offset 1) as second,
                (select a.name from membership m join account a on a.id = m.account_id where m.room_id = r.id
                 order by m.account_id limit 1 offset 2) as third,
                r.last_seq, r.last_tag, r.last_at, r.people_seq, r.people_tag
         from json_each(cast($1 as text)) as wanted
         cross join room r
         join account o on o.id = r.owner_id
         where r.id = cast(wanted.value ->> 0 as bigint) and r.deleted_at is null",
    )
    .bind(json_rows(&ids))
    .fetch_all(connection)
    .await?;
    found.sort_unstable_by_key(|room| Reverse(room.people_version.position().seq));
    Ok(found)
}
