//! Appending to a room's log.
//!
//! The promise of order is kept here: `seq` is taken from the room's own row, under its lock, in the
//! transaction that stores the entry. What allows a post is read after that lock.

use std::collections::BTreeMap;

use serde::Serialize;
use tokio::time::Instant;

use super::batch::{Accepted, Batch};
use super::changes::Targets;
use super::sent::{known_entries, senders};
use crate::model::Refusal;
use crate::model::changes::{Change, ChangeKind, RoomEvent};
use crate::model::digests::DigestKey;
use crate::model::log::Entry;
use crate::model::messages::Message;
use crate::model::posts::{Post, Posted};
use crate::model::rooms::RoomId;
use crate::store::connection::Connection;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::locks::{LockedRoom, lock_room};
use crate::store::search::{Cut, add};
use crate::store::sql::json_rows;

/// The row of an entry that is to be stored.
#[derive(Serialize)]
struct NewRow<'a> {
    seq: i64,
    tag: i64,
    kind: &'static str,
    about: Option<i64>,
    author: i64,
    body: &'a str,
    at: i64,
    nonce: &'a str,
    digest: String,
    message_count: i64,
}

impl<'a> NewRow<'a> {
    /// Of an entry as of which the room has so many messages.
    fn of(accepted: &'a Accepted<'_>, message_count: i64) -> Self {
        let Entry { position, at, event } = &accepted.entry;
        let (kind, about, author, body) = match event {
            RoomEvent::Message(Message { author, body, .. }) => ("message", None, author, body.as_str()),
            RoomEvent::Change(Change { about, by, kind }) => {
                let body = if let ChangeKind::Edited(body) = kind { body } else { "" };
                (kind.word(), Some(*about), by, body)
            }
        };
        Self {
            seq: position.seq,
            tag: position.tag.0,
            kind,
            about,
            author: author.id.0,
            body,
            at: at.0,
            nonce: accepted.nonce.as_str(),
            digest: hex::encode(&accepted.digest.0),
            message_count,
        }
    }
}

impl Store {
    /// Writes a batch as one transaction, by `end`; each post has its own outcome.
    pub(super) async fn write_posts(
        &self,
        posts: &[Post],
        end: Instant,
    ) -> Result<Vec<Result<Posted, Refusal>>, Error> {
        let key = self.digest_key()?;
        let cut = &Cut::of(posts.iter().filter_map(|post| post.content.body()));
        self.write_by(end, |mut writing| async move {
            let mut outcomes: Vec<Option<Result<Posted, Refusal>>> = vec![None; posts.len()];
            for (room, (places, of_room)) in by_room(posts) {
                let written = write_room(&mut writing, room, &of_room, (key, cut)).await?;
                for (place, outcome) in places.into_iter().zip(written) {
                    outcomes[place] = Some(outcome);
                }
            }
            // With one left out, the others would be taken for the outcomes of other posts.
            let all: Option<_> = outcomes.into_iter().collect();
            let all = all.ok_or_else(|| sqlx::Error::Protocol("a post without an outcome".to_owned()))?;
            Ok((all, writing))
        })
        .await
    }
}

/// The posts of each room, with their places in the batch, in the order of rooms.
fn by_room(posts: &[Post]) -> BTreeMap<RoomId, (Vec<usize>, Vec<&Post>)> {
    let mut rooms: BTreeMap<RoomId, (Vec<usize>, Vec<&Post>)> = BTreeMap::new();
    for (place, post) in posts.iter().enumerate() {
        let (places, of_room) = rooms.entry(post.room).or_default();
        places.push(place);
        of_room.push(post);
    }
    rooms
}

/// Appends what may be appended to the log of `room`, in the order of `posts`.
async fn write_room(
    connection: &mut Connection,
    room: RoomId,
    posts: &[&Post],
    (key, cut): (&DigestKey, &Cut<'_>),
) -> Result<Vec<Result<Posted, Refusal>>, Error> {
    let locked = match lock_room(connection, room).await {
        Err(Error::Refused(refusal)) => return Ok(posts.iter().map(|_| Err(refusal.clone())).collect()),
        locked => locked?,
    };
    let senders = senders(connection, posts).await?;
    let known = known_entries(connection, room, posts, &senders).await?;
    let targets = Targets::load(connection, room, posts).await?;
    let mut batch = Batch::new(&locked, &senders, known, targets);
    let mut outcomes: Vec<_> =
        posts.iter().map(|post| batch.take(post, key.digest(&post.nonce, &post.content))).collect();
    let (accepted, targets) = batch.into_parts();
    append(connection, room, &locked, &accepted).await?;
    add(connection, room, accepted.iter().filter_map(Accepted::message), cut).await?;
    targets.write(connection, room, cut).await?;
    for posted in outcomes.iter_mut().flatten() {
        targets.bring_up_to_date(&mut posted.entry);
    }
    Ok(outcomes)
}

/// Moves the head once and stores all entries in one statement. (Not materialized, SQLite would write an entry out as
/// text once for each of its columns.)
async fn append(
    connection: &mut Connection,
    room: RoomId,
    locked: &LockedRoom,
    accepted: &[Accepted<'_>],
) -> Result<(), Error> {
    let Some(Accepted { entry: last, .. }) = accepted.last() else { return Ok(()) };
    let mut message_count = locked.message_count;
    let rows = accepted.iter().map(|accepted| {
        message_count += i64::from(accepted.is_message());
        NewRow::of(accepted, message_count)
    });
    let rows: Vec<_> = rows.collect();
    let last_message = accepted.iter().rev().find(|accepted| accepted.is_message());
    sqlx::query(
        "update room set last_seq = $2, last_tag = $3, message_count = $4, last_at = coalesce($5, last_at)
         where id = $1",
    )
    .bind(room.0)
    .bind(last.position.seq)
    .bind(last.position.tag.0)
    .bind(message_count)
    .bind(last_message.map(|accepted| accepted.entry.at.0))
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into entry (room_id, seq, tag, kind, about, author_id, body, at, nonce, digest, changed,
                            message_count)
         with sent as materialized (select value from json_each(cast($2 as text)))
         select cast($1 as bigint), cast(value ->> 'seq' as bigint), cast(value ->> 'tag' as bigint),
                value ->> 'kind', cast(value ->> 'about' as bigint), cast(value ->> 'author' as bigint),
                value ->> 'body', cast(value ->> 'at' as bigint), value ->> 'nonce',
                unhex(value ->> 'digest'), 0, cast(value ->> 'message_count' as bigint)
         from sent",
    )
    .bind(room.0)
    .bind(json_rows(&rows))
    .execute(&mut *connection)
    .await?;
    Ok(())
}
