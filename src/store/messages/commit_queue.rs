//! Commit queues: posts that wait together share one transaction, and so one fsync (group commit).
//!
//! SQLite has one, PostgreSQL one per active room. A queue has a task that lives while there is something to write:
//! the first post starts it and is written at once; those that come meanwhile wait together and are the next
//! batch. Nothing is ever delayed to wait for company.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::model::messages::{Post, Posted};
use crate::model::rooms::RoomId;
use crate::store::admission::Purpose;
use crate::store::checkout::Checkout;
use crate::store::error::{Error, Failure};
use crate::store::{Changed, Committed, Store};

/// How many posts share a transaction at most.
const BATCH: usize = 128;

/// How many posts wait in one queue at most: eight batches, which is more than are written while anybody waits.
const QUEUE_MAX: usize = 8 * BATCH;

/// What posts are called in the log.
const POSTS: &str = "posts";

type Answer = Result<Posted, Error>;

/// Which queue: a room's, or the one that all rooms share.
type Key = Option<RoomId>;

/// The posts that wait, by queue. A key that is present has a task at work.
#[derive(Default)]
pub(in crate::store) struct CommitQueues(Mutex<HashMap<Key, Vec<Waiting>>>);

struct Waiting {
    post: Post,
    /// Closed when nobody waits any more.
    answer: oneshot::Sender<Answer>,
    /// Until when somebody waits.
    until: Instant,
}

impl CommitQueues {
    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Vec<Waiting>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a post, unless the queue is full, and says whether that needs a task.
    fn queue(&self, key: Key, waiting: Waiting) -> Result<bool, Failure> {
        let mut queues = self.locked();
        let idle = !queues.contains_key(&key);
        let line = queues.entry(key).or_default();
        if line.len() >= QUEUE_MAX {
            return Err(Failure::QueueFull(POSTS));
        }
        line.push(waiting);
        Ok(idle)
    }

    /// The next batch, without those who have gone. When nobody waits the queue is closed.
    fn next(&self, key: Key) -> Option<Vec<Waiting>> {
        let mut queues = self.locked();
        let waiting = queues.get_mut(&key)?;
        waiting.retain(|waiting| !waiting.answer.is_closed());
        if waiting.is_empty() {
            queues.remove(&key);
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
    /// `NotAMember`, or when the database fails or too many wait: then the message may or may not be stored,
    /// and sending it again with the same nonce is safe.
    pub async fn post(&self, post: Post) -> Result<Committed<Posted>, Error> {
        let room = post.room;
        let key = self.shared.engine.has_many_writers().then_some(post.room);
        let until = self.deadline();
        // Time in the queue is this request's, too.
        let _queued = Checkout::new(Purpose::Writes, self.budget, until, self.request.clone());
        let (answer, answered) = oneshot::channel();
        if self.shared.commit_queues.queue(key, Waiting { post, answer, until })? {
            // Others' posts are not to be written in the time that is left for this one.
            let store = Self { request: None, ..self.clone() };
            tokio::spawn(QueueTask { store, key }.run());
        }
        let answer = timeout_at(until, answered).await.map_err(|_| Failure::WaitedTooLong(POSTS))?;
        let posted = answer.unwrap_or_else(|_| Err(sqlx::Error::WorkerCrashed.into()))?;
        // Who is not inside is not shown what follows.
        let changed = if posted.inside { Changed::Room(room) } else { Changed::Nothing };
        Ok(Committed::new(posted, changed))
    }
}

/// The task of one queue.
struct QueueTask {
    store: Store,
    key: Key,
}

impl QueueTask {
    async fn run(self) {
        while let Some(batch) = self.store.shared.commit_queues.next(self.key) {
            // Nobody waits for longer than the last of them.
            let end = batch.iter().map(|waiting| waiting.until).max().unwrap_or_else(Instant::now);
            let (posts, answers): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|waiting| (waiting.post, waiting.answer)).unzip();
            match self.store.write_posts(&posts, end).await {
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

impl Drop for QueueTask {
    /// If the task dies of a panic its queue is closed: those who wait are answered, the next post
    /// starts a new one.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.store.shared.commit_queues.locked().remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::model::Refusal;
    use crate::model::messages::Body;
    use crate::model::nonces::Nonce;
    use crate::model::sessions::TokenHash;

    const QUEUE: Key = Some(RoomId(7));

    fn some_post() -> Post {
        let (nonce, body) = (Nonce::parse("a").unwrap(), Body::parse("hello").unwrap());
        Post { token: TokenHash([0; 32]), room: RoomId(7), nonce, body }
    }

    /// Somebody who waits for as long as the receiver is kept.
    fn somebody() -> (Waiting, oneshot::Receiver<Answer>) {
        let (answer, answered) = oneshot::channel();
        (Waiting { post: some_post(), answer, until: Instant::now() }, answered)
    }

    #[rocket::async_test]
    async fn time_in_the_queue_is_the_requests() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("parlor.db").display());
        let store = Store::open(&url, Config::default().limits()).await.unwrap().for_requests().for_page();
        let left = || store.request.as_ref().unwrap().left(store.budget);
        let before = left();
        assert!(matches!(store.post(some_post()).await, Err(Error::Refused(Refusal::NoSuchRoom))));
        assert!(left() < before);
        store.close().await;
    }

    #[test]
    fn one_who_has_gone_is_not_written() {
        let queues = CommitQueues::default();
        let ((first, _here), (second, gone), (third, _here_too)) = (somebody(), somebody(), somebody());
        assert!(queues.queue(QUEUE, first).unwrap(), "needs a task");
        assert!(!queues.queue(QUEUE, second).unwrap() && !queues.queue(QUEUE, third).unwrap());
        drop(gone);
        assert_eq!(queues.next(QUEUE).map(|batch| batch.len()), Some(2));
        assert!(queues.next(QUEUE).is_none(), "the queue is closed");
    }

    #[test]
    fn a_full_queue_takes_no_more() {
        let queues = CommitQueues::default();
        let (waiting, mut answers): (Vec<_>, Vec<_>) = (0..QUEUE_MAX).map(|_| somebody()).unzip();
        for waiting in waiting {
            queues.queue(QUEUE, waiting).unwrap();
        }
        let (one_more, _answer) = somebody();
        assert!(matches!(queues.queue(QUEUE, one_more), Err(Failure::QueueFull(POSTS))));
        let (elsewhere, _answer) = somebody();
        assert!(queues.queue(Some(RoomId(8)), elsewhere).unwrap(), "another queue");
        assert_eq!(queues.next(QUEUE).map(|batch| batch.len()), Some(BATCH));
        answers.clear();
        assert!(queues.next(QUEUE).is_none(), "nobody waits any more");
    }
}
