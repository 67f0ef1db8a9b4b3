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

/// How many of them are changes at most: each term of the text that it takes away is taken out of the search index, and of
/// one text that is up to a sixth of a second on SQLite.
const CHANGES: usize = 8;

/// How many messages wait in one queue at most, and how many changes: eight batches, which is more than are written while
/// anybody waits.
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
        // Where many changes wait, messages still have room.
        if queue.iter().filter(|other| other.is_change() == waiting.is_change()).count() >= QUEUE_MAX {
            return Err(Failure::QueueFull(POSTS));
        }
        queue.push(waiting);
        Ok(idle)
    }

    /// The next batch, without those who have gone: the first that wait, but few changes, which messages do not wait for.
    /// When nobody waits the queue is closed.
    pub(super) fn next(&self, key: Key) -> Option<Vec<Waiting>> {
        let mut queues = self.0.lock();
        let waiting = queues.get_mut(&key)?;
        waiting.retain(|waiting| !waiting.answer.is_closed());
        if waiting.is_empty() {
            queues.remove(&key);
            return None;
        }
        let (mut all, mut changes) = (0, 0);
        let fits = |waiting: &mut Waiting| {
            let is_change = waiting.is_change();
            let fits = all < BATCH && !(is_change && changes == CHANGES);
            all += usize::from(fits);
            changes += usize::from(fits && is_change);
            fits
        };
        Some(waiting.extract_if(.., fits).collect())
    }

    /// Answers all who wait in a queue that it has failed.
    pub(super) fn close(&self, key: Key) {
        self.0.lock().remove(&key);
    }
}

impl Waiting {
    fn is_change(&self) -> bool {
        self.post.content.change().is_some()
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

    /// Somebody who waits for as long as the receiver is kept.
    fn somebody_with(content: Content) -> (Waiting, oneshot::Receiver<PostResult>) {
        let nonce = Nonce::parse("a").unwrap();
        let post = Post { token: TokenHash([0; 32]), room: RoomId(7), nonce, content, about_sent_at: None };
        let (answer, answered) = oneshot::channel();
        (Waiting { post, answer, until: Instant::now() }, answered)
    }

    fn somebody() -> (Waiting, oneshot::Receiver<PostResult>) {
        somebody_with(Content::Message(Body::parse("hello").unwrap()))
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

    #[test]
    fn a_batch_has_few_changes_and_no_message_waits_for_the_others() {
        let queues = CommitQueues::default();
        let mut answers = Vec::new();
        for about in 1..=60 {
            let changed = somebody_with(Content::Delete { about });
            for (waiting, answer) in [changed, somebody()] {
                queues.push(QUEUE, waiting).unwrap();
                answers.push(answer);
            }
        }
        // The numbers of the messages that are changed, and how many others there are.
        let next = || {
            let batch = queues.next(QUEUE)?;
            let changes = batch.iter().filter_map(|it| it.post.content.change()).map(|(about, _)| about);
            let changes: Vec<_> = changes.collect();
            let others = batch.len() - changes.len();
            Some((changes, others))
        };
        assert_eq!(next(), Some(((1..=8).collect(), 60)));
        assert_eq!(next(), Some(((9..=16).collect(), 0)));
        for _ in 0..5 {
            assert_eq!(next().unwrap().0.len(), 8);
        }
        assert_eq!(next(), Some(((57..=60).collect(), 0)));
        assert_eq!(next(), None, "the queue is closed");
    }

    #[test]
    fn where_many_changes_wait_there_is_room_for_messages() {
        let queues = CommitQueues::default();
        let (mut waiting, mut answers) = (Vec::new(), Vec::new());
        for about in 0..=1024 {
            let (one, answer) = somebody_with(Content::Delete { about });
            waiting.push(one);
            answers.push(answer);
        }
        let one_more = waiting.pop().unwrap();
        for waiting in waiting {
            queues.push(QUEUE, waiting).unwrap();
        }
        assert!(matches!(queues.push(QUEUE, one_more), Err(Failure::QueueFull(POSTS))));
        let (message, _answer) = somebody();
        assert!(queues.push(QUEUE, message).is_ok());
    }
}
