//! Lanes: posts that wait together share one transaction, and so one fsync (group commit).
//!
//! SQLite has one lane, PostgreSQL one per active room. A lane is a task that lives while there is
//! something to write: the first post starts it and is written at once; those that come meanwhile
//! wait together and are the next batch. Nothing is ever delayed to wait for company.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use super::{Error, Post, Posted, Store};
use crate::model::rooms::RoomId;

/// How many posts share a transaction at most.
const BATCH: usize = 128;

type Answer = Result<Posted, Error>;

/// Which lane: a room's, or the one that all rooms share.
type Key = Option<RoomId>;

/// The posts that wait, by lane. A key that is present has a task at work.
#[derive(Default)]
pub(super) struct Lanes(Mutex<HashMap<Key, Vec<Waiting>>>);

struct Waiting {
    post: Post,
    answer: oneshot::Sender<Answer>,
}

impl Lanes {
    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Vec<Waiting>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a post in line, and says whether its lane needs a task.
    fn queue(&self, key: Key, waiting: Waiting) -> bool {
        let mut lanes = self.locked();
        let idle = !lanes.contains_key(&key);
        lanes.entry(key).or_default().push(waiting);
        idle
    }

    /// The next batch. When nobody waits the lane is closed.
    fn next(&self, key: Key) -> Option<Vec<Waiting>> {
        let mut lanes = self.locked();
        let waiting = lanes.get_mut(&key)?;
        if waiting.is_empty() {
            lanes.remove(&key);
            return None;
        }
        let rest = waiting.split_off(waiting.len().min(BATCH));
        Some(std::mem::replace(waiting, rest))
    }
}

impl Store {
    /// Appends a message to its room's log. When this returns it is on disk.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::LoggedOut`, `NoSuchRoom`, `RoomDeleted`, `NonceReused`,
    /// `NotAMember`, or when the database fails: then the message may or may not be stored, and
    /// sending it again with the same nonce is safe.
    pub async fn post(&self, post: Post) -> Result<Posted, Error> {
        let key = self.shared.engine.has_many_writers().then_some(post.room);
        let (answer, answered) = oneshot::channel();
        if self.shared.lanes.queue(key, Waiting { post, answer }) {
            tokio::spawn(Lane { store: self.clone(), key }.run());
        }
        answered.await.unwrap_or_else(|_| Err(sqlx::Error::WorkerCrashed.into()))
    }
}

/// The task of one lane.
struct Lane {
    store: Store,
    key: Key,
}

impl Lane {
    async fn run(self) {
        while let Some(batch) = self.store.shared.lanes.next(self.key) {
            let (posts, answers): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|waiting| (waiting.post, waiting.answer)).unzip();
            match self.store.write_posts(&posts).await {
                Ok(outcomes) => {
                    for (answer, outcome) in answers.into_iter().zip(outcomes) {
                        // Whoever asked may be gone; the message is stored all the same.
                        let _ = answer.send(outcome.map_err(Error::from));
                    }
                }
                Err(error) => {
                    for answer in answers {
                        let _ = answer.send(Err(error.clone()));
                    }
                }
            }
        }
    }
}

impl Drop for Lane {
    /// If the task dies of a panic its lane is closed: those who wait are answered, the next post
    /// starts a new one.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.store.shared.lanes.locked().remove(&self.key);
        }
    }
}
