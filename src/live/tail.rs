//! The one task that reads the logs into memory.
//!
//! At every tick, or as soon as the bell rings, it reads the heads of the house log and of the watched
//! rooms' logs in one statement, and what follows its positions where they have moved. It reads along the
//! entry at its position: if that is gone or has another tag, this is another history (a restored backup, a
//! promoted standby), and the projection is read anew.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::house::House;
use super::log::RoomLog;
use super::{Discontinued, Live, State};
use crate::model::house::{Entry, Event};
use crate::model::log::Position;
use crate::model::rooms::RoomId;
use crate::store::Error;

/// How many entries are read at once. More than that is read in several goes, within one tick.
const READ_MAX: usize = 200;
/// After how long without a question a room is dropped from memory. Chrome lets a page that has been
/// hidden for a while ask once a minute.
const UNWATCH: Duration = Duration::from_mins(5);

/// The reader of the logs, still to be run.
pub struct Tail {
    live: Live,
    reading: watch::Sender<Instant>,
}

impl Tail {
    pub(super) fn new(live: Live, reading: watch::Sender<Instant>) -> Self {
        Self { live, reading }
    }

    /// Follows the logs until the stop, which no reading is cut short for. A reading that fails is tried
    /// again at the next tick; meanwhile memory grows old and stops answering.
    pub async fn run(self, tick: Duration, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut failing = false;
        let mut connections = 0;
        loop {
            match self.live.catch_up(&mut connections).await {
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
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(tick) => {}
                // Something was committed here.
                () = self.live.0.bell.notified() => {}
            }
        }
    }
}

impl Live {
    /// Reads everything that has been appended since the last reading, and says when it began.
    ///
    /// Over a new connection an older database may have come back, however short it was away, and what
    /// sessions were opened is in no log: they are forgotten then, and read again when they next ask.
    async fn catch_up(&self, connections: &mut u64) -> Result<Instant, Error> {
        let began = Instant::now();
        let watched = self.still_watched();
        let rooms: Vec<RoomId> = watched.keys().copied().collect();
        let heads = self.0.store.heads(&rooms).await?;
        self.follow_house(heads.house).await?;
        for (room, head) in heads.rooms {
            if watched.get(&room).is_some_and(|position| *position != Some(head)) {
                self.follow_room(room).await?;
            }
        }
        let made = self.0.store.connections_made();
        let mut state = self.write();
        if made != *connections {
            *connections = made;
            state.sessions.clear();
        }
        state.read_at = began;
        Ok(began)
    }

    /// The watched rooms and how far each has been read; those nobody asked for lately are let go.
    fn still_watched(&self) -> HashMap<RoomId, Option<Position>> {
        let now = self.0.started.elapsed();
        let mut state = self.write();
        state.watched.retain(|_, watched| {
            now.saturating_sub(Duration::from_millis(watched.asked.load(Ordering::Relaxed))) < UNWATCH
        });
        state.watched.iter().map(|(room, watched)| (*room, watched.log.as_ref().map(RoomLog::head))).collect()
    }

    async fn follow_house(&self, head: Position) -> Result<(), Error> {
        if self.read().house.head() == head {
            return Ok(());
        }
        loop {
            let position = self.read().house.head();
            let first = position.seq.max(1);
            let mut entries =
                self.0.store.house_entries_from(first, i64::try_from(READ_MAX).unwrap_or(i64::MAX)).await?;
            let full = entries.len() == READ_MAX;
            let continues =
                position.seq == 0 || entries.first().is_some_and(|seen| seen.position == position);
            if !continues {
                return self.start_again().await;
            }
            if position.seq > 0 {
                entries.remove(0);
            }
            let broken = {
                let mut state = self.write();
                entries.into_iter().any(|entry| state.take_in(entry).is_err())
            };
            if broken {
                return self.start_again().await;
            }
            if !full {
                return Ok(());
            }
        }
    }

    async fn follow_room(&self, room: RoomId) -> Result<(), Error> {
        loop {
            let position = {
                let state = self.read();
                let Some(watched) = state.watched.get(&room) else { return Ok(()) };
                watched.log.as_ref().map(RoomLog::head)
            };
            let Some(position) = position else {
                let newest = self.0.store.messages_before(room, i64::MAX).await?;
                self.set_log(room, RoomLog::new(&newest).ok());
                return Ok(());
            };
            let first = position.seq.max(1);
            let messages = self.0.store.messages_from(room, first, READ_MAX).await?;
            let full = messages.len() == READ_MAX;
            let continues =
                position.seq == 0 || messages.first().is_some_and(|seen| seen.position == position);
            let new = messages.get(usize::from(position.seq > 0)..).unwrap_or_default();
            let mut state = self.write();
            let Some(watched) = state.watched.get_mut(&room) else { return Ok(()) };
            let taken = continues && watched.log.as_mut().is_some_and(|log| log.append(new).is_ok());
            if !taken {
                // Another history: the next round of the loop reads the newest stretch of this one.
                watched.log = None;
            } else if !full {
                return Ok(());
            }
        }
    }

    fn set_log(&self, room: RoomId, log: Option<RoomLog>) {
        if let Some(watched) = self.write().watched.get_mut(&room) {
            watched.log = log;
        }
    }

    /// Throws the projection away and reads it anew.
    async fn start_again(&self) -> Result<(), Error> {
        tracing::warn!("the database was restored or failed over; in-memory state rebuilt");
        let house = House::new(self.0.store.house_snapshot().await?);
        let mut state = self.write();
        state.house = house;
        state.sessions.clear();
        state.watched.clear();
        Ok(())
    }
}

impl State {
    fn take_in(&mut self, entry: Entry) -> Result<(), Discontinued> {
        match entry.event {
            Event::SessionEnded { account } => self.sessions.remove_all_of(account),
            Event::Deleted { room, .. } => {
                self.watched.remove(&room);
            }
            _ => {}
        }
        self.house.apply(entry)
    }
}
