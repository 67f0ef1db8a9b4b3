//! What is cleared away in the background: sessions that have expired, wrong passwords that are forgiven, links that
//! have expired, messages of deleted rooms, old entries of the event log, and in the end the deleted rooms. What admins
//! did stays.
//!
//! All in small steps with rests between them, by ranges that go on where the last step ended: what was
//! deleted and is still held by somebody's snapshot, a backup's say, is not walked again and again. An error in
//! one kind does not stop the others.

mod statements;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use self::statements::STEP;
use super::database::Store;
use super::error::Error;
use crate::model::Timestamp;
use statements::RoomSweep;

/// How long the sweeper rests when there is nothing left to do.
const IDLE_DELAY: Duration = Duration::from_mins(1);
/// How long it rests after a step, at least; a slow step is followed by twice the time it took.
const STEP_DELAY: Duration = Duration::from_millis(5);
/// How many entries of the event log are kept. A tail that is further behind rebuilds memory.
const EVENTS_KEPT: i64 = 5_000;
/// How far this machine's clock and the database's may be apart for what ends by the clock to be ended.
const CLOCKS_APART: u64 = 2 * 60 * 1000;

/// Sweeps until the stop. Any instance may do it, also all at once.
pub async fn run(store: Store, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    let mut sweeper = Sweeper { store, round: Round::default(), room: None };
    loop {
        let began = Instant::now();
        let rest = if sweeper.step().await { STEP_DELAY.max(began.elapsed() * 2) } else { IDLE_DELAY };
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}

struct Sweeper {
    store: Store,
    round: Round,
    /// The deleted room whose messages are being removed.
    room: Option<RoomSweep>,
}

/// What has been seen lately: since the sweeper last rested for long, or for as long as such a rest.
struct Round {
    began: Instant,
    /// Whether the clocks agree; nothing until they have been compared.
    clocks_agree: Option<bool>,
    /// How many times expired sessions could not be ended.
    failed_sessions: i64,
    /// Up to which number the event log has been swept.
    swept_events: Option<i64>,
    /// The last entry of the last deleted room that was looked at.
    swept_rooms: i64,
    /// When the last wrong passwords that were removed were forgiven.
    swept_guesses: Timestamp,
    /// What has failed and is left alone.
    failed: HashSet<&'static str>,
}

/// What is cleared away, as the log calls it.
const MESSAGES: &str = "messages of deleted rooms";
const EVENTS: &str = "the event log";
const ROOMS: &str = "deleted rooms";
const GUESSES: &str = "wrong passwords";
const LINKS: &str = "links that have expired";

impl Default for Round {
    fn default() -> Self {
        let (began, failed) = (Instant::now(), HashSet::new());
        Self {
            began,
            clocks_agree: None,
            failed_sessions: 0,
            swept_events: None,
            swept_rooms: 0,
            swept_guesses: Timestamp(i64::MIN),
            failed,
        }
    }
}

impl Sweeper {
    /// One step of each kind; says whether there was anything to do, or else ends the round.
    async fn step(&mut self) -> bool {
        if self.round.began.elapsed() > IDLE_DELAY {
            // With much to do a round is long: look again at the clocks and at what has failed.
            self.round = Round::default();
        }
        if !self.clocks_agree().await {
            self.round = Round::default();
            return false;
        }
        let mut done = match self.store.end_expired_sessions(self.round.failed_sessions).await {
            Ok(ended) => ended,
            Err(error) => {
                failed("an expired session", &error);
                self.round.failed_sessions += 1;
                self.round.failed_sessions < STEP
            }
        };
        for what in [MESSAGES, EVENTS, LINKS, ROOMS, GUESSES] {
            done |= !self.round.failed.contains(what) && self.sweep(what).await;
        }
        if !done {
            self.round = Round::default();
        }
        done
    }

    /// One step of one kind; says whether there may be more to do.
    async fn sweep(&mut self, what: &'static str) -> bool {
        let swept = match what {
            MESSAGES => self.sweep_messages().await,
            EVENTS => self.sweep_events().await,
            GUESSES => self.sweep_guesses().await,
            LINKS => self.store.remove_expired_links().await,
            _ => self.sweep_rooms().await,
        };
        swept.unwrap_or_else(|error| {
            failed(what, &error);
            self.round.failed.insert(what);
            false
        })
    }

    /// Sessions end by the database's clock, and all would at once if it were that one which is wrong.
    async fn clocks_agree(&mut self) -> bool {
        if let Some(agree) = self.round.clocks_agree {
            return agree;
        }
        let apart = match self.store.database_time().await {
            Ok(time) => time.0.abs_diff(Timestamp::now().0),
            Err(error) => {
                failed("expired sessions", &error);
                return false;
            }
        };
        if apart > CLOCKS_APART {
            tracing::warn!(
                "this machine's clock and the database's differ by {} s; nothing is cleaned up until they agree",
                apart / 1000
            );
        }
        self.round.clocks_agree = Some(apart <= CLOCKS_APART);
        apart <= CLOCKS_APART
    }

    /// Removes some messages of a deleted room.
    async fn sweep_messages(&mut self) -> Result<bool, Error> {
        let sweep = match self.room.take() {
            Some(sweep) => sweep,
            None => match self.store.next_room_to_sweep().await? {
                Some(next) => next,
                None => return Ok(false),
            },
        };
        if sweep.swept >= sweep.last {
            self.store.mark_swept(sweep.room).await?;
            return Ok(true);
        }
        let until = self.store.end_of_step(sweep).await?;
        self.store.remove_messages(sweep.room, sweep.swept, until).await?;
        self.room = Some(RoomSweep { swept: until, ..sweep });
        Ok(true)
    }

    /// Removes some old entries of the event log.
    async fn sweep_events(&mut self) -> Result<bool, Error> {
        let (first, head) = self.store.ends_of_event_log().await?;
        let swept = self.round.swept_events.unwrap_or(first - 1);
        let until = (head - EVENTS_KEPT).min(swept + STEP);
        if until <= swept {
            return Ok(false);
        }
        self.store.remove_events(swept, until).await?;
        self.round.swept_events = Some(until);
        // What comes in one by one waits for a whole step, and for the next round.
        Ok(until == swept + STEP)
    }

    /// Removes some deleted rooms that nobody is still to be told of, once no entry of the event log names
    /// them any more.
    async fn sweep_rooms(&mut self) -> Result<bool, Error> {
        let (first, _) = self.store.ends_of_event_log().await?;
        let rooms = self.store.removable_rooms(self.round.swept_rooms, first).await?;
        let Some((_, last)) = rooms.last() else { return Ok(false) };
        self.round.swept_rooms = *last;
        self.store.remove_rooms(&rooms).await?;
        Ok(true)
    }

    /// Removes some wrong passwords that are forgiven.
    async fn sweep_guesses(&mut self) -> Result<bool, Error> {
        match self.store.remove_forgiven_guesses(self.round.swept_guesses).await? {
            Some(last) => self.round.swept_guesses = last,
            None => return Ok(false),
        }
        Ok(true)
    }
}

fn failed(what: &str, error: &Error) {
    tracing::warn!("cleanup of {what} failed, will retry: {error}");
}

#[cfg(test)]
mod tests;
