//! The event log: appending to it, reading it, and what an instance needs to project it.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use super::rows;
use super::site::{SiteRow, load_site};
use crate::model::Timestamp;
use crate::model::accounts::{AccountId, Person};
use crate::model::events::Event;
use crate::model::log::{Entry, Position, Tag};
use crate::model::rooms::{RoomId, RoomLink};
use crate::model::versions::{ListVersion, PeopleVersion};

/// The words that stand in `event.kind`.
pub(super) mod kind {
    pub(crate) const ROOM_CREATED: &str = "room-created";
    pub(crate) const ROOM_DELETED: &str = "room-deleted";
    pub(crate) const MEMBER_JOINED: &str = "member-joined";
    pub(crate) const MEMBER_LEFT: &str = "member-left";
    pub(crate) const NOTICE_DISMISSED: &str = "notice-dismissed";
    pub(crate) const SESSION_ENDED: &str = "session-ended";
}

/// Everything the projection starts from, read at one moment.
pub struct Snapshot {
    /// The event log's head.
    pub head: Position,
    /// The version of the list: the latest coming or going.
    pub list_version: ListVersion,
    /// The open rooms, and deleted ones with someone still to be told.
    pub rooms: Vec<SnapshotRoom>,
    /// Who is where.
    pub members: Vec<(Person, RoomId)>,
}

/// A room in a [`Snapshot`].
pub struct SnapshotRoom {
    /// Which.
    pub room: RoomLink,
    /// Who made it.
    pub owner: Person,
    /// The version of its people: the latest coming or going in it.
    pub people_version: PeopleVersion,
    /// Who deleted it, if it is deleted.
    pub deleted_by: Option<String>,
}

impl Store {
    /// At most `most` entries of the event log from number `first` on, oldest first.
    pub async fn events_from(&self, first: i64, most: i64) -> Result<Vec<Entry<Event>>, Error> {
        let rows: Vec<AnyRow> = sqlx::query(
            "select l.seq, l.tag, l.kind, l.at, l.account_id, a.name as account, l.room_id, r.name as room
             from event l join account a on a.id = l.account_id left join room r on r.id = l.room_id
             where l.seq >= $1 order by l.seq limit $2",
        )
        .bind(first)
        .bind(most)
        .fetch_all(&mut self.reader().await?)
        .await?;
        rows.iter().map(|row| Ok(entry(row)?)).collect()
    }

    /// Where everybody is and which rooms there are: where the projection starts.
    pub async fn directory_snapshot(&self) -> Result<Snapshot, Error> {
        let mut snapshot = self.long_snapshot().await?;
        let SiteRow { head, list_version, .. } = load_site(&mut snapshot).await?;
        let rooms = sqlx::query_as(
            "select r.id as room_id, r.name as room, o.id as owner_id, o.name as owner,
                    r.people_seq, r.people_tag, d.name as deleted_by
             from room r join account o on o.id = r.owner_id left join account d on d.id = r.deleted_by
             where r.deleted_at is null or exists (select 1 from membership m where m.room_id = r.id)",
        )
        .fetch_all(&mut snapshot)
        .await?;
        let members: Vec<AnyRow> = sqlx::query(
            "select a.id as account_id, a.name as account, m.room_id
             from membership m join account a on a.id = m.account_id",
        )
        .fetch_all(&mut snapshot)
        .await?;
        snapshot.end().await;
        let member = |row: &AnyRow| Ok((rows::person(row)?, RoomId(row.try_get("room_id")?)));
        let members = members.iter().map(member).collect::<sqlx::Result<_>>()?;
        Ok(Snapshot { head, list_version, rooms, members })
    }
}

impl FromRow<'_, AnyRow> for SnapshotRoom {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            room: rows::room_link(row)?,
            owner: rows::owner(row)?,
            people_version: rows::people_version(row)?,
            deleted_by: row.try_get("deleted_by")?,
        })
    }
}

fn entry(row: &AnyRow) -> sqlx::Result<Entry<Event>> {
    Ok(Entry {
        position: Position::new(row.try_get("seq")?, row.try_get("tag")?),
        at: Timestamp(row.try_get("at")?),
        event: event(row.try_get("kind")?, rows::person(row)?, rows::joined_room(row)?)?,
    })
}

/// An event of an unknown kind is an error, so that memory is known to be behind and the database is asked instead.
fn event(kind: &str, person: Person, room: Option<RoomLink>) -> sqlx::Result<Event> {
    let account = person.id;
    Ok(match (kind, room) {
        (kind::ROOM_CREATED, Some(room)) => Event::RoomCreated { room, owner: person },
        (kind::ROOM_DELETED, Some(room)) => Event::RoomDeleted { room: room.id, by: person.name },
        (kind::MEMBER_JOINED, Some(room)) => Event::MemberJoined { person, room: room.id },
        (kind::MEMBER_LEFT, Some(room)) => Event::MemberLeft { account, room: room.id },
        (kind::NOTICE_DISMISSED, _) => Event::NoticeDismissed { account },
        (kind::SESSION_ENDED, _) => Event::SessionEnded { account },
        _ => return Err(sqlx::Error::Decode(format!("an unknown event: {kind}").into())),
    })
}

/// Appends to the event log, and makes the entry the latest coming or going of its room. The site's
/// row is locked from here until commit, so this comes last in a transaction; the room's row must be
/// locked already.
pub(super) async fn append(
    connection: &mut Connection,
    kind: &str,
    account: AccountId,
    room: Option<RoomId>,
    at: Timestamp,
) -> Result<(), Error> {
    let moves_list = room.is_some() && kind != kind::NOTICE_DISMISSED;
    let (seq, tag) = take_number(connection, kind, moves_list).await?;
    sqlx::query(
        "insert into event (seq, tag, kind, account_id, room_id, at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(seq)
    .bind(tag.0)
    .bind(kind)
    .bind(account.0)
    .bind(room.map(|room| room.0))
    .bind(at.0)
    .execute(&mut *connection)
    .await?;
    if let Some(room) = room {
        sqlx::query("update room set people_seq = $2, people_tag = $3 where id = $1")
            .bind(room.0)
            .bind(seq)
            .bind(tag.0)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// The number and the tag of the next entry, at the site's row; they are the list's version, too, if it moves.
async fn take_number(connection: &mut Connection, kind: &str, moves_list: bool) -> Result<(i64, Tag), Error> {
    let tag = Tag::random();
    let more_rooms = match kind {
        kind::ROOM_CREATED => 1_i64,
        kind::ROOM_DELETED => -1,
        _ => 0,
    };
    let seq: i64 = sqlx::query_scalar(
        "update site set last_seq = last_seq + 1, last_tag = $1, room_count = room_count + $3,
                list_seq = case when $2 = 1 then last_seq + 1 else list_seq end,
                list_tag = case when $2 = 1 then $1 else list_tag end
         where id = 1 returning last_seq",
    )
    .bind(tag.0)
    .bind(i64::from(moves_list))
    .bind(more_rooms)
    .fetch_one(connection)
    .await?;
    Ok((seq, tag))
}
