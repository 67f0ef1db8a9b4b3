//! Admission: how many are at the database at a time, and who is refused at once.
//!
//! Whoever could not be served in time is told so when they come, and not when they have waited: under
//! overload the others are then served as fast as ever. Each [`TrafficClass`] has a queue of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::error::{Error, Failure};

/// A class of traffic to the database. None waits behind another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TrafficClass {
    /// What is read for a page, and by whatever is not one of the others.
    Pages,
    /// What is read for a poll that memory could not answer, and for the answer to a post.
    Polls,
    /// What changes something, posts too.
    Writes,
}

impl TrafficClass {
    /// What they are called in the log.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Polls => "polls",
            Self::Writes => "writes",
        }
    }
}

/// The queue of one class, first come, first served.
pub(super) struct AdmissionQueue {
    class: TrafficClass,
    size: u32,
    slots: Arc<Semaphore>,
    waiting: AtomicU32,
    /// How long a slot has been held of late, in microseconds: a moving average.
    held: AtomicU64,
}

impl AdmissionQueue {
    /// A queue that lets `size` in at a time.
    pub(super) fn new(class: TrafficClass, size: u32) -> Arc<Self> {
        let slots = Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(Semaphore::MAX_PERMITS)));
        Arc::new(Self { class, size, slots, waiting: AtomicU32::new(0), held: AtomicU64::new(0) })
    }

    /// A slot. Refused at once if the wait is not likely to end by `until`; who has been `admitted` before
    /// is not, so that the work done for them is not lost.
    pub(super) async fn enter(self: &Arc<Self>, until: Instant, admitted: bool) -> Result<Slot, Error> {
        let permit = match Arc::clone(&self.slots).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) if !admitted && Instant::now() + self.expected_wait() > until => {
                return Err(Failure::QueueFull(self.class.name()).into());
            }
            Err(_) => {
                let _waiting = Waiting::counted(&self.waiting);
                timeout_at(until, Arc::clone(&self.slots).acquire_owned())
                    .await
                    .map_err(|_| Failure::WaitedTooLong(self.class.name()))?
                    .map_err(|_| sqlx::Error::PoolClosed)?
            }
        };
        Ok(Slot { queue: Arc::clone(self), since: Instant::now(), _permit: permit })
    }

    /// How long the next in line will wait if all goes on as it has of late.
    fn expected_wait(&self) -> Duration {
        let before = u64::from(self.waiting.load(Ordering::Relaxed)) + 1;
        let held = self.held.load(Ordering::Relaxed);
        Duration::from_micros(before.saturating_mul(held) / u64::from(self.size.max(1)))
    }

    /// Lets nobody in any more.
    pub(super) fn close(&self) {
        self.slots.close();
    }
}

/// One more in line, for as long as it lives.
struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    fn counted(waiting: &'a AtomicU32) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A slot at the database, free for the next when dropped.
pub(super) struct Slot {
    queue: Arc<AdmissionQueue>,
    since: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let now = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        let held = self.queue.held.load(Ordering::Relaxed);
        // Of two that leave at the same moment one may be forgotten.
        self.queue.held.store(held - held / 8 + now / 8, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(100);

    fn queue_of_slow_checkouts() -> Arc<AdmissionQueue> {
        let queue = AdmissionQueue::new(TrafficClass::Pages, 2);
        queue.held.store(60_000, Ordering::Relaxed);
        queue
    }

    fn is_refused(entered: Result<Slot, Error>) -> bool {
        matches!(entered, Err(Error::Failed(Failure::QueueFull("pages"))))
    }

    #[rocket::async_test]
    async fn a_free_slot_is_taken_however_long_checkouts_take() {
        let queue = queue_of_slow_checkouts();
        let now = Instant::now();
        let (first, second) = (queue.enter(now, false).await, queue.enter(now, false).await);
        assert!(first.is_ok() && second.is_ok());
        assert!(is_refused(queue.enter(now, false).await));
    }

    #[rocket::async_test]
    async fn who_could_not_be_served_in_time_is_refused_at_once() {
        let queue = queue_of_slow_checkouts();
        let until = || Instant::now() + SOON;
        let _slots = (queue.enter(until(), false).await, queue.enter(until(), false).await);
        // At 60 ms each for two, the third in line would wait 90 ms and the fourth 120.
        queue.waiting.store(2, Ordering::Relaxed);
        let allowed = queue.enter(until(), false).await;
        assert!(matches!(allowed, Err(Error::Failed(Failure::WaitedTooLong("pages")))));
        queue.waiting.store(3, Ordering::Relaxed);
        assert!(is_refused(queue.enter(until(), false).await));
        assert!(!is_refused(queue.enter(until(), true).await), "was let in before");
        assert_eq!(queue.waiting.load(Ordering::Relaxed), 3, "who goes is counted no more");
    }
}
