//! What memory holds, in figures for those who look after the server.

use std::time::Duration;

use super::handle::Live;
use super::moment::Moment;

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Open rooms.
    pub rooms: usize,
    /// People who are in one.
    pub people: usize,
    /// Sessions that are known here.
    pub sessions: usize,
}

impl Live {
    /// How long ago the last successful reading of all logs began, and whether that is recent enough to answer from.
    pub fn lag(&self) -> (Duration, bool) {
        let (state, now) = (self.read(), Moment::now());
        let lag = Duration::from_millis(now.millis_since(state.read_at));
        (lag, state.is_fresh(now) && !self.0.state.is_poisoned())
    }

    /// What is there now: to be asked for now and then, as it looks at every room.
    pub fn figures(&self) -> Figures {
        let state = self.read();
        let (rooms, people) = state.directory.size();
        Figures { rooms, people, sessions: state.sessions.len() }
    }
}
