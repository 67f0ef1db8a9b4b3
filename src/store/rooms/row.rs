//! The row of an open room.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::model::Refusal;
use crate::model::accounts::Person;
use crate::model::log::Position;
use crate::model::rooms::{Room, RoomId, RoomLink};
use crate::model::versions::PeopleVersion;
use crate::store::{Connection, Error, rows};

/// An open room, with the head of its log and the version of its people.
pub(in crate::store) struct RoomRow {
    pub(in crate::store) room: RoomLink,
    pub(in crate::store) owner: Person,
    pub(in crate::store) head: Position,
    pub(in crate::store) people_version: PeopleVersion,
}

/// # Errors
/// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], or when the database fails.
pub(in crate::store) async fn load_room(connection: &mut Connection, id: RoomId) -> Result<RoomRow, Error> {
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
        room: rows::room_link(&row)?,
        owner: rows::owner(&row)?,
        head: rows::head(&row)?,
        people_version: rows::people_version(&row)?,
    })
}

/// The columns `room` and `deleted_by`, the name of whoever deleted it.
///
/// # Errors
/// [`Refusal::RoomDeleted`] when somebody has.
pub(in crate::store) fn require_open(row: &AnyRow) -> Result<(), Error> {
    match row.try_get("deleted_by")? {
        Some(by) => Err(Refusal::RoomDeleted { room: row.try_get("room")?, by }.into()),
        None => Ok(()),
    }
}

/// An open room as the list shows it.
///
/// # Errors
/// [`Refusal::NoSuchRoom`], [`Refusal::RoomDeleted`], or when the database fails.
pub(in crate::store) async fn load_listed(connection: &mut Connection, id: RoomId) -> Result<Room, Error> {
    let RoomRow { room, owner, people_version, .. } = load_room(connection, id).await?;
    let (inside,) = sqlx::query_as("select count(*) from membership where room_id = $1")
        .bind(id.0)
        .fetch_one(connection)
        .await?;
    Ok(Room { room, owner, inside, people_version })
}
