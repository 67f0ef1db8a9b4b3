//! A mutex per name: whoever guesses at one name waits until the guess before has been judged, so that the count of wrong ones
//! stops them in time. Instances do not wait for each other: each may have one guess under way.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rocket::tokio::sync::{Mutex as Line, OwnedMutexGuard};

use crate::model::guesses::GuessKey;

/// The names that somebody guesses at now.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<GuessKey, Arc<Line<()>>>>);

/// Somebody's turn, for as long as this lives.
pub(super) struct Turn<'t> {
    turns: &'t Turns,
    key: GuessKey,
    /// Nothing while they wait.
    guard: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits for the turn of whoever comes now.
    pub(super) async fn next(&self, key: GuessKey) -> Turn<'_> {
        let line = Arc::clone(self.0.lock().entry(key).or_default());
        let mut turn = Turn { turns: self, key, guard: None };
        turn.guard = Some(line.lock_owned().await);
        turn
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut lines = self.turns.0.lock();
        drop(self.guard.take());
        if lines.get(&self.key).is_some_and(|line| Arc::strong_count(line) == 1) {
            lines.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use rocket::futures::FutureExt;

    use super::*;

    #[rocket::async_test]
    async fn one_comes_after_the_other_and_nothing_is_left() {
        let turns = Turns::default();
        let (ana, bo) = (GuessKey([1; 32]), GuessKey([2; 32]));
        let first = turns.next(ana).await;
        let mut second = Box::pin(turns.next(ana));
        let mut gone = Box::pin(turns.next(ana));
        assert!((&mut second).now_or_never().is_none(), "while the first has its turn");
        assert!((&mut gone).now_or_never().is_none());
        drop(turns.next(bo).now_or_never().expect("others do not wait"));
        drop(gone);
        drop(first);
        drop(second.now_or_never().expect("the turn of the second"));
        assert!(turns.0.lock().is_empty());
    }

    #[rocket::async_test]
    async fn who_gives_up_leaves_nothing() {
        let turns = Turns::default();
        let first = turns.next(GuessKey([1; 32])).await;
        let mut second = Box::pin(turns.next(GuessKey([1; 32])));
        assert!((&mut second).now_or_never().is_none());
        drop(first);
        drop(second);
        assert!(turns.0.lock().is_empty());
    }
}
