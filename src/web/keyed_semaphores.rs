//! A concurrency limit per key: a semaphore for each that somebody is at now, gone when nobody is. Instances do not
//! wait for each other.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;
use rocket::tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The keys of which somebody has a permit or waits for one.
pub(super) struct KeyedSemaphores<K> {
    by_key: Mutex<HashMap<K, Arc<Semaphore>>>,
    permits: usize,
}

/// A permit of a key, held for as long as this lives.
pub(super) struct KeyedPermit<'t, K: Eq + Hash> {
    semaphores: &'t KeyedSemaphores<K>,
    key: K,
    /// Nothing while they wait.
    permit: Option<OwnedSemaphorePermit>,
}

impl<K: Copy + Eq + Hash> KeyedSemaphores<K> {
    /// With so many permits for each key.
    pub(super) fn new(permits: usize) -> Self {
        Self { by_key: Mutex::default(), permits }
    }

    /// Waits for a permit of that key, behind those who have come before.
    pub(super) async fn acquire(&self, key: K) -> KeyedPermit<'_, K> {
        let semaphore = Arc::clone(self.by_key.lock().entry(key).or_insert_with(|| self.semaphore()));
        let mut permit = KeyedPermit { semaphores: self, key, permit: None };
        // No semaphore is ever closed.
        permit.permit = semaphore.acquire_owned().await.ok();
        permit
    }

    fn semaphore(&self) -> Arc<Semaphore> {
        Arc::new(Semaphore::new(self.permits))
    }
}

impl<K: Eq + Hash> Drop for KeyedPermit<'_, K> {
    fn drop(&mut self) {
        let mut by_key = self.semaphores.by_key.lock();
        drop(self.permit.take());
        if by_key.get(&self.key).is_some_and(|semaphore| Arc::strong_count(semaphore) == 1) {
            by_key.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use rocket::futures::FutureExt;

    use super::*;
    use crate::model::guesses::GuessKey;

    #[rocket::async_test]
    async fn one_comes_after_the_other_and_nothing_is_left() {
        let semaphores = KeyedSemaphores::new(1);
        let (ana, bo) = (GuessKey([1; 32]), GuessKey([2; 32]));
        let first = semaphores.acquire(ana).await;
        let mut second = Box::pin(semaphores.acquire(ana));
        let mut gone = Box::pin(semaphores.acquire(ana));
        assert!((&mut second).now_or_never().is_none(), "while the first has its permit");
        assert!((&mut gone).now_or_never().is_none());
        drop(semaphores.acquire(bo).now_or_never().expect("others do not wait"));
        drop(gone);
        drop(first);
        drop(second.now_or_never().expect("the permit of the second"));
        assert!(semaphores.by_key.lock().is_empty());
    }

    #[rocket::async_test]
    async fn who_gives_up_leaves_nothing() {
        let semaphores = KeyedSemaphores::new(1);
        let first = semaphores.acquire(GuessKey([1; 32])).await;
        let mut second = Box::pin(semaphores.acquire(GuessKey([1; 32])));
        assert!((&mut second).now_or_never().is_none());
        drop(first);
        drop(second);
        assert!(semaphores.by_key.lock().is_empty());
    }

    #[rocket::async_test]
    async fn as_many_are_under_way_as_may_be() {
        let semaphores = KeyedSemaphores::new(2);
        let (first, _second) = (semaphores.acquire("here").await, semaphores.acquire("here").await);
        assert!(semaphores.acquire("here").now_or_never().is_none());
        assert!(semaphores.acquire("elsewhere").now_or_never().is_some());
        drop(first);
        assert!(semaphores.acquire("here").now_or_never().is_some());
    }
}
