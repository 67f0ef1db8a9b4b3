//! Token buckets: each key has one, which holds so many tokens and is refilled at a steady pace.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::config::Rate;

/// The most keys with a bucket. When half as many are in use, all are treated as full, so that an attacker gains nothing
/// by many addresses.
const MOST: usize = 100_000;
/// How many there are at least when full ones are looked for.
const SWEPT_FROM: usize = 1_000;

/// The buckets of all keys, of which those that are not full are kept: by when each will be (this is the generic cell
/// rate algorithm, of which `governor` is a well-known implementation; that one does not bound how much it keeps).
pub(super) struct Buckets<K> {
    rate: Rate,
    kept: Mutex<Kept<K>>,
}

struct Kept<K> {
    full_at: HashMap<K, Instant>,
    /// At how many keys those that are full are forgotten.
    sweep_at: usize,
}

impl<K: Eq + Hash> Buckets<K> {
    /// Full buckets of this size and pace.
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, kept: Mutex::new(Kept { full_at: HashMap::new(), sweep_at: SWEPT_FROM }) }
    }

    /// Takes a token out of the bucket of `key`.
    ///
    /// # Errors
    /// When it is empty: after how long there is one.
    pub(super) fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let Some(interval) = self.rate.interval() else { return Ok(()) };
        let mut kept = self.kept.lock();
        kept.sweep(now);
        let full_at = kept.full_at.get(&key).map_or(now, |full_at| now.max(*full_at)) + interval;
        let too_soon = (full_at - now).saturating_sub(interval * self.rate.burst);
        if !too_soon.is_zero() {
            return Err(too_soon);
        }
        kept.full_at.insert(key, full_at);
        Ok(())
    }
}

impl<K: Eq + Hash> Kept<K> {
    /// Forgets full buckets, whenever there are twice as many as the last time.
    fn sweep(&mut self, now: Instant) {
        if self.full_at.len() < self.sweep_at {
            return;
        }
        self.full_at.retain(|_, full_at| *full_at > now);
        // With more than that the next time would come soon, and with it a walk through all of them.
        if self.full_at.len() > MOST / 2 {
            self.full_at.clear();
        }
        self.sweep_at = SWEPT_FROM.max(2 * self.full_at.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn taken(buckets: &Buckets<usize>, key: usize, now: Instant) -> usize {
        (0..1000).take_while(|_| buckets.take(key, now).is_ok()).count()
    }

    #[test]
    fn a_burst_and_then_a_steady_pace() {
        let (buckets, now) = (Buckets::new(Rate { burst: 10, per_minute: 60 }), Instant::now());
        assert_eq!(taken(&buckets, 1, now), 10);
        assert_eq!(buckets.take(1, now), Err(SECOND));
        assert_eq!(buckets.take(1, now + SECOND / 4), Err(SECOND * 3 / 4), "asking costs nothing");
        assert_eq!(taken(&buckets, 1, now + SECOND), 1);
        assert_eq!(taken(&buckets, 1, now + SECOND * 4), 3);
        assert_eq!(taken(&buckets, 1, now + SECOND * 1000), 10, "no more than a burst is saved up");
    }

    #[test]
    fn each_key_has_its_own() {
        let (buckets, now) = (Buckets::new(Rate { burst: 3, per_minute: 60 }), Instant::now());
        assert_eq!(taken(&buckets, 1, now), 3);
        assert_eq!(taken(&buckets, 2, now), 3);
    }

    #[test]
    fn none_is_no_limit() {
        let buckets = Buckets::new(Rate { burst: 0, per_minute: 60 });
        assert_eq!(taken(&buckets, 1, Instant::now()), 1000);
        assert!(buckets.kept.lock().full_at.is_empty());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (buckets, now) = (Buckets::new(Rate { burst: 2, per_minute: 60 }), Instant::now());
        assert_eq!(taken(&buckets, 0, now + SECOND), 2);
        let kept = || buckets.kept.lock().full_at.len();
        for key in 1..SWEPT_FROM {
            buckets.take(key, now).unwrap();
        }
        assert_eq!(kept(), SWEPT_FROM);
        assert_eq!(taken(&buckets, 0, now + SECOND), 0, "one that is not full is not forgotten");
        assert_eq!(kept(), 1, "those that are full are");
        let mut sweeps = 0;
        for key in 1..=3 * MOST {
            let before = kept();
            // Every other one is not full when it is looked at again.
            buckets.take(key, now + SECOND * u32::from(key % 2 == 0)).unwrap();
            assert!(kept() <= MOST);
            sweeps += usize::from(kept() <= before);
        }
        assert!(sweeps < 100, "each walks through all of them");
    }
}
