//! Commit queues: posts that wait together share one transaction, and so one fsync (group commit).
//!
//! SQLite has one, PostgreSQL one per active room. A queue has a task that lives while there is something to write:
//! the first post starts it and is written at once; those that come meanwhile wait together and are the next
//! batch. Nothing is ever delayed to wait for company.

use std::collections::HashMap;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::error::{Error, Failure};
use crate::model::posts::{Post, Posted};
use crate::model::rooms::RoomId;

/// How many posts share a transaction at most.
const BATCH: usize = 128;

/// How many posts wait in one queue at most: eight batches, which is more than are written while anybody waits.
const QUEUE_MAX: usize = 8 * BATCH;

/// What posts are called in the log.
pub(super) const POSTS: &str = "posts";

pub(super) type PostResult = Result<Posted, Error>;

/// Which queue: a room's, or the one that all rooms share.
pub(super) type Key = Option<RoomId>;

/// The posts that wait, by queue. A key that is present has a task at work.
#[derive(Default)]
pub(super) struct CommitQueues(Mutex<HashMap<Key, Vec<Waiting>>>);

pub(super) struct Waiting {
    pub(super) post: Post,
    /// Closed when nobody waits any more.
    pub(super) answer: oneshot::Sender<PostResult>,
    /// Until when somebody waits.
    pub(super) until: Instant,
}

impl CommitQueues {
    /// Queues a post, unless the queue is full, and says whether that needs a task.
    pub(super) fn push(&self, key: Key, waiting: Waiting) -> Result<bool, Failure> {
        let mut queues = self.0.lock();
        let idle = !queues.contains_key(&key);
        let queue = queues.entry(key).or_default();
        if queue.len() >= QUEUE_MAX {
            return Err(Failure::QueueFull(POSTS));
        }
        queue.push(waiting);
        Ok(idle)
    }

    /// The next batch, without those who have gone. When nobody waits the queue is closed.
    pub(super) fn next(&self, key: Key) -> Option<Vec<Waiting>> {
        let mut queues = self.0.lock();
        let waiting = queues.get_mut(&key)?;
        waiting.retain(|waiting| !waiting.answer.is_closed());
        if waiting.is_empty() {
            queues.remove(&key);
            return None;
        }
        let rest = waiting.split_off(waiting.len().min(BATCH));
        Some(std::mem::replace(waiting, rest))
    }

    /// Answers all who wait in a queue that it has failed.
    pub(super) fn close(&self, key: Key) {
        self.0.lock().remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::messages::Body;
    use crate::model::nonces::Nonce;
    use crate::model::posts::Content;
    use crate::model::sessions::TokenHash;

    const QUEUE: Key = Some(RoomId(7));

    fn some_post() -> Post {
        let nonce = Nonce::parse("a").unwrap();
        let content = Content::Message(Body::parse("hello").unwrap());
        Post { token: TokenHash([0; 32]), room: RoomId(7), nonce, content }
    }

    /// Somebody who waits for as long as the receiver is kept.
    fn somebody() -> (Waiting, oneshot::Receiver<PostResult>) {
        let (answer, answered) = oneshot::channel();
        (Waiting { post: some_post(), answer, until: Instant::now() }, answered)
    }

    #[test]
    fn one_who_has_gone_is_not_written() {
        let queues = CommitQueues::default();
        let ((first, _here), (second, gone), (third, _here_too)) = (somebody(), somebody(), somebody());
        assert!(queues.push(QUEUE, first).unwrap(), "needs a task");
        assert!(!queues.push(QUEUE, second).unwrap() && !queues.push(QUEUE, third).unwrap());
        drop(gone);
        assert_eq!(queues.next(QUEUE).map(|batch| batch.len()), Some(2));
        assert!(queues.next(QUEUE).is_none(), "the queue is closed");
    }

    #[test]
    fn a_full_queue_takes_no_more() {
        let queues = CommitQueues::default();
        let (waiting, mut answers): (Vec<_>, Vec<_>) = (0..QUEUE_MAX).map(|_| somebody()).unzip();
        for waiting in waiting {
            queues.push(QUEUE, waiting).unwrap();
        }
        let (one_more, _answer) = somebody();
        assert!(matches!(queues.push(QUEUE, one_more), Err(Failure::QueueFull(POSTS))));
        let (elsewhere, _answer) = somebody();
        assert!(queues.push(Some(RoomId(8)), elsewhere).unwrap(), "another queue");
        assert_eq!(queues.next(QUEUE).map(|batch| batch.len()), Some(BATCH));
        answers.clear();
        assert!(queues.next(QUEUE).is_none(), "nobody waits any more");
    }
}
