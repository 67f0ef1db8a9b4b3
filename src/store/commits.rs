//! What is measured of the transactions of posts.

use std::time::Duration;

use prometheus_client::metrics::histogram::Histogram;

/// Seconds, from a fast disk to the longest that anybody waits.
const DURATIONS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5];
/// Posts, up to the largest batch.
const SIZES: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// How long they took, and how many posts each had.
pub struct Commits {
    /// In seconds.
    pub durations: Histogram,
    /// In posts.
    pub sizes: Histogram,
}

impl Default for Commits {
    fn default() -> Self {
        Self { durations: Histogram::new(DURATIONS), sizes: Histogram::new(SIZES) }
    }
}

impl Commits {
    pub(super) fn observe(&self, posts: usize, took: Duration) {
        self.durations.observe(took.as_secs_f64());
        self.sizes.observe(u32::try_from(posts).unwrap_or(u32::MAX).into());
    }
}
