//! Posting: a message goes into a commit queue, whose task has it [appended](super::append) with those that wait.

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::model::posts::{Post, Posted};
use crate::store::admission::TrafficClass;
use crate::store::checkout::Checkout;
use crate::store::commit_queue::{Key, POSTS, Waiting};
use crate::store::committed::{Changed, Committed};
use crate::store::database::Store;
use crate::store::error::{Error, Failure};

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
        let _queued = Checkout::new(TrafficClass::Writes, self.budget, until, self.request.clone());
        let (answer, answered) = oneshot::channel();
        if self.shared.commit_queues.push(key, Waiting { post, answer, until })? {
            // Others' posts are not to be written in the time that is left for this one.
            let mut store = self.clone();
            store.request = None;
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
            let began = Instant::now();
            match self.store.write_posts(&posts, end).await {
                Ok(outcomes) => {
                    self.store.shared.commits.observe(posts.len(), began.elapsed());
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
            self.store.shared.commit_queues.close(self.key);
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
    use crate::model::posts::Content;
    use crate::model::rooms::RoomId;
    use crate::model::sessions::TokenHash;

    #[rocket::async_test]
    async fn time_in_the_queue_is_the_requests() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("parlor.db").display());
        let store =
            Store::open(&url, Config::default().database_limits()).await.unwrap().for_requests().for_page();
        let left = || store.request.as_ref().unwrap().left(store.budget);
        let nonce = Nonce::parse("a").unwrap();
        let content = Content::Message(Body::parse("hello").unwrap());
        let post = Post { token: TokenHash([0; 32]), room: RoomId(7), nonce, content, about_sent_at: None };
        let before = left();
        assert!(matches!(store.post(post).await, Err(Error::Refused(Refusal::NoSuchRoom))));
        assert!(left() < before);
        store.close().await;
    }
}
