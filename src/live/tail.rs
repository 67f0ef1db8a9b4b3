//! The one task that reads the logs into memory.
//!
//! At every tick it asks whether anything was committed since; if so it reads the heads of the event log and
//! of the watched rooms' logs that moved, in one statement, and what follows its positions there, many rooms
//! in a statement. When a commit wakes it, it does the same for the rooms that were written to here, and for no
//! others. What it reads of rooms is in [`room_tail`](super::room_tail); of the rooms on the list it reads only where
//! their logs end.
//!
//! With what follows a position the tail reads the entry at it: if that is gone or has another tag, this is another
//! history (a restored backup, a promoted standby), and the projection is rebuilt.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::directory::Directory;
use super::handle::Live;
use super::moment::Moment;
use super::room_tail::READ_MAX;
use super::state::State;
use crate::model::events::Event;
use crate::model::log::{Discontinued, Entry, Position, continuing};
use crate::model::rooms::RoomId;
use crate::store::Error;

/// The reader of the logs, still to be run.
pub struct Tail {
    live: Live,
    reading: watch::Sender<Moment>,
}

/// Up to where all heads have been read.
#[derive(Default)]
struct Seen {
    /// How many connections had been made.
    connections: u64,
    /// What [`Store::change_token`](crate::store::Store::change_token) said before the last reading that came to its end.
    token: Option<String>,
}

impl Tail {
    pub(super) fn new(live: Live, reading: watch::Sender<Moment>) -> Self {
        Self { live, reading }
    }

    /// Follows the logs until the stop, which no reading is cut short for. A reading that fails is tried
    /// again at the next tick; meanwhile memory grows old and stops answering.
    pub async fn run(self: Arc<Self>, tick: Duration, stop: impl Future<Output = ()>) {
        let live = self.live.clone();
        tokio::select! {
            () = self.follow(tick, stop) => {}
            () = live.load() => {}
        }
    }

    async fn follow(&self, tick: Duration, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let (live, mut seen) = (self.live.clone(), Seen::default());
        let mut ticks = tokio::time::interval(tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            let read = tokio::select! {
                () = &mut stop => return,
                _ = ticks.tick() => live.catch_up(&mut seen).await,
                // Something was committed here.
                () = live.0.wake.notified() => live.catch_up_with_own().await,
            };
            match read {
                Ok(began) => {
                    self.reading.send_replace(began);
                    if failing {
                        tracing::info!("database reachable again");
                    }
                    failing = false;
                }
                Err(error) => {
                    if !failing {
                        tracing::warn!(
                            "cannot read the database: {error} (retrying; requests may be slower)"
                        );
                    }
                    failing = true;
                }
            }
        }
    }
}

impl Live {
    /// Reads everything that has been appended since the last reading, and says when it began.
    ///
    /// Over a new connection an older database may have come back, however short it was away, and what
    /// sessions were opened is in no log: they are forgotten then, and read again when they next ask.
    async fn catch_up(&self, seen: &mut Seen) -> Result<Moment, Error> {
        let store = &self.0.store;
        let began = Moment::now();
        if self.0.state.is_poisoned() {
            // A panic has left memory in the middle of a change.
            self.rebuild().await?;
            self.0.state.clear_poison();
        }
        let token = store.change_token().await?;
        let same = store.connections_made() == seen.connections && seen.token.as_ref() == Some(&token);
        let (known, behind, listed) = {
            let State { directory, watched, listed, .. } = &*self.read();
            if same {
                (watched.heads_behind(), watched.all_behind(), listed.new_rooms(directory))
            } else {
                (watched.heads(), watched.all_behind(), listed.rooms(directory))
            }
        };
        if same && behind.is_empty() && listed.is_empty() {
            self.write().read_at = began;
        } else {
            seen.token = None;
            let heads = store.heads(&known, &listed).await?;
            self.take_in_ends(heads.ends);
            self.follow_events(heads.events).await?;
            let made = store.connections_made();
            {
                let mut state = self.write();
                if made != seen.connections {
                    state.sessions.clear();
                }
                let read_at = std::mem::replace(&mut state.read_at, began);
                state.watched.covered(&behind, &heads.rooms, read_at);
            }
            self.follow_rooms(heads.rooms).await?;
            // What was read over a later connection is not known to be as new as what the first one said.
            seen.token = (made == seen.connections).then_some(token);
            seen.connections = made;
        }
        self.announce_list(began);
        self.evict();
        Ok(began)
    }

    /// Reads the event log and the logs of the rooms that were written to here. Where that fails they are
    /// still to be read by the next reading of this kind, which tells those who wait that it has passed them.
    async fn catch_up_with_own(&self) -> Result<Moment, Error> {
        let began = Moment::now();
        let written = std::mem::take(&mut *self.0.written.lock());
        let read = self.follow_own(&written).await;
        if read.is_err() {
            self.0.written.lock().extend(written);
        }
        read.map(|()| began)
    }

    async fn follow_own(&self, written: &HashSet<RoomId>) -> Result<(), Error> {
        let known: Vec<_> = {
            let state = self.read();
            let known = |room: &RoomId| Some((*room, state.watched.log(*room)?.head()));
            written.iter().filter_map(known).collect()
        };
        let heads = self.0.store.heads(&known, &[]).await?;
        self.follow_events(heads.events).await?;
        self.follow_rooms(heads.rooms).await
    }

    async fn follow_events(&self, head: Position) -> Result<(), Error> {
        if self.read().directory.head() == head {
            return Ok(());
        }
        loop {
            let known = self.read().directory.head();
            let first = known.seq.max(1);
            let entries = self.0.store.events_from(first, READ_MAX).await?;
            let full = i64::try_from(entries.len()).is_ok_and(|read| read == READ_MAX);
            let why = why_discontinued(first, &entries);
            let taken = continuing(known, entries).and_then(|entries| self.take_in(entries));
            if taken.is_err() {
                return self.start_again(why).await;
            }
            if !full {
                return self.follow_new_on_list().await;
            }
        }
    }

    fn take_in(&self, entries: Vec<Entry<Event>>) -> Result<(), Discontinued> {
        let mut state = self.write();
        entries.into_iter().try_for_each(|entry| state.take_in(entry))
    }

    /// The log does not continue what is known of it.
    async fn start_again(&self, why: &str) -> Result<(), Error> {
        tracing::warn!("{why}; in-memory state rebuilt");
        self.rebuild().await
    }

    /// Throws the projection away and rebuilds it.
    async fn rebuild(&self) -> Result<(), Error> {
        let directory = Directory::new(self.0.store.directory_snapshot().await?);
        let mut state = self.write();
        state.directory = directory;
        state.sessions.clear();
        state.watched.clear();
        state.listed.clear();
        Ok(())
    }
}

/// Why the event log, of which these entries were read from number `first` on, does not continue what is known.
fn why_discontinued(first: i64, entries: &[Entry<Event>]) -> &'static str {
    if entries.first().is_some_and(|oldest| oldest.position.seq > first) {
        "more has happened than the event log keeps"
    } else {
        "the database was restored or failed over"
    }
}

#[cfg(test)]
mod tests;
