//! How old a reading is, on a machine that sleeps or whose clock is set.

use std::time::{Duration, Instant};

use crate::model::Timestamp;

/// A moment by two clocks. The steady one never jumps, but stands still while the machine sleeps; the
/// other one goes on, but can be set. What is young by both is young.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    steady: Instant,
    wall: Timestamp,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self { steady: Instant::now(), wall: Timestamp::now() }
    }

    /// Whether this was less than `span` before `now`.
    pub(super) fn is_within(self, span: Duration, now: Self) -> bool {
        let by_wall = Duration::from_millis(now.wall.0.abs_diff(self.wall.0));
        now.steady.saturating_duration_since(self.steady) < span && by_wall < span
    }

    /// The moment so much later.
    #[cfg(test)]
    pub(super) fn after(self, span: Duration) -> Self {
        Self { steady: self.steady + span, wall: self.wall.after(span) }
    }

    /// By the steady clock.
    pub(super) fn is_before(self, other: Self) -> bool {
        self.steady < other.steady
    }

    /// By the steady clock.
    pub(super) fn steady(self) -> Instant {
        self.steady
    }

    /// Milliseconds since an earlier moment, by the steady clock.
    pub(super) fn millis_since(self, earlier: Self) -> u64 {
        let since = self.steady.saturating_duration_since(earlier.steady);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Duration = Duration::from_secs(2);

    #[test]
    fn what_is_young_by_both_clocks_is_young() {
        let then = Moment::now();
        let later = |steady: u64, wall: i64| Moment {
            steady: then.steady + Duration::from_millis(steady),
            wall: Timestamp(then.wall.0 + wall),
        };
        assert!(then.is_within(SPAN, later(1_900, 1_900)));
        assert!(!then.is_within(SPAN, later(2_000, 1_900)));
        assert!(!then.is_within(SPAN, later(1, 3_600_000)), "the machine slept for an hour");
        assert!(!then.is_within(SPAN, later(1, -3_600_000)), "the clock was set back");
    }
}
