//! A mutex per name: whoever guesses at one name waits until the guess before has been judged, so that the count of wrong ones
//! stops them in time. Instances do not wait for each other: each may have one guess under way.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rocket::tokio::sync::{Mutex as OneLock, OwnedMutexGuard};

use crate::model::guesses::GuessKey;

/// The names that somebody guesses at now.
#[derive(Default)]
pub(super) struct GuessLocks(Mutex<HashMap<GuessKey, Arc<OneLock<()>>>>);

/// The lock of a name, held for as long as this lives.
pub(super) struct GuessLock<'t> {
    locks: &'t GuessLocks,
    key: GuessKey,
    /// Nothing while they wait.
    guard: Option<OwnedMutexGuard<()>>,
}

impl GuessLocks {
    /// Waits for the lock of a name, behind those who have come before.
    pub(super) async fn lock(&self, key: GuessKey) -> GuessLock<'_> {
        let lock = Arc::clone(self.0.lock().entry(key).or_default());
        let mut held = GuessLock { locks: self, key, guard: None };
        held.guard = Some(lock.lock_owned().await);
        held
    }
}

impl Drop for GuessLock<'_> {
    fn drop(&mut self) {
        let mut locks = self.locks.0.lock();
        drop(self.guard.take());
        if locks.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            locks.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use rocket::futures::FutureExt;

    use super::*;

    #[rocket::async_test]
    async fn one_comes_after_the_other_and_nothing_is_left() {
        let locks = GuessLocks::default();
        let (ana, bo) = (GuessKey([1; 32]), GuessKey([2; 32]));
        let first = locks.lock(ana).await;
        let mut second = Box::pin(locks.lock(ana));
        let mut gone = Box::pin(locks.lock(ana));
        assert!((&mut second).now_or_never().is_none(), "while the first holds it");
        assert!((&mut gone).now_or_never().is_none());
        drop(locks.lock(bo).now_or_never().expect("others do not wait"));
        drop(gone);
        drop(first);
        drop(second.now_or_never().expect("the second has it"));
        assert!(locks.0.lock().is_empty());
    }

    #[rocket::async_test]
    async fn who_gives_up_leaves_nothing() {
        let locks = GuessLocks::default();
        let first = locks.lock(GuessKey([1; 32])).await;
        let mut second = Box::pin(locks.lock(GuessKey([1; 32])));
        assert!((&mut second).now_or_never().is_none());
        drop(first);
        drop(second);
        assert!(locks.0.lock().is_empty());
    }
}
