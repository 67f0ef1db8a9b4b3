//! The questions that memory answers where it can, and the database where it cannot.
//!
//! Who asks passes on the [`Store`] of their request, and is not told which of the two has answered.

use std::sync::Arc;

use tokio::time::timeout;

use super::handle::{APPLY_TIMEOUT, Live};
use super::moment::Moment;
use super::question::{Answer, Known, Question, Unsure};
use super::room_log::Updates;
use super::state::State;
use crate::model::accounts::AccountId;
use crate::model::list::ListPage;
use crate::model::log::Cursor;
use crate::model::memberships::People;
use crate::model::rooms::RoomId;
use crate::model::sessions::{Session, TokenHash};
use crate::model::versions::{Age, SeenList};
use crate::store::{Error, FoundSession, Store};

impl Live {
    /// The active session with this token, if memory knows it.
    pub fn remembered_session(&self, token: &TokenHash) -> Option<Arc<Session>> {
        let now = Moment::now();
        self.fresh(now)?.sessions.get(token, self.time_at(now)).cloned()
    }

    /// Whether memory knows that whoever presents this token is in `room`, and that the session is that of `account`,
    /// if one is named.
    pub fn is_remembered_member(&self, token: &TokenHash, account: Option<i64>, room: RoomId) -> bool {
        let now = Moment::now();
        self.unpoisoned().is_some_and(|state| state.is_member(token, account, room, (now, self.time_at(now))))
    }

    /// The active session with this token, as the database says now, with where its person is.
    pub async fn find_session(
        &self,
        token: &TokenHash,
        store: &Store,
    ) -> Result<Option<FoundSession>, Error> {
        let found = store.session(token).await?;
        if let Some(found) = &found {
            self.cache_session(found);
        }
        Ok(found)
    }

    /// What a member of a room is told about its log. Asking is watching: the tail follows the room from here on.
    /// Who asks first has it loaded, and all who ask meanwhile wait for that.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::NoSuchRoom`, `RoomDeleted`, `Resync`.
    pub async fn updates(&self, question: Question, store: &Store) -> Result<Known<Updates>, Error> {
        if let Some(known) = self.remembered_updates(question).await {
            return Ok(known);
        }
        let updates = Updates::try_from(store.updates(question.room, question.after).await?)?;
        let is_same = |seen| updates.people_version.age_of(Some(seen)) == Age::Same;
        let unchanged = updates.messages.is_empty() && question.people.is_none_or(is_same);
        Ok(if unchanged { Known::Unchanged } else { Known::Changed(updates) })
    }

    /// The same from memory alone, if it knows.
    pub async fn remembered_updates(&self, question: Question) -> Option<Known<Updates>> {
        let answer = match self.answer(&question, |_, _| true) {
            Answer::Loading(loaded) if question.may_wait => {
                timeout(APPLY_TIMEOUT, loaded).await.ok()?;
                self.answer(&question, |_, _| true)
            }
            answer => answer,
        };
        answer.known()
    }

    /// What memory tells whoever presents this token, if it knows that they are in the room, and that the session is
    /// that of `account`, if one is named: all that a poll asks, under one lock. Otherwise says whether that took a
    /// wait for the room, after which all of it was asked again.
    pub async fn poll(
        &self,
        token: &TokenHash,
        account: Option<i64>,
        question: Question,
    ) -> Result<Known<Updates>, Unsure> {
        let may =
            |state: &State, now| state.is_member(token, account, question.room, (now, self.time_at(now)));
        let answer = self.answer(&question, may);
        let Answer::Loading(loaded) = answer else { return answer.known().ok_or(Unsure { waited: false }) };
        let _ = timeout(APPLY_TIMEOUT, loaded).await;
        self.answer(&question, may).known().ok_or(Unsure { waited: true })
    }

    /// Page `page` of the list as `account` sees it.
    pub async fn list_page(
        &self,
        account: AccountId,
        page: i64,
        seen: Option<SeenList>,
        store: &Store,
    ) -> Result<Known<ListPage>, Error> {
        if let Some(known) = self.known_list_page(account, page, seen) {
            return Ok(known);
        }
        let list = store.list_page(account, page).await?;
        Ok(Known::read(list.version.age_of(seen), list))
    }

    pub(super) fn known_list_page(
        &self,
        account: AccountId,
        page: i64,
        seen: Option<SeenList>,
    ) -> Option<Known<ListPage>> {
        let now = Moment::now();
        let last_used = now.millis_since(self.0.started);
        let mut state = self.fresh(now)?;
        let pages = state.directory.pages();
        let page = page.min(pages);
        // Their own room is on every page.
        let own_room = if pages > 1 { state.directory.room_of(account) } else { None };
        if !state.listed.touch(page, own_room, last_used) {
            drop(state);
            self.write().listed.add(page, own_room, last_used);
            state = self.fresh(now)?;
        }
        let State { directory, listed, .. } = &*state;
        let age = listed.announced(page, own_room, directory.list_version()).age_of(seen);
        Known::remembered(age, || directory.list_page(account, page, |room| listed.end(room)))
    }

    /// Who is in `room`, unless that is what its page has seen.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::NoSuchRoom`, `RoomDeleted`.
    pub async fn people(
        &self,
        room: RoomId,
        seen: Option<Cursor>,
        store: &Store,
    ) -> Result<Known<Arc<People>>, Error> {
        if let Some(known) = self.known_people(room, seen) {
            return Ok(known);
        }
        let people = store.people(room).await?;
        Ok(Known::read(people.version.age_of(seen), Arc::new(people)))
    }

    fn known_people(&self, room: RoomId, seen: Option<Cursor>) -> Option<Known<Arc<People>>> {
        let directory = &self.fresh(Moment::now())?.directory;
        Known::remembered(directory.people_version(room)?.age_of(seen), || directory.people(room))
    }

    /// Keeps a session that was read from the database, unless the tail is past that reading: the end
    /// of the session might be among what it has passed.
    pub fn cache_session(&self, found: &FoundSession) {
        let mut state = self.write();
        let head = state.directory.head();
        if found.head.seq > head.seq || found.head == head {
            state.sessions.insert(found.session.clone());
        }
    }

    fn answer(&self, question: &Question, may: impl Fn(&State, Moment) -> bool) -> Answer {
        let now = Moment::now();
        let last_used = now.millis_since(self.0.started);
        {
            let Some(state) = self.unpoisoned().filter(|state| may(state, now)) else {
                return Answer::Unknown;
            };
            if state.watched.touch(question.room, last_used) {
                return state.updates(question, now);
            }
        }
        self.start_watching(question.room, last_used);
        self.unpoisoned().map_or(Answer::Unknown, |state| state.updates(question, now))
    }
}
