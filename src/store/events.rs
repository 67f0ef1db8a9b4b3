//! The event log, its head, and what an instance needs to project it.

use rand::Rng;

use super::{Connection, Error, Store};
use crate::model::Timestamp;
use crate::model::accounts::{AccountId, Person};
use crate::model::events::{Entry, Event};
use crate::model::log::{Position, Tag};
use crate::model::names;
use crate::model::rooms::{RoomId, RoomLink};

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
    /// The latest coming or going: the version of the list.
    pub moved: Position,
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
    /// The latest coming or going in it: the version of its people.
    pub moved: Position,
    /// Who deleted it, if it is deleted.
    pub deleted_by: Option<String>,
}

impl Store {
    /// Writes the house's one row at the very first start. Two instances may start at once: whoever
    /// comes second finds the row of the first.
    pub(super) async fn ensure_site_row(&self) -> Result<(), Error> {
        let mut secret = [0_u8; 32];
        rand::rng().fill_bytes(&mut secret);
        let secret: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let secret = secret.as_str();
        self.write(|mut writing| async move {
            sqlx::query(
                "insert into site
                     (id, last_seq, last_tag, list_seq, list_tag, room_count, secret_key, name_tables)
                 values (1, 0, 0, 0, 0, 0, $1, $2)
                 on conflict (id) do nothing",
            )
            .bind(secret)
            .bind(names::TABLES)
            .execute(&mut writing)
            .await?;
            Ok(((), writing))
        })
        .await
    }

    /// The key of the cookies, 64 hexadecimal digits: for when the configuration names none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn secret_key(&self) -> Result<String, Error> {
        let (key,) = sqlx::query_as("select secret_key from site where id = 1")
            .fetch_one(&mut self.reader().await?)
            .await?;
        Ok(key)
    }

    /// At most `most` entries of the event log from number `first` on, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_from(&self, first: i64, most: i64) -> Result<Vec<Entry>, Error> {
        type Row = (i64, i64, String, i64, String, Option<i64>, Option<String>);
        let rows: Vec<Row> = sqlx::query_as(
            "select l.seq, l.tag, l.kind, l.account_id, a.name, l.room_id, r.name
             from event l join account a on a.id = l.account_id left join room r on r.id = l.room_id
             where l.seq >= $1 order by l.seq limit $2",
        )
        .bind(first)
        .bind(most)
        .fetch_all(&mut self.reader().await?)
        .await?;
        let entry = |(seq, tag, kind, account, name, room, room_name): Row| {
            let person = Person { id: AccountId(account), name };
            let room = RoomLink { id: RoomId(room.unwrap_or_default()), name: room_name.unwrap_or_default() };
            Entry { position: Position { seq, tag: Tag(tag) }, event: event(&kind, person, room) }
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// The house as it stands: where the projection starts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory_snapshot(&self) -> Result<Snapshot, Error> {
        type RoomRow = (i64, String, i64, String, i64, i64, Option<String>);
        let mut snapshot = self.long_snapshot().await?;
        let head = head(&mut snapshot).await?;
        let List { moved, .. } = list(&mut snapshot).await?;
        let rooms: Vec<RoomRow> = sqlx::query_as(
            "select r.id, r.name, o.id, o.name, r.people_seq, r.people_tag, d.name
             from room r join account o on o.id = r.owner_id left join account d on d.id = r.deleted_by
             where r.deleted_at is null or exists (select 1 from membership m where m.room_id = r.id)",
        )
        .fetch_all(&mut snapshot)
        .await?;
        let members: Vec<(i64, String, i64)> = sqlx::query_as(
            "select a.id, a.name, m.room_id from membership m join account a on a.id = m.account_id",
        )
        .fetch_all(&mut snapshot)
        .await?;
        snapshot.end().await;
        let room = |(id, name, owner, owner_name, seq, tag, deleted_by): RoomRow| SnapshotRoom {
            room: RoomLink { id: RoomId(id), name },
            owner: Person { id: AccountId(owner), name: owner_name },
            moved: Position { seq, tag: Tag(tag) },
            deleted_by,
        };
        let member = |(id, name, room)| (Person { id: AccountId(id), name }, RoomId(room));
        Ok(Snapshot {
            head,
            moved,
            rooms: rooms.into_iter().map(room).collect(),
            members: members.into_iter().map(member).collect(),
        })
    }
}

fn event(kind: &str, person: Person, room: RoomLink) -> Event {
    match kind {
        kind::ROOM_CREATED => Event::RoomCreated { room, owner: person },
        kind::ROOM_DELETED => Event::RoomDeleted { room: room.id, by: person.name },
        kind::MEMBER_JOINED => Event::MemberJoined { person, room: room.id },
        kind::NOTICE_DISMISSED => Event::NoticeDismissed { account: person.id },
        kind::MEMBER_LEFT => Event::MemberLeft { account: person.id, room: room.id },
        _ => Event::SessionEnded { account: person.id },
    }
}

/// The event log's head, as this transaction sees it.
pub(super) async fn head(connection: &mut Connection) -> Result<Position, Error> {
    let (seq, tag) =
        sqlx::query_as("select last_seq, last_tag from site where id = 1").fetch_one(connection).await?;
    Ok(Position { seq, tag: Tag(tag) })
}

/// What is known of the list of rooms as a whole.
pub(super) struct List {
    /// The latest coming or going anywhere: what the list has to be as new as.
    pub(super) moved: Position,
    /// How many rooms there are.
    pub(super) rooms: i64,
}

/// The list of rooms, as this transaction sees it.
pub(super) async fn list(connection: &mut Connection) -> Result<List, Error> {
    let (seq, tag, rooms) = sqlx::query_as("select list_seq, list_tag, room_count from site where id = 1")
        .fetch_one(connection)
        .await?;
    Ok(List { moved: Position { seq, tag: Tag(tag) }, rooms })
}

/// Appends to the event log, and makes the entry the latest coming or going of its room. The house's
/// row is locked from here until commit, so this comes last in a transaction; the room's row must be
/// locked already.
pub(super) async fn append(
    connection: &mut Connection,
    kind: &str,
    account: AccountId,
    room: Option<RoomId>,
    at: Timestamp,
) -> Result<(), Error> {
    let tag = Tag::random();
    let moves_list = room.is_some() && kind != kind::NOTICE_DISMISSED;
    let more_rooms = match kind {
        kind::ROOM_CREATED => 1_i64,
        kind::ROOM_DELETED => -1,
        _ => 0,
    };
    let (seq,): (i64,) = sqlx::query_as(
        "update site set last_seq = last_seq + 1, last_tag = $1, room_count = room_count + $3,
                list_seq = case when $2 = 1 then last_seq + 1 else list_seq end,
                list_tag = case when $2 = 1 then $1 else list_tag end
         where id = 1 returning last_seq",
    )
    .bind(tag.0)
    .bind(i64::from(moves_list))
    .bind(more_rooms)
    .fetch_one(&mut *connection)
    .await?;
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
