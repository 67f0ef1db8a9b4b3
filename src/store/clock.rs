//! The clock that sessions end by: the database's, where there is one, so that an instance whose own clock is wrong
//! by days ends nobody's session and keeps none alive.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use crate::model::Timestamp;

/// The column in which a database tells its time.
pub(super) const TIME: &str = "time";

/// What stands for a time that is not known.
const UNKNOWN: i64 = i64::MIN;

/// What the database's clock said last, and how long ago: by the steady clock, which nobody sets.
pub(super) struct Clock {
    started: Instant,
    /// The database's time at that moment.
    at_start: AtomicI64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { started: Instant::now(), at_start: AtomicI64::new(UNKNOWN) }
    }
}

impl Clock {
    /// Sets it to what the database has just said.
    pub(super) fn set(&self, time: Timestamp) {
        self.at_start.store(time.before(self.started.elapsed()).0, Ordering::Relaxed);
    }

    /// The time at a moment that is hardly past; by this machine's clock if the database has told none.
    pub(super) fn at(&self, moment: Instant) -> Timestamp {
        match self.at_start.load(Ordering::Relaxed) {
            UNKNOWN => Timestamp::now(),
            at_start => Timestamp(at_start).after(moment.saturating_duration_since(self.started)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_time_goes_on_from_what_the_database_said() {
        let clock = Clock::default();
        assert!(Timestamp::now().0.abs_diff(clock.at(Instant::now()).0) < 60_000, "this machine's");
        clock.set(Timestamp(1_000_000_000));
        let (now, later) = (Instant::now(), Instant::now() + Duration::from_secs(10));
        assert_eq!(clock.at(later).0 - clock.at(now).0, i64::try_from((later - now).as_millis()).unwrap());
        assert!((1_000_000_000..1_000_060_000).contains(&clock.at(now).0), "{:?}", clock.at(now));
    }
}
