//! The one task that reads the logs into memory.
//!
//! At every tick it asks whether anything was committed since; if so it reads the heads of the event log and
//! of the watched rooms' logs that moved, in one statement, and what follows its positions there, many rooms
//! in a statement. When the bell rings it does the same for the rooms that were written to here, and for no
//! others. It reads along the entry at its position: if that is gone or has another tag, this is another
//! history (a restored backup, a promoted standby), and the projection is read anew.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::Live;
use super::house::House;
use super::log::{Ready, RoomLog};
use super::moment::Moment;
use crate::model::events::Entry;
use crate::model::log::Position;
use crate::model::messages::Message;
use crate::model::rooms::RoomId;
use crate::store::{Error, Stretch};

/// How many entries of one log are read at once. More than that is read in several goes.
const READ_MAX: i64 = 200;
/// About how many entries of many logs are read at once.
const READ_TOGETHER: i64 = 2_000;
/// After how long without a question a room is dropped from memory. Chrome lets a page that has been
/// hidden for a while ask once a minute.
const UNWATCH: Duration = Duration::from_mins(5);

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
    /// What [`Store::moment`](crate::store::Store::moment) said before the last reading that came to its end.
    moment: Option<String>,
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
                () = live.0.bell.notified() => live.catch_up_with_own().await,
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
        let moment = store.moment().await?;
        let same = store.connections_made() == seen.connections && seen.moment.as_ref() == Some(&moment);
        let (known, behind) = self.read().watched.known(same);
        if same && behind.is_empty() {
            self.write().read_at = began;
        } else {
            seen.moment = None;
            let heads = store.heads(&known).await?;
            self.follow_house(heads.house).await?;
            let made = store.connections_made();
            {
                let mut state = self.write();
                if made != seen.connections {
                    state.sessions.clear();
                }
                let read_at = std::mem::replace(&mut state.read_at, began);
                state.watched.covered(&behind, &heads.moved, read_at);
            }
            self.follow_rooms(heads.moved).await?;
            // What was read over a later connection is not known to be as new as what the first one said.
            seen.moment = (made == seen.connections).then_some(moment);
            seen.connections = made;
        }
        self.let_go();
        Ok(began)
    }

    /// Reads the event log and the logs of the rooms that were written to here. Where that fails they are
    /// still to be read by the next reading of this kind, which tells those who wait that it has passed them.
    async fn catch_up_with_own(&self) -> Result<Moment, Error> {
        let began = Moment::now();
        let rung = std::mem::take(&mut *self.rung());
        let read = self.follow_own(&rung).await;
        if read.is_err() {
            self.rung().extend(rung);
        }
        read.map(|()| began)
    }

    async fn follow_own(&self, rung: &HashSet<RoomId>) -> Result<(), Error> {
        let known: Vec<_> = {
            let state = self.read();
            let known = |room: &RoomId| Some((*room, state.watched.log(*room)?.head()));
            rung.iter().filter_map(known).collect()
        };
        let heads = self.0.store.heads(&known).await?;
        self.follow_house(heads.house).await?;
        self.follow_rooms(heads.moved).await
    }

    /// Lets go of the rooms that nobody has asked for lately, and of more where all take too much.
    fn let_go(&self) {
        let now = Moment::now().millis_since(self.0.started);
        let then = now.saturating_sub(u64::try_from(UNWATCH.as_millis()).unwrap_or(u64::MAX));
        let (unasked, beyond) = {
            let watched = &self.read().watched;
            (watched.unasked_since(then), watched.beyond(self.0.budget))
        };
        if unasked.is_empty() && beyond.is_empty() {
            return;
        }
        let mut state = self.write();
        for room in unasked {
            if state.watched.is_unasked_since(room, then) {
                state.watched.remove(room);
            }
        }
        for room in beyond {
            state.watched.remove(room);
        }
    }

    async fn follow_house(&self, head: Position) -> Result<(), Error> {
        if self.read().house.head() == head {
            return Ok(());
        }
        loop {
            let position = self.read().house.head();
            let first = position.seq.max(1);
            let mut entries = self.0.store.events_from(first, READ_MAX).await?;
            let full = i64::try_from(entries.len()).is_ok_and(|read| read == READ_MAX);
            let continues =
                position.seq == 0 || entries.first().is_some_and(|seen| seen.position == position);
            let why = why_discontinued(first, &entries);
            if !continues {
                return self.start_again(why).await;
            }
            if position.seq > 0 {
                entries.remove(0);
            }
            let broken = {
                let mut state = self.write();
                entries.into_iter().any(|entry| state.take_in(entry).is_err())
            };
            if broken {
                return self.start_again(why).await;
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// Reads these rooms up to these heads.
    async fn follow_rooms(&self, moved: Vec<(RoomId, Position)>) -> Result<(), Error> {
        let mut queue = VecDeque::from(moved);
        while !queue.is_empty() {
            let mut stretches = Vec::new();
            let mut together = 0;
            while together < READ_TOGETHER
                && let Some((room, head)) = queue.pop_front()
            {
                if let Some(stretch) = self.next_stretch(room, head) {
                    together += stretch.last - stretch.first + 1;
                    stretches.push((stretch, head));
                }
            }
            let wanted: Vec<_> = stretches.iter().map(|(stretch, _)| *stretch).collect();
            let found = self.0.store.stretches(&wanted).await?;
            for (stretch, head) in stretches {
                if !self.extend(stretch, head, &found) {
                    queue.push_back((stretch.room, head));
                }
            }
        }
        Ok(())
    }

    /// What is to be read next of a room whose log ends at `head`: from the last known entry on. A log that
    /// has become shorter yields nothing, not even that entry. One that has outrun memory is let go of: to
    /// load its end anew is less than to read all that lies between.
    fn next_stretch(&self, room: RoomId, head: Position) -> Option<Stretch> {
        let of_log = |log: &RoomLog| (log.head(), log.is_outrun_by(head));
        let (known, is_outrun) = self.read().watched.log(room).map(of_log)?;
        if is_outrun {
            self.write().watched.remove(room);
            return None;
        }
        let first = known.seq.max(1);
        Some(Stretch { room, first, last: head.seq.max(first).min(first + READ_MAX - 1) })
    }

    /// Takes in a stretch of a room's log, and says whether that is read up to `head`. Where it does not
    /// continue what is known the room is let go of, and loaded anew when it is next asked for.
    fn extend(&self, stretch: Stretch, head: Position, found: &HashMap<RoomId, Vec<Message>>) -> bool {
        let room = stretch.room;
        let messages = found.get(&room).map(Vec::as_slice).unwrap_or_default();
        let entries: Vec<_> = messages.iter().map(Ready::from).collect();
        let mut state = self.write();
        let Some(position) = state.watched.log(room).map(RoomLog::head) else { return true };
        let continues = position.seq == 0 || messages.first().is_some_and(|seen| seen.position == position);
        let new = entries.get(usize::from(position.seq > 0)..).unwrap_or_default();
        if !continues || state.watched.change(room, |log| log.append(new)).is_err() {
            state.watched.remove(room);
            return true;
        }
        let is_there = new.is_empty() || state.watched.log(room).is_none_or(|log| log.head().seq >= head.seq);
        if is_there {
            state.watched.caught_up(room);
        }
        is_there
    }

    /// The log does not continue what is known of it.
    async fn start_again(&self, why: &str) -> Result<(), Error> {
        tracing::warn!("{why}; in-memory state rebuilt");
        self.rebuild().await
    }

    /// Throws the projection away and reads it anew.
    async fn rebuild(&self) -> Result<(), Error> {
        let house = House::new(self.0.store.directory_snapshot().await?);
        let mut state = self.write();
        state.house = house;
        state.sessions.clear();
        state.watched.clear();
        Ok(())
    }
}

/// Why the event log, of which these entries were read from number `first` on, does not continue what is known.
fn why_discontinued(first: i64, entries: &[Entry]) -> &'static str {
    if entries.first().is_some_and(|oldest| oldest.position.seq > first) {
        "more has happened than the event log keeps"
    } else {
        "the database was restored or failed over"
    }
}

#[cfg(test)]
mod tests;
