//! Reading the history of a room: messages, as they read now, and which stretch of its log they are all messages of.
//!
//! A stretch has a bounded number of entries. Where these are changes alone, the next message is found by
//! `message_count`, which never falls, in some look-ups by number (about 20 in a log of a million), and another stretch
//! begins there: nobody is answered without messages where there are any.

use std::ops::RangeInclusive;

use crate::model::accounts::AccountId;
use crate::model::history::{ENTRIES_MAX, History, MESSAGES_MAX, Place, Span};
use crate::model::log::Position;
use crate::model::messages::MessageEntry;
use crate::model::rooms::RoomId;
use crate::store::connection::Connection;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::memberships::{require_member, where_is};
use crate::store::rows::{RoomRow, load_room};

impl Store {
    /// The messages of room `id` at a place in its log, for somebody in it.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::NoSuchRoom`, `RoomDeleted`, `NotAMember`.
    pub async fn history(&self, account: AccountId, id: RoomId, place: Place) -> Result<History, Error> {
        let mut snapshot = self.snapshot().await?;
        let RoomRow { head, .. } = load_room(&mut snapshot, id).await?;
        require_member(&where_is(&mut snapshot, account).await?, id)?;
        let history = history(&mut snapshot, id, head, place).await?;
        snapshot.end().await;
        Ok(history)
    }
}

/// The messages at a place in the log of room `id`, which ends at `as_of`.
pub(in crate::store) async fn history(
    connection: &mut Connection,
    id: RoomId,
    as_of: Position,
    place: Place,
) -> Result<History, Error> {
    let (messages, span) = match place {
        Place::Newest => before(connection, id, as_of.seq + 1, ALL).await?,
        Place::Before(number) => before(connection, id, number.clamp(1, as_of.seq + 1), ALL).await?,
        Place::From(number) => from(connection, id, number.clamp(1, as_of.seq + 1), as_of.seq, ALL).await?,
        Place::Around(number) => around(connection, id, number.clamp(1, as_of.seq + 1), as_of.seq).await?,
    };
    Ok(History { messages, span, as_of })
}

type Stretch = (Vec<MessageEntry>, Span);

/// How much a stretch has at most.
#[derive(Clone, Copy)]
struct Most {
    messages: i64,
    entries: i64,
}

const ALL: Most = Most { messages: MESSAGES_MAX, entries: ENTRIES_MAX };
const HALF: Most = Most { messages: MESSAGES_MAX / 2, entries: ENTRIES_MAX / 2 };

async fn around(connection: &mut Connection, id: RoomId, number: i64, end: i64) -> Result<Stretch, Error> {
    let (mut messages, earlier) = before(connection, id, number, HALF).await?;
    let rest = Most {
        messages: MESSAGES_MAX - count(&messages),
        entries: ENTRIES_MAX - (number - earlier.first).min(HALF.entries),
    };
    let (later, Span { last, .. }) = from(connection, id, number, end, rest).await?;
    messages.extend(later);
    Ok((messages, Span { first: earlier.first, last }))
}

/// What comes before `number`: there is a message in it, if there is one at all.
async fn before(connection: &mut Connection, id: RoomId, number: i64, most: Most) -> Result<Stretch, Error> {
    let (messages, span) = stretch_before(connection, id, number, most).await?;
    if !messages.is_empty() || span.first == 1 {
        return Ok((messages, span));
    }
    let end = span.first - 1;
    let messages_before = message_count(connection, id, end).await?;
    if messages_before == 0 {
        return Ok((messages, Span { first: 1, ..span }));
    }
    let found = first_with(connection, id, messages_before, 1..=end).await?;
    let (messages, Span { first, .. }) = stretch_before(connection, id, found + 1, most).await?;
    Ok((messages, Span { first, ..span }))
}

/// What comes from `number` on, in a log whose last entry is number `end`: there is a message in it, if there is one at
/// all.
async fn from(
    connection: &mut Connection,
    id: RoomId,
    number: i64,
    end: i64,
    most: Most,
) -> Result<Stretch, Error> {
    let (messages, span) = stretch_from(connection, id, number, end, most).await?;
    if !messages.is_empty() || span.last >= end {
        return Ok((messages, span));
    }
    let messages_before = message_count(connection, id, span.last).await?;
    if messages_before == message_count(connection, id, end).await? {
        return Ok((messages, Span { last: end, ..span }));
    }
    let found = first_with(connection, id, messages_before + 1, span.last + 1..=end).await?;
    let (messages, Span { last, .. }) = stretch_from(connection, id, found, end, most).await?;
    Ok((messages, Span { last, ..span }))
}

/// The number of the first entry as of which the room has so many messages, which the last of `numbers` is not before.
async fn first_with(
    connection: &mut Connection,
    id: RoomId,
    messages: i64,
    numbers: RangeInclusive<i64>,
) -> Result<i64, Error> {
    let (mut first, mut last) = numbers.into_inner();
    while first < last {
        let middle = first + (last - first) / 2;
        if message_count(connection, id, middle).await? < messages {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    Ok(first)
}

/// How many messages the room had as of entry `seq`.
async fn message_count(connection: &mut Connection, id: RoomId, seq: i64) -> Result<i64, Error> {
    let count = sqlx::query_scalar("select message_count from entry where room_id = $1 and seq = $2")
        .bind(id.0)
        .bind(seq)
        .fetch_one(connection)
        .await?;
    Ok(count)
}

async fn stretch_before(
    connection: &mut Connection,
    id: RoomId,
    number: i64,
    most: Most,
) -> Result<Stretch, Error> {
    let first = (number - most.entries).max(1);
    let mut messages: Vec<MessageEntry> = sqlx::query_as(
        "select e.seq, e.tag, e.author_id, a.name as author, e.at, e.body, e.changed, e.changed_at,
                x.name as deleter
         from entry e join account a on a.id = e.author_id left join account x on x.id = e.deleted_by
         where e.room_id = $1 and e.seq >= $2 and e.seq < $3 and e.kind = 'message'
         order by e.seq desc limit $4",
    )
    .bind(id.0)
    .bind(first)
    .bind(number)
    .bind(most.messages)
    .fetch_all(connection)
    .await?;
    messages.reverse();
    let oldest = messages.first().filter(|_| is_full(&messages, most)).map(|message| message.position.seq);
    Ok((messages, Span { first: oldest.unwrap_or(first), last: number - 1 }))
}

async fn stretch_from(
    connection: &mut Connection,
    id: RoomId,
    number: i64,
    end: i64,
    most: Most,
) -> Result<Stretch, Error> {
    let last = number.saturating_add(most.entries - 1).min(end).max(number - 1);
    let messages: Vec<MessageEntry> = sqlx::query_as(
        "select e.seq, e.tag, e.author_id, a.name as author, e.at, e.body, e.changed, e.changed_at,
                x.name as deleter
         from entry e join account a on a.id = e.author_id left join account x on x.id = e.deleted_by
         where e.room_id = $1 and e.seq >= $2 and e.seq <= $3 and e.kind = 'message'
         order by e.seq limit $4",
    )
    .bind(id.0)
    .bind(number)
    .bind(last)
    .bind(most.messages)
    .fetch_all(connection)
    .await?;
    let newest = messages.last().filter(|_| is_full(&messages, most)).map(|message| message.position.seq);
    Ok((messages, Span { first: number, last: newest.unwrap_or(last) }))
}

fn is_full(messages: &[MessageEntry], most: Most) -> bool {
    count(messages) >= most.messages
}

fn count(messages: &[MessageEntry]) -> i64 {
    i64::try_from(messages.len()).unwrap_or(i64::MAX)
}
