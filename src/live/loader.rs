//! How a room comes into memory: beside the tail, which it does not delay, many rooms in one statement.
//!
//! A room is loaded once, whoever asks for it meanwhile.

use std::collections::HashMap;

use super::Live;
use super::moment::Moment;
use super::room_log::{Ready, RoomLog};
use super::watched::Cold;
use crate::model::rooms::RoomId;
use crate::store::{Error, Newest, Store};

/// How many rooms are loaded by one statement at most.
const ROOMS: usize = 100;

impl Live {
    /// Loads rooms as they are asked for, for ever; two statements are under way at most. Those that somebody
    /// was loading when a panic ended that are loaded now.
    pub(super) async fn load(&self) {
        self.write().watched.queue_unloaded();
        tokio::join!(self.load_in_turn(), self.load_in_turn());
    }

    async fn load_in_turn(&self) {
        loop {
            let asked = self.0.cold.notified();
            let rooms = self.take_cold();
            if rooms.is_empty() {
                asked.await;
            } else {
                self.load_these(&rooms).await;
            }
        }
    }

    fn take_cold(&self) -> Vec<Cold> {
        // Most often there is none, and polls need not wait to learn that.
        if !self.read().watched.has_cold() {
            return Vec::new();
        }
        let mut state = self.write();
        let rooms = state.watched.take_cold(ROOMS);
        if state.watched.has_cold() {
            self.0.cold.notify_one();
        }
        rooms
    }

    /// What could not be loaded is tried again when it is next asked for; why, the tail says, which fails too.
    async fn load_these(&self, rooms: &[Cold]) {
        let began = Moment::now();
        let mut logs = newest(&self.0.loading, rooms).await.unwrap_or_default();
        {
            let mut state = self.write();
            for cold in rooms {
                state.watched.load(cold, logs.remove(&cold.room), began);
            }
        }
        for cold in rooms {
            cold.loaded.notify_waiters();
        }
    }
}

async fn newest(store: &Store, rooms: &[Cold]) -> Result<HashMap<RoomId, RoomLog>, Error> {
    let ids: Vec<_> = rooms.iter().map(|cold| cold.room).collect();
    let newest = store.newest_of_each(&ids).await?;
    let log = |(room, newest): (RoomId, Newest)| {
        let entries: Vec<_> = newest.entries.iter().map(Ready::from).collect();
        Some((room, RoomLog::new(newest.head, &entries).ok()?))
    };
    Ok(newest.into_iter().filter_map(log).collect())
}
