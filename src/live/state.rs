//! What the lock of memory guards, and what is answered from it.

use std::time::Duration;

use super::directory::Directory;
use super::listed::Listed;
use super::moment::Moment;
use super::question::{Answer, Known, Question};
use super::room_log::{RoomLog, Updates};
use super::sessions::Sessions;
use super::watched::Watched;
use crate::model::Timestamp;
use crate::model::events::Event;
use crate::model::log::{Discontinued, Entry};
use crate::model::rooms::RoomId;
use crate::model::sessions::TokenHash;
use crate::model::versions::Age;

/// How old the last successful reading of the logs may be for memory to answer.
const STALE: Duration = Duration::from_secs(2);

/// All of memory, behind one lock.
pub(super) struct State {
    pub(super) directory: Directory,
    pub(super) sessions: Sessions,
    pub(super) watched: Watched,
    pub(super) listed: Listed,
    /// When the last successful reading of the event log and of all heads began.
    pub(super) read_at: Moment,
}

impl State {
    /// Whether the directory is new enough to answer from.
    pub(super) fn is_fresh(&self, now: Moment) -> bool {
        self.read_at.is_within(STALE, now)
    }

    /// Takes in the next entry of the event log.
    pub(super) fn take_in(&mut self, entry: Entry<Event>) -> Result<(), Discontinued> {
        match entry.event {
            Event::SessionEnded { account } => self.sessions.remove_all_of(account),
            Event::RoomDeleted { room, .. } => self.watched.remove(room),
            _ => {}
        }
        self.directory.apply(entry)
    }

    /// The answer about a watched room.
    pub(super) fn updates(&self, question: &Question, now: Moment) -> Answer {
        if let Some(loading) = self.watched.loading(question.room) {
            return Answer::Loading(loading.notified_owned());
        }
        self.known_updates(question, now).map_or(Answer::Unknown, Answer::Known)
    }

    fn known_updates(&self, question: &Question, now: Moment) -> Option<Known<Updates>> {
        let version = self.directory.people_version(question.room)?;
        let log = self.log(question.room, now)?;
        if question.reached.is_some_and(|reached| log.head().seq < reached) {
            return None;
        }
        let updates = log.after(question.after, version)?;
        match question.people.map(|seen| version.age_of(Some(seen))) {
            Some(Age::Newer) => None,
            Some(Age::Older) => Some(Known::Changed(updates)),
            _ if updates.messages.is_empty() => Some(Known::Unchanged),
            _ => Some(Known::Changed(updates)),
        }
    }

    /// Whether the active session with this token is that of `account`, if that is known, and its person in
    /// `room`, as far as memory knows; `time` is now by the clock that sessions end by.
    pub(super) fn is_member(
        &self,
        token: &TokenHash,
        account: Option<i64>,
        room: RoomId,
        (now, time): (Moment, Timestamp),
    ) -> bool {
        let session = self.sessions.get(token, time).filter(|_| self.is_fresh(now));
        session.is_some_and(|session| {
            let person = session.person.id;
            account.is_none_or(|account| account == person.0) && self.directory.is_inside(person, room)
        })
    }

    /// A room's log, if it is new enough to answer from, as the directory is.
    fn log(&self, room: RoomId, now: Moment) -> Option<&RoomLog> {
        let covered = self.watched.behind(room).unwrap_or(self.read_at);
        let fresh = self.is_fresh(now) && covered.is_within(STALE, now);
        self.watched.log(room).filter(|_| fresh)
    }
}
