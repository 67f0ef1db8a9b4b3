//! Deadlines: how long one may wait to be let in, and how long what is done then may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::admission::TrafficClass;

/// The time limits of those who go to the database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// For a connection.
    pub(super) wait: Duration,
    /// With it.
    pub(super) work: Duration,
}

impl Budget {
    /// Both for one checkout.
    pub(super) fn of_a_checkout(self) -> Duration {
        self.wait + self.work
    }

    /// All checkouts of one request: time for one that waits and works for as long as it may, and for another.
    pub(super) fn of_a_request(self) -> Duration {
        self.work * 2
    }
}

/// What one request has had of the database. Time that it spends elsewhere, on a slow upload or on the hash
/// of a password, is not counted.
#[derive(Default)]
pub(super) struct RequestTime {
    /// In microseconds.
    spent: AtomicU64,
    /// Whether it has been let in: for what else it reads it does not queue again, or what was done for it
    /// would be lost when it is refused then.
    admitted: AtomicBool,
}

impl RequestTime {
    /// What is left of that time.
    pub(super) fn left(&self, budget: Budget) -> Duration {
        budget.of_a_request().saturating_sub(Duration::from_micros(self.spent.load(Ordering::Relaxed)))
    }
}

/// One use of a connection: waiting for it, and working with it.
pub(super) struct Checkout {
    pub(super) class: TrafficClass,
    /// When it is to be over, whatever it is at.
    pub(super) end: Instant,
    budget: Budget,
    began: Instant,
    request: Option<Arc<RequestTime>>,
}

impl Checkout {
    pub(super) fn new(
        class: TrafficClass,
        budget: Budget,
        end: Instant,
        request: Option<Arc<RequestTime>>,
    ) -> Self {
        Self { class, end, budget, began: Instant::now(), request }
    }

    /// Until when to wait for a connection.
    pub(super) fn wait_until(&self) -> Instant {
        self.end.min(self.began + self.budget.wait)
    }

    /// Until when to use one that is there now.
    pub(super) fn work_until(&self) -> Instant {
        self.end.min(Instant::now() + self.budget.work)
    }

    pub(super) fn was_admitted(&self) -> bool {
        self.request.as_ref().is_some_and(|request| request.admitted.load(Ordering::Relaxed))
    }

    pub(super) fn admit(&self) {
        if let Some(request) = &self.request {
            request.admitted.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        if let Some(request) = &self.request {
            let spent = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
            request.spent.fetch_add(spent, Ordering::Relaxed);
        }
    }
}
