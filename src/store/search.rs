//! Finding messages of a room by the terms of their texts, the newest first.
//!
//! The index gives candidates, step by step from the newest back; whether one is found is decided on its text, by the
//! same rules on both engines ([`Query::matches`]). A step is about few messages at first and about more where little is
//! found. A search ends when it has a page of hits, or has looked at enough: then it says from where to go on.

mod index;

use std::cmp::Reverse;
use std::time::{Duration, Instant};

use sqlx::Row as _;
use sqlx::any::AnyRow;

pub(super) use self::index::{Cut, add, place, remove_range, replace, terms_of};
use self::index::{author_term, seq_at};
use super::connection::Connection;
use super::database::Store;
use super::engine::Reach;
use super::error::Error;
use super::memberships::{require_member, where_is};
use super::rows::{RoomRow, load_room, person};
use super::sql::json_rows;
use crate::model::Timestamp;
use crate::model::accounts::{AccountId, Person};
use crate::model::rooms::{RoomId, RoomLink};
use crate::model::search::Query;

/// How many hits a page has.
pub const HITS_A_PAGE: usize = 20;
/// How many candidates are read at once.
const CANDIDATES: i64 = 100;
/// How many texts one search reads at most.
const TEXTS_MAX: usize = 1_000;
/// After how long a search begins nothing more, once it has read so many texts or gone so many steps back.
const TIME_MAX: Duration = Duration::from_millis(40);
const TEXTS_MIN: usize = 50;
const STEPS_MIN: usize = 2;

/// A message that was found.
pub struct Hit {
    /// Its number.
    pub seq: i64,
    /// When it was sent.
    pub at: Timestamp,
    /// Who sent it.
    pub author: Person,
    /// Its text.
    pub body: String,
}

/// A page of what was found.
pub struct Hits {
    /// The newest first, at most [`HITS_A_PAGE`].
    pub hits: Vec<Hit>,
    /// What comes after them.
    pub rest: Rest,
}

/// Whether there may be more hits than a page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// There are none.
    Nothing,
    /// There is another one, before the message of this number.
    Older(i64),
    /// The messages before this number were not looked at.
    Unread(i64),
}

/// A search under way.
struct Search<'q> {
    store: &'q Store,
    room: RoomId,
    query: &'q Query,
    /// The terms that a message must have: all of these,
    all: Vec<String>,
    /// and one of these, if there are any.
    any: Vec<String>,
    /// What is left is before this number.
    before: i64,
    reach: Reach,
    hits: Vec<Hit>,
    texts: usize,
    steps: usize,
    began: Instant,
}

impl Store {
    /// What `account` finds in room `id` before message number `before`.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::NoSuchRoom`, `RoomDeleted`, `NotAMember`.
    pub async fn search(
        &self,
        account: AccountId,
        id: RoomId,
        query: &Query,
        before: Option<i64>,
    ) -> Result<Hits, Error> {
        let mut snapshot = self.snapshot().await?;
        let head = searchable(&mut snapshot, account, id).await?.head;
        let authors = authors(&mut snapshot, query).await?;
        let before = before.unwrap_or(i64::MAX).min(head.seq + 1);
        let mut search = Search {
            store: self,
            room: id,
            query,
            all: query.terms(),
            any: authors.iter().copied().map(author_term).collect(),
            before,
            reach: Reach::Small,
            hits: Vec::new(),
            texts: 0,
            steps: 0,
            began: Instant::now(),
        };
        let is_of_nobody = authors.is_empty() && !query.authors().is_empty();
        let rest = if is_of_nobody { Rest::Nothing } else { search.run(&mut snapshot).await? };
        snapshot.end().await;
        Ok(Hits { hits: search.hits, rest })
    }

    /// Room `id`, if `account` may search in it.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::NoSuchRoom`, `RoomDeleted`, `NotAMember`.
    pub async fn searchable_room(&self, account: AccountId, id: RoomId) -> Result<RoomLink, Error> {
        Ok(searchable(&mut self.reader().await?, account, id).await?.room)
    }
}

impl Search<'_> {
    async fn run(&mut self, snapshot: &mut Connection) -> Result<Rest, Error> {
        while self.before > 1 {
            let first = self.first();
            let candidates = self.candidates(snapshot).await?;
            let is_all = i64::try_from(candidates.len()).is_ok_and(|found| found < CANDIDATES);
            for message in messages(snapshot, self.room, &candidates).await? {
                if let Some(rest) = self.read(message) {
                    return Ok(rest);
                }
            }
            // What the index has of a message that is gone is passed by.
            (self.before, self.reach) = match candidates.last() {
                Some(last) if !is_all => (*last, Reach::Small),
                _ => (first, self.reach.farther()),
            };
            self.steps += 1;
            if self.is_over() {
                break;
            }
        }
        Ok(self.unread())
    }

    /// The number of the first message within reach.
    fn first(&self) -> i64 {
        let start = self.reach.start(place(self.room, self.before));
        seq_at(start.max(place(self.room, 1)))
    }

    /// The numbers of some messages within reach that have the terms, the newest first.
    async fn candidates(&self, snapshot: &mut Connection) -> Result<Vec<i64>, Error> {
        let end = place(self.room, self.before);
        let question = self.store.shared.engine.question(&self.all, &self.any, (end, self.reach));
        let places: Vec<i64> = sqlx::query_scalar(self.store.shared.engine.candidates())
            .bind(question)
            .bind(place(self.room, self.first()))
            .bind(end)
            .bind(CANDIDATES)
            .fetch_all(snapshot)
            .await?;
        Ok(places.into_iter().map(seq_at).collect())
    }

    /// Takes the next candidate; says what is left if this is the end.
    fn read(&mut self, message: Hit) -> Option<Rest> {
        self.before = message.seq;
        self.texts += 1;
        if self.query.matches(&message.body) {
            if self.hits.len() == HITS_A_PAGE {
                return self.hits.last().map(|last| Rest::Older(last.seq));
            }
            self.hits.push(message);
        }
        self.is_over().then(|| self.unread())
    }

    fn unread(&self) -> Rest {
        if self.before > 1 { Rest::Unread(self.before) } else { Rest::Nothing }
    }

    fn is_over(&self) -> bool {
        let has_done_some = self.texts >= TEXTS_MIN || self.steps >= STEPS_MIN;
        self.texts >= TEXTS_MAX || has_done_some && self.began.elapsed() > TIME_MAX
    }
}

async fn searchable(connection: &mut Connection, account: AccountId, id: RoomId) -> Result<RoomRow, Error> {
    let room = load_room(connection, id).await?;
    require_member(&where_is(connection, account).await?, id)?;
    Ok(room)
}

/// The accounts that the query names.
async fn authors(connection: &mut Connection, query: &Query) -> Result<Vec<AccountId>, Error> {
    let names: Vec<_> = query.authors().iter().map(|name| [name.as_str()]).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = sqlx::query_scalar(
        "select a.id from json_each(cast($1 as text)) as wanted
         cross join account a where a.name_key = wanted.value ->> 0",
    )
    .bind(json_rows(&names))
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// The messages of these numbers as they read now, the newest first.
async fn messages(connection: &mut Connection, room: RoomId, numbers: &[i64]) -> Result<Vec<Hit>, Error> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<_> = numbers.iter().map(|seq| (room.0, *seq)).collect();
    // A deleted one has no text.
    let rows: Vec<AnyRow> = sqlx::query(
        "select e.seq, e.at, e.body, a.id as account_id, a.name as account
         from json_each(cast($1 as text)) as wanted
         cross join entry e
         join account a on a.id = e.author_id
         where e.room_id = cast(wanted.value ->> 0 as bigint) and e.seq = cast(wanted.value ->> 1 as bigint)
               and e.kind = 'message' and e.body <> ''",
    )
    .bind(json_rows(&wanted))
    .fetch_all(connection)
    .await?;
    let mut found = rows.iter().map(hit).collect::<sqlx::Result<Vec<_>>>()?;
    found.sort_unstable_by_key(|message| Reverse(message.seq));
    Ok(found)
}

fn hit(row: &AnyRow) -> sqlx::Result<Hit> {
    let (seq, at, body) = (row.try_get("seq")?, Timestamp(row.try_get("at")?), row.try_get("body")?);
    Ok(Hit { seq, at, author: person(row)?, body })
}
