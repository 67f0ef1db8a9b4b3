//! Appending to a room's log.
//!
//! The promise of order is kept here: `seq` is taken from the room's own row, under its lock, in the
//! transaction that stores the entry. What allows a post is read after that lock.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{FromRow as _, Row as _};
use tokio::time::Instant;

use crate::model::accounts::{AccountId, Person};
use crate::model::digests::{Digest, DigestKey};
use crate::model::log::{Entry, Position, Tag};
use crate::model::memberships::Whereabouts;
use crate::model::messages::{Message, Post, Posted, RoomEntry};
use crate::model::nonces::Nonce;
use crate::model::rooms::RoomId;
use crate::model::sessions::TokenHash;
use crate::model::{Refusal, Timestamp};
use crate::store::connection::Connection;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::locks::{LockedRoom, lock_room};
use crate::store::memberships::whereabouts;
use crate::store::rows;
use crate::store::sql::json_rows;

/// Who sends, as read after the room's lock.
struct Sender {
    person: Person,
    whereabouts: Whereabouts,
}

/// A message that is to be stored.
struct Accepted<'a> {
    author: AccountId,
    nonce: &'a Nonce,
    digest: Digest,
    entry: RoomEntry,
}

/// The row of an entry that is to be stored.
#[derive(Serialize)]
struct NewRow<'a> {
    seq: i64,
    tag: i64,
    author: i64,
    body: &'a str,
    at: i64,
    nonce: &'a str,
    digest: String,
    message_count: i64,
}

impl Accepted<'_> {
    /// Its row, where it is the room's message number `message_count`.
    fn row(&self, message_count: i64) -> NewRow<'_> {
        let Entry { position, at, event } = &self.entry;
        NewRow {
            seq: position.seq,
            tag: position.tag.0,
            author: self.author.0,
            body: &event.body,
            at: at.0,
            nonce: self.nonce.as_str(),
            digest: hex::encode(&self.digest.0),
            message_count,
        }
    }
}

/// The messages of some authors by their nonces, with the digests of what was sent.
type StoredByNonce = HashMap<(AccountId, String), (RoomEntry, Digest)>;

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
    let mut known = known_messages(connection, room, posts, &senders).await?;
    let mut head = locked.head;
    let mut accepted = Vec::new();
    let mut outcomes = Vec::with_capacity(posts.len());
    for post in posts {
        let digest = key.digest(&post.nonce, &post.body);
        let outcome = decide(post, &digest, &locked, senders.get(&post.token), &known);
        let outcome = outcome.map(|verdict| match verdict {
            Verdict::Repeated { entry, inside } => Posted { entry, repeated: true, inside },
            Verdict::New(author) => {
                head = Position { seq: head.seq + 1, tag: Tag::random() };
                let body = post.body.as_str().to_owned();
                let event = Message { author: author.clone(), body, changed: 0 };
                let entry = Entry { position: head, at: Timestamp::now(), event };
                let sent = (author.id, post.nonce.as_str().to_owned());
                known.insert(sent, (entry.clone(), digest.clone()));
                let (author, nonce) = (author.id, &post.nonce);
                accepted.push(Accepted { author, nonce, digest, entry: entry.clone() });
                Posted { entry, repeated: false, inside: true }
            }
        });
        outcomes.push(outcome);
    }
    append(connection, room, &locked, &accepted).await?;
    Ok(outcomes)
}

enum Verdict<'a> {
    New(&'a Person),
    Repeated { entry: RoomEntry, inside: bool },
}

/// Whether a post may be appended, in the order in which refusals take precedence: logged out, room
/// deleted, a known nonce (which answers even someone who has left since), not a member.
fn decide<'a>(
    post: &Post,
    digest: &Digest,
    room: &LockedRoom,
    sender: Option<&'a Sender>,
    known: &StoredByNonce,
) -> Result<Verdict<'a>, Refusal> {
    let sender = sender.ok_or(Refusal::LoggedOut)?;
    if let Some(by) = &room.deleted_by {
        return Err(Refusal::RoomDeleted { room: room.name.clone(), by: by.name.clone() });
    }
    let inside = sender.whereabouts.is_inside(post.room);
    if let Some((entry, sent)) = known.get(&(sender.person.id, post.nonce.as_str().to_owned())) {
        let repeated = Verdict::Repeated { entry: entry.clone(), inside };
        return if sent == digest { Ok(repeated) } else { Err(Refusal::NonceReused) };
    }
    if !inside {
        return Err(Refusal::NotAMember { inside: sender.whereabouts.inside().cloned() });
    }
    Ok(Verdict::New(&sender.person))
}

/// The active sessions among the posts', with where their people are now.
async fn senders(connection: &mut Connection, posts: &[&Post]) -> Result<HashMap<TokenHash, Sender>, Error> {
    let tokens: Vec<_> = posts.iter().map(|post| [post.token.to_hex()]).collect();
    let rows: Vec<AnyRow> = sqlx::query(
        "select s.token_hash, a.id as account_id, a.name as account, r.id as room_id, r.name as room,
                d.name as deleted_by
         from json_each(cast($1 as text)) as sent
         cross join session s
         join account a on a.id = s.account_id
         left join membership m on m.account_id = a.id
         left join room r on r.id = m.room_id
         left join account d on d.id = r.deleted_by
         where s.token_hash = unhex(sent.value ->> 0) and s.expires_at > $2",
    )
    .bind(json_rows(&tokens))
    .bind(connection.now().0)
    .fetch_all(connection)
    .await?;
    let mut senders = HashMap::new();
    for row in &rows {
        let Ok(token) = row.try_get::<Vec<u8>, _>("token_hash")?.try_into() else { continue };
        let sender = Sender { person: rows::person(row)?, whereabouts: whereabouts(row)? };
        senders.insert(TokenHash(token), sender);
    }
    Ok(senders)
}

/// The messages already in `room` that have the author and the nonce of one of these posts.
async fn known_messages(
    connection: &mut Connection,
    room: RoomId,
    posts: &[&Post],
    senders: &HashMap<TokenHash, Sender>,
) -> Result<StoredByNonce, Error> {
    let author = |post: &Post| Some(senders.get(&post.token)?.person.id.0);
    // With the room beside each, so that there is no plan that reads the whole room.
    let sent = |post: &&Post| Some((room.0, author(post)?, post.nonce.as_str().to_owned()));
    let sent: Vec<_> = posts.iter().filter_map(sent).collect();
    let rows: Vec<AnyRow> = sqlx::query(
        "select e.author_id, e.nonce, e.digest, e.seq, e.tag, a.name as author, e.at, e.body, e.changed
         from json_each(cast($1 as text)) as sent
         cross join entry e
         join account a on a.id = e.author_id
         where e.room_id = cast(sent.value ->> 0 as bigint)
               and e.author_id = cast(sent.value ->> 1 as bigint) and e.nonce = sent.value ->> 2",
    )
    .bind(json_rows(&sent))
    .fetch_all(connection)
    .await?;
    let known = |row: &AnyRow| {
        let sent = (AccountId(row.try_get("author_id")?), row.try_get("nonce")?);
        Ok((sent, (RoomEntry::from_row(row)?, Digest(row.try_get("digest")?))))
    };
    rows.iter().map(known).collect()
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
    let counts = locked.message_count + 1..;
    let entries: Vec<_> = accepted.iter().zip(counts).map(|(it, count)| it.row(count)).collect();
    sqlx::query(
        "update room set last_seq = $2, last_tag = $3, message_count = $4, last_at = $5 where id = $1",
    )
    .bind(room.0)
    .bind(last.position.seq)
    .bind(last.position.tag.0)
    .bind(entries.last().map_or(locked.message_count, |row| row.message_count))
    .bind(last.at.0)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into entry (room_id, seq, tag, kind, author_id, body, at, nonce, digest, changed, message_count)
         with sent as materialized (select value from json_each(cast($2 as text)))
         select cast($1 as bigint), cast(value ->> 'seq' as bigint), cast(value ->> 'tag' as bigint), 'message',
                cast(value ->> 'author' as bigint), value ->> 'body', cast(value ->> 'at' as bigint),
                value ->> 'nonce', unhex(value ->> 'digest'), 0, cast(value ->> 'message_count' as bigint)
         from sent",
    )
    .bind(room.0)
    .bind(json_rows(&entries))
    .execute(connection)
    .await?;
    Ok(())
}
