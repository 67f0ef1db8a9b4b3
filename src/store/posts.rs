//! Writing a room's log.
//!
//! The promise of order is kept here: `seq` is taken from the room's own row, under its lock, in the
//! transaction that stores the message. What allows a post is read after that lock.

use std::collections::HashMap;

use tokio::time::Instant;

use super::locks::{LockedRoom, lock_room, whereabouts};
use super::sql::list;
use super::{Connection, Error, Store};
use crate::model::accounts::{AccountId, Person};
use crate::model::log::{Position, Tag};
use crate::model::memberships::Whereabouts;
use crate::model::messages::{Body, Message, Nonce};
use crate::model::rooms::RoomId;
use crate::model::sessions::TokenHash;
use crate::model::{Refusal, Timestamp};

/// A message on its way into a room.
#[derive(Clone)]
pub struct Post {
    /// Whose session sends it.
    pub token: TokenHash,
    /// The room it is for.
    pub room: RoomId,
    /// What makes a repeated send the same message.
    pub nonce: Nonce,
    /// Its text.
    pub body: Body,
}

/// A message that is on disk.
#[derive(Clone)]
pub struct Posted {
    /// The message, at its place.
    pub message: Message,
    /// Whether an earlier send with the same nonce had stored it.
    pub repeated: bool,
    /// Whether its author is in the room now: a repeated send is answered outside too.
    pub inside: bool,
}

/// Who sends, as read after the room's lock.
struct Sender {
    person: Person,
    whereabouts: Whereabouts,
}

/// A message that is to be stored.
struct Accepted<'a> {
    author: AccountId,
    nonce: &'a Nonce,
    message: Message,
}

/// The messages of some authors by their nonces.
type Known = HashMap<(AccountId, String), Message>;

impl Store {
    /// Writes a batch as one transaction, by `end`; each post has its own outcome.
    pub(super) async fn write_posts(
        &self,
        posts: &[Post],
        end: Instant,
    ) -> Result<Vec<Result<Posted, Refusal>>, Error> {
        self.write_by(end, |mut writing| async move {
            let mut outcomes: Vec<Option<Result<Posted, Refusal>>> = vec![None; posts.len()];
            let mut rooms: Vec<RoomId> = posts.iter().map(|post| post.room).collect();
            rooms.sort_unstable();
            rooms.dedup();
            for room in rooms {
                let (places, of_room): (Vec<usize>, Vec<&Post>) =
                    posts.iter().enumerate().filter(|(_, post)| post.room == room).unzip();
                let written = write_room(&mut writing, room, &of_room).await?;
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

/// Appends what may be appended to the log of `room`, in the order of `posts`.
async fn write_room(
    connection: &mut Connection,
    room: RoomId,
    posts: &[&Post],
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
        let outcome = judge(post, &locked, senders.get(&post.token), &known);
        let outcome = outcome.map(|verdict| match verdict {
            Verdict::Repeated { message, inside } => Posted { message, repeated: true, inside },
            Verdict::New(author) => {
                head = Position { seq: head.seq + 1, tag: Tag::random() };
                let message = Message {
                    position: head,
                    author: author.name.clone(),
                    sent_at: Timestamp::now(),
                    body: post.body.as_str().to_owned(),
                };
                known.insert((author.id, post.nonce.as_str().to_owned()), message.clone());
                accepted.push(Accepted { author: author.id, nonce: &post.nonce, message: message.clone() });
                Posted { message, repeated: false, inside: true }
            }
        });
        outcomes.push(outcome);
    }
    append(connection, room, head, &accepted).await?;
    Ok(outcomes)
}

enum Verdict<'a> {
    New(&'a Person),
    Repeated { message: Message, inside: bool },
}

/// Whether a post may be appended, in the order in which refusals take precedence: logged out, room
/// deleted, a known nonce (which answers even someone who has left since), not a member.
fn judge<'a>(
    post: &Post,
    room: &LockedRoom,
    sender: Option<&'a Sender>,
    known: &Known,
) -> Result<Verdict<'a>, Refusal> {
    let sender = sender.ok_or(Refusal::LoggedOut)?;
    if let Some(by) = &room.deleted_by {
        return Err(Refusal::RoomDeleted { room: room.name.clone(), by: by.name.clone() });
    }
    let inside = sender.whereabouts.is_inside(post.room);
    if let Some(message) = known.get(&(sender.person.id, post.nonce.as_str().to_owned())) {
        let same = message.body == post.body.as_str();
        return if same {
            Ok(Verdict::Repeated { message: message.clone(), inside })
        } else {
            Err(Refusal::NonceReused)
        };
    }
    if !inside {
        return Err(Refusal::NotAMember { inside: sender.whereabouts.inside().cloned() });
    }
    Ok(Verdict::New(&sender.person))
}

/// The active sessions among the posts', with where their people are now.
async fn senders(connection: &mut Connection, posts: &[&Post]) -> Result<HashMap<TokenHash, Sender>, Error> {
    type Row = (Vec<u8>, i64, String, Option<i64>, Option<String>, Option<String>);
    let tokens: Vec<_> = posts.iter().map(|post| [post.token.to_hex()]).collect();
    let rows: Vec<Row> = sqlx::query_as(
        "select s.token_hash, a.id, a.name, r.id, r.name, d.name
         from json_each(cast($1 as text)) as sent
         cross join session s
         join account a on a.id = s.account_id
         left join membership m on m.account_id = a.id
         left join room r on r.id = m.room_id
         left join account d on d.id = r.deleted_by
         where s.token_hash = unhex(sent.value ->> 0) and s.expires_at > $2",
    )
    .bind(list(&tokens))
    .bind(connection.now().0)
    .fetch_all(connection)
    .await?;
    let sender = |(token, id, name, room, room_name, by): Row| {
        let person = Person { id: AccountId(id), name };
        let whereabouts = whereabouts(room.zip(room_name), by);
        Some((TokenHash(token.try_into().ok()?), Sender { person, whereabouts }))
    };
    Ok(rows.into_iter().filter_map(sender).collect())
}

/// The messages already in `room` that have the author and the nonce of one of these posts.
async fn known_messages(
    connection: &mut Connection,
    room: RoomId,
    posts: &[&Post],
    senders: &HashMap<TokenHash, Sender>,
) -> Result<Known, Error> {
    type Row = (i64, String, i64, i64, i64, String);
    let author = |post: &Post| Some(senders.get(&post.token)?.person.id.0);
    // With the room beside each, so that there is no plan that reads the whole room.
    let sent = |post: &&Post| Some((room.0, author(post)?, post.nonce.as_str().to_owned()));
    let sent: Vec<_> = posts.iter().filter_map(sent).collect();
    let names: HashMap<_, _> =
        senders.values().map(|sender| (sender.person.id, sender.person.name.as_str())).collect();
    let rows: Vec<Row> = sqlx::query_as(
        "select m.author_id, m.nonce, m.seq, m.tag, m.at, m.body
         from json_each(cast($1 as text)) as sent
         cross join entry m
         where m.room_id = cast(sent.value ->> 0 as bigint)
               and m.author_id = cast(sent.value ->> 1 as bigint) and m.nonce = sent.value ->> 2",
    )
    .bind(list(&sent))
    .fetch_all(connection)
    .await?;
    let known = |(author, nonce, seq, tag, sent_at, body): Row| {
        let author_id = AccountId(author);
        let position = Position { seq, tag: Tag(tag) };
        let author = (*names.get(&author_id)?).to_owned();
        Some(((author_id, nonce), Message { position, author, sent_at: Timestamp(sent_at), body }))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Moves the head once and stores all messages in one statement.
async fn append(
    connection: &mut Connection,
    room: RoomId,
    head: Position,
    accepted: &[Accepted<'_>],
) -> Result<(), Error> {
    if accepted.is_empty() {
        return Ok(());
    }
    sqlx::query("update room set last_seq = $2, last_tag = $3 where id = $1")
        .bind(room.0)
        .bind(head.seq)
        .bind(head.tag.0)
        .execute(&mut *connection)
        .await?;
    let entry = |Accepted { author, nonce, message }: &Accepted<'_>| {
        let Message { position, sent_at, body, .. } = message;
        (position.seq, position.tag.0, author.0, body.clone(), sent_at.0, nonce.as_str().to_owned())
    };
    let entries: Vec<_> = accepted.iter().map(entry).collect();
    sqlx::query(
        "insert into entry (room_id, seq, tag, author_id, body, at, nonce)
         select cast($1 as bigint), cast(value ->> 0 as bigint), cast(value ->> 1 as bigint),
                cast(value ->> 2 as bigint), value ->> 3, cast(value ->> 4 as bigint), value ->> 5
         from json_each(cast($2 as text))",
    )
    .bind(room.0)
    .bind(list(&entries))
    .execute(connection)
    .await?;
    Ok(())
}
