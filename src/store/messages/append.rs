//! Appending to a room's log.
//!
//! The promise of order is kept here: `seq` is taken from the room's own row, under its lock, in the
//! transaction that stores the entry. What allows a post is read after that lock.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use tokio::time::Instant;

use super::changes::Targets;
use super::sent::{Sender, StoredByNonce, known_entries, senders};
use crate::model::accounts::Person;
use crate::model::changes::{Change, ChangeKind, RoomEntry, RoomEvent};
use crate::model::digests::{Digest, DigestKey};
use crate::model::log::{Entry, Position, Tag};
use crate::model::messages::Message;
use crate::model::nonces::Nonce;
use crate::model::posts::{Content, Post, Posted};
use crate::model::rooms::RoomId;
use crate::model::sessions::TokenHash;
use crate::model::{Refusal, Timestamp};
use crate::store::connection::Connection;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::locks::{LockedRoom, lock_room};
use crate::store::sql::json_rows;

/// An entry that is to be stored.
struct Accepted<'a> {
    nonce: &'a Nonce,
    digest: Digest,
    entry: RoomEntry,
}

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

impl Accepted<'_> {
    /// Its row, where the room has so many messages as of it.
    fn row(&self, message_count: i64) -> NewRow<'_> {
        let Entry { position, at, event } = &self.entry;
        let (kind, about, author, body) = match event {
            RoomEvent::Message(Message { author, body, .. }) => ("message", None, author, body.as_str()),
            RoomEvent::Change(Change { about, by, kind }) => {
                let body = if let ChangeKind::Edited(body) = kind { body } else { "" };
                (kind.word(), Some(*about), by, body)
            }
        };
        NewRow {
            seq: position.seq,
            tag: position.tag.0,
            kind,
            about,
            author: author.id.0,
            body,
            at: at.0,
            nonce: self.nonce.as_str(),
            digest: hex::encode(&self.digest.0),
            message_count,
        }
    }

    fn is_message(&self) -> bool {
        matches!(self.entry.event, RoomEvent::Message(_))
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
        self.write_by(end, |mut writing| async move {
            let mut outcomes: Vec<Option<Result<Posted, Refusal>>> = vec![None; posts.len()];
            for (room, (places, of_room)) in by_room(posts) {
                let written = write_room(&mut writing, room, &of_room, key).await?;
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
    key: &DigestKey,
) -> Result<Vec<Result<Posted, Refusal>>, Error> {
    let locked = match lock_room(connection, room).await {
        Err(Error::Refused(refusal)) => return Ok(posts.iter().map(|_| Err(refusal.clone())).collect()),
        locked => locked?,
    };
    let senders = senders(connection, posts).await?;
    let known = known_entries(connection, room, posts, &senders).await?;
    let targets = Targets::load(connection, room, posts).await?;
    let (head, accepted) = (locked.head, Vec::new());
    let mut batch = Batch { room: &locked, senders: &senders, known, targets, head, accepted };
    let mut outcomes: Vec<_> =
        posts.iter().map(|post| batch.take(post, key.digest(&post.nonce, &post.content))).collect();
    let Batch { targets, accepted, .. } = batch;
    append(connection, room, &locked, &accepted).await?;
    targets.write(connection, room).await?;
    for posted in outcomes.iter_mut().flatten() {
        targets.bring_up_to_date(&mut posted.entry);
    }
    Ok(outcomes)
}

/// The posts to one room that are stored together.
struct Batch<'a> {
    room: &'a LockedRoom,
    senders: &'a HashMap<TokenHash, Sender>,
    known: StoredByNonce,
    targets: Targets,
    head: Position,
    accepted: Vec<Accepted<'a>>,
}

impl<'a> Batch<'a> {
    /// Accepts a post, or says why not, in the order in which refusals take precedence: logged out, room deleted, a
    /// known nonce (which answers even someone who has left since), not a member, what a change is about.
    fn take(&mut self, post: &'a Post, digest: Digest) -> Result<Posted, Refusal> {
        let Sender { person, whereabouts } = self.senders.get(&post.token).ok_or(Refusal::LoggedOut)?;
        if let Some(by) = &self.room.deleted_by {
            return Err(Refusal::RoomDeleted { room: self.room.name.clone(), by: by.name.clone() });
        }
        let inside = whereabouts.is_inside(post.room);
        let sent = (person.id, post.nonce.as_str().to_owned());
        if let Some((entry, before)) = self.known.get(&sent) {
            let is_same = *before == digest || self.targets.is_deleted(entry);
            let repeated = || Posted { entry: entry.clone(), repeated: true, inside };
            return if is_same { Ok(repeated()) } else { Err(Refusal::NonceReused) };
        }
        if !inside {
            return Err(Refusal::NotAMember { inside: whereabouts.inside().cloned() });
        }
        if let Some((about, wish)) = post.content.change() {
            self.targets.allow(about, wish, person.id, self.room.owner)?;
        }
        self.head = Position { seq: self.head.seq + 1, tag: Tag::random() };
        let entry = Entry { position: self.head, at: Timestamp::now(), event: event(person, &post.content) };
        self.targets.take_in(&entry);
        self.known.insert(sent, (entry.clone(), digest.clone()));
        self.accepted.push(Accepted { nonce: &post.nonce, digest, entry: entry.clone() });
        Ok(Posted { entry, repeated: false, inside })
    }
}

/// What becomes an entry when `person` sends this.
fn event(person: &Person, content: &Content) -> RoomEvent {
    let change = |about: &i64, kind| RoomEvent::Change(Change { about: *about, by: person.clone(), kind });
    match content {
        Content::Message(body) => RoomEvent::Message(Message::new(person.clone(), body.as_str().to_owned())),
        Content::Edit { about, body } => change(about, ChangeKind::Edited(body.as_str().to_owned())),
        Content::Delete { about } => change(about, ChangeKind::Deleted),
    }
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
    let row = |accepted| {
        message_count += i64::from(Accepted::is_message(accepted));
        accepted.row(message_count)
    };
    let rows: Vec<_> = accepted.iter().map(row).collect();
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
    .execute(connection)
    .await?;
    Ok(())
}
