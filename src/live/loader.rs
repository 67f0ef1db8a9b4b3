//! The loader: brings rooms into memory beside the tail, which it does not delay, many in one statement.
//!
//! A room is loaded once, whoever asks for it meanwhile.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::handle::Live;
use super::moment::Moment;
use super::room_log::{JsonEntry, RoomLog};
use super::watched::LoadRequest;
use crate::model::rooms::RoomId;
use crate::store::{Error, Newest, Store};

/// How many rooms are loaded by one statement at most.
const ROOMS: usize = 256;

/// How long after a statement the next one begins at the earliest, unless there are [`ROOMS`] to load. On a quiet
/// instance a room is loaded at once. Where people come one by one, as after a restart, a statement for whatever
/// is there would load two or three; in this time 100 come together if 250 people come in a second. Polls and
/// posts wait for a room no longer than [`APPLY_TIMEOUT`](super::handle::APPLY_TIMEOUT): more than half of that is
/// left for the statement.
const LOAD_INTERVAL: Duration = Duration::from_millis(400);

impl Live {
    /// Loads rooms as they are asked for, two statements at a time, for ever. After a panic it first loads those that
    /// were being loaded.
    pub(super) async fn load(&self) {
        self.write().watched.queue_unloaded();
        let next = Mutex::new(Instant::now());
        tokio::join!(self.load_in_turn(&next), self.load_in_turn(&next));
    }

    async fn load_in_turn(&self, next: &Mutex<Instant>) {
        loop {
            // While one waits for rooms, the other may load some.
            let rooms = self.gather(&mut *next.lock().await).await;
            self.load_these(&rooms).await;
        }
    }

    /// The rooms of the next statement, which has [`ROOMS`] or does not begin before `next`.
    async fn gather(&self, next: &mut Instant) -> Vec<LoadRequest> {
        self.has_pending(1).await;
        if Instant::now() < *next {
            let _ = timeout_at(*next, self.has_pending(ROOMS)).await;
        }
        *next = Instant::now() + LOAD_INTERVAL;
        self.write().watched.take_pending(ROOMS)
    }

    /// Waits until there are so many rooms to load.
    async fn has_pending(&self, count: usize) {
        loop {
            let requested = self.0.pending.notified();
            // Polls need not wait for this.
            if self.read().watched.pending() >= count {
                return;
            }
            requested.await;
        }
    }

    /// What could not be loaded is tried again when it is next asked for; the tail fails too, and logs why.
    async fn load_these(&self, rooms: &[LoadRequest]) {
        // The tail may have forgotten all rooms meanwhile.
        if rooms.is_empty() {
            return;
        }
        let began = Moment::now();
        let mut logs = load_logs(&self.0.loading, rooms).await.unwrap_or_default();
        {
            let mut state = self.write();
            for pending in rooms {
                state.watched.load(pending, logs.remove(&pending.room), began);
            }
        }
        for pending in rooms {
            pending.loaded.notify_waiters();
        }
    }
}

async fn load_logs(store: &Store, rooms: &[LoadRequest]) -> Result<HashMap<RoomId, RoomLog>, Error> {
    let ids: Vec<_> = rooms.iter().map(|pending| pending.room).collect();
    let newest = store.newest_of_each(&ids).await?;
    let log = |(room, newest): (RoomId, Newest)| {
        let entries = JsonEntry::all(&newest.entries).ok()?;
        Some((room, RoomLog::new(newest.head, &entries).ok()?))
    };
    Ok(newest.into_iter().filter_map(log).collect())
}

#[cfg(test)]
mod tests {
    use futures_util::future::FutureExt;

    use super::*;
    use crate::config::Config;

    fn ask_for(live: &Live, rooms: std::ops::Range<i64>) {
        for room in rooms {
            live.write().watched.add(RoomId(room), 0);
            live.0.pending.notify_one();
        }
    }

    #[rocket::async_test]
    async fn a_statement_soon_after_another_waits_for_company() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("parlor.db").display());
        let store = Store::open(&url, Config::default().database_limits()).await.unwrap();
        let (live, _tail) = Live::start(&store, 1024).await.unwrap();
        let began = Instant::now();
        let mut next = began;
        assert!(live.gather(&mut next).now_or_never().is_none(), "there is nothing to load");

        ask_for(&live, 0..1);
        let alone = live.gather(&mut next).now_or_never();
        assert_eq!(alone.map(|rooms| rooms.len()), Some(1), "at once, since nothing was loaded before");
        assert!(next >= began + LOAD_INTERVAL);

        // However slow this machine is.
        next = Instant::now() + Duration::from_hours(1);
        ask_for(&live, 1..256);
        assert!(live.gather(&mut next).now_or_never().is_none(), "255 rooms wait for one more");
        let one_more = async { ask_for(&live, 256..258) };
        let (together, ()) = tokio::join!(live.gather(&mut next), one_more);
        assert_eq!(together.len(), ROOMS, "which need not wait until the pause is over");

        next = Instant::now();
        let rest = live.gather(&mut next).now_or_never();
        assert_eq!(rest.map(|rooms| rooms.len()), Some(1), "the pause is over");
        store.close().await;
    }
}
