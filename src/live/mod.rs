//! The cache: a projection of the event log and of the watched rooms' logs, from which polls are answered.
//!
//! It is filled by the [`tail`] and, beside it, by the [`loader`], and holds nothing that the database does
//! not. It only ever says *yes*: where memory is not sure, or older than 2 s, the database is asked ([`reads`]), and
//! every refusal is the database's.

mod directory;
mod eviction;
mod figures;
mod handle;
mod list_tail;
mod listed;
mod loader;
mod moment;
mod outdated;
mod question;
mod reads;
mod room_log;
mod room_tail;
mod sessions;
mod state;
mod tail;
mod watched;

use std::sync::{Arc, RwLock};

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

pub use handle::Live;
pub use question::{Known, Question, Unsure};
pub use room_log::Updates;
pub use tail::Tail;

use crate::store::{Error, Store};
use directory::Directory;
use handle::Shared;
use listed::Listed;
use moment::Moment;
use sessions::Sessions;
use state::State;
use watched::Watched;

impl Live {
    /// Starts from what the database holds now. Memory lives as long as the [`Tail`] is run, and the logs
    /// of rooms take about `budget` bytes of it.
    pub async fn start(store: &Store, budget: usize) -> Result<(Self, Tail), Error> {
        let read_at = Moment::now();
        let state = State {
            directory: Directory::new(store.directory_snapshot().await?),
            sessions: Sessions::default(),
            watched: Watched::default(),
            listed: Listed::default(),
            read_at,
        };
        let (reading, readings) = watch::channel(read_at);
        let live = Self(Arc::new(Shared {
            store: store.for_tail(),
            loading: store.for_loading(),
            state: RwLock::new(state),
            written: Mutex::default(),
            wake: Notify::new(),
            pending: Notify::new(),
            readings,
            started: read_at,
            budget,
        }));
        Ok((live.clone(), Tail::new(live, reading)))
    }
}
