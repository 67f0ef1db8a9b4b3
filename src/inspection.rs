//! What tests see inside a server that no answer tells them. Nothing else uses it, so that
//! everything below it is private and the compiler finds what nobody uses.

use std::time::Duration;

use rocket::{Phase, Rocket};

pub use crate::model::sessions::Token;

use crate::live::{Known, Live, Question};
use crate::model::Timestamp;
use crate::model::accounts::{AccountId, Person, UsernameKey};
use crate::model::history::Place;
use crate::model::log::{Cursor, Position};
use crate::model::memberships::Whereabouts;
use crate::model::rooms::RoomId;
use crate::model::search::Query;
use crate::model::sessions::Session;
use crate::model::terms::{Token as Word, tokens};
use crate::store::{FoundSession, Rest, Store};
use crate::web::Passwords;

/// A server, seen from inside.
pub struct Inspection<'r> {
    store: &'r Store,
    live: &'r Live,
    passwords: &'r Passwords,
}

/// A message, as a search compares it.
pub struct Said {
    seq: i64,
    author: UsernameKey,
    words: Vec<Word>,
}

impl Said {
    /// The message of this number; nothing if nobody can be called so.
    pub fn new(seq: i64, author: &str, text: &str) -> Option<Self> {
        Some(Self { seq, author: UsernameKey::of(author)?, words: tokens(text) })
    }
}

impl<'r> Inspection<'r> {
    /// Of a server that [`build`](crate::build) has made.
    pub fn of(rocket: &'r Rocket<impl Phase>) -> Option<Self> {
        Some(Self { store: rocket.state()?, live: rocket.state()?, passwords: rocket.state()? })
    }

    /// How often requests have gone to the database.
    pub fn request_checkouts(&self) -> u64 {
        self.store.checkouts()
    }

    /// Has no password hashed any more.
    pub fn stop_hashing(&self) {
        self.passwords.stop();
    }

    /// How often the tail has, and how often the loader.
    pub fn memory_checkouts(&self) -> (u64, u64) {
        self.live.checkouts()
    }

    /// How many messages after number `after` memory tells of, once the room is there; nothing if it does not know.
    pub async fn remembered(&self, room: i64, after: i64) -> Option<usize> {
        let after = Cursor::parse(&after.to_string()).ok()?;
        let question = Question { room: RoomId(room), after, people: None, reached: None, may_wait: true };
        match self.live.remembered_updates(question).await? {
            Known::Unchanged => Some(0),
            Known::Changed(updates) => Some(updates.messages.len()),
        }
    }

    /// The numbers of all messages of a room in which `account`, who is there, finds what was typed, the newest first;
    /// nothing if it is refused.
    pub async fn search(&self, account: i64, room: i64, typed: &str) -> Option<Vec<i64>> {
        let query = Query::parse(typed).ok()?;
        let (mut numbers, mut before) = (Vec::new(), None);
        loop {
            let found = self.store.search(AccountId(account), RoomId(room), &query, before).await.ok()?;
            numbers.extend(found.hits.iter().map(|hit| hit.seq));
            match found.rest {
                Rest::Nothing => return Some(numbers),
                Rest::Older(next) | Rest::Unread(next) => before = Some(next),
            }
        }
    }

    /// How many messages the newest page of a room's history has for `account`; nothing if they may not read it.
    pub async fn history(&self, account: i64, room: i64) -> Option<usize> {
        let history = self.store.history(AccountId(account), RoomId(room), Place::Newest).await;
        Some(history.ok()?.messages.len())
    }

    /// Which of these messages what was typed finds, the last first; nothing if it is refused.
    pub fn scan(said: &[Said], typed: &str) -> Option<Vec<i64>> {
        let query = Query::parse(typed).ok()?;
        let is_by = |author: &UsernameKey| query.authors().is_empty() || query.authors().contains(author);
        let is_found = |said: &&Said| is_by(&said.author) && query.matches_words(&said.words);
        Some(said.iter().rev().filter(is_found).map(|said| said.seq).collect())
    }

    /// Has memory know a session of that account, which it forgets when the event log tells of its end.
    pub fn remember_session(&self, account: i64) {
        let person = Person { id: AccountId(account), name: format!("p{account}") };
        let (seen_at, expires_at) = (Timestamp::now(), Timestamp::now().after(Duration::from_hours(1)));
        let session = Session { token: Token::random().hash(), person, seen_at, expires_at };
        let (whereabouts, head, is_admin) = (Whereabouts::Nowhere, Position::START, false);
        self.live.cache_session(&FoundSession { session, whereabouts, is_admin, head });
    }
}
