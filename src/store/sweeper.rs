//! What is cleared away in the background: sessions that have expired, messages of deleted rooms, old entries of
//! the event log, and in the end the deleted rooms.
//!
//! All in small steps with rests between them, by ranges that go on where the last step ended: what was
//! deleted and is still held by somebody's snapshot, a backup's say, is not walked again and again. Where the
//! kinds meet an error, each does for itself.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::database::Store;
use super::error::Error;
use super::sql::list;
use crate::model::Timestamp;
use crate::model::rooms::RoomId;

/// How long the sweeper rests when there is nothing left to do.
const REST: Duration = Duration::from_mins(1);
/// How long it rests after a step, at least; a slow step is followed by twice the time it took.
const PAUSE: Duration = Duration::from_millis(5);
/// How many rows one step removes at most.
const STEP: i64 = 200;
/// How many deleted rooms one step removes at most: for each the database looks through the whole event log for
/// entries that name it, which costs less than an index that every entry would have to be written to.
const ROOMS_A_STEP: i64 = 10;
/// How long a deleted room keeps its messages: longer than anyone can be answered from memory as if it
/// were there.
const SWEEP_AFTER: Duration = Duration::from_secs(10);
/// How many entries of the event log are kept. A tail that is further behind rebuilds memory.
const KEPT: i64 = 5_000;
/// How far this machine's clock and the database's may be apart for what ends by the clock to be ended.
const CLOCKS_APART: u64 = 2 * 60 * 1000;

/// Sweeps until the stop. Any instance may do it, also all at once.
pub async fn run(store: Store, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    let mut sweeper = Sweeper { store, round: Round::default(), room: None };
    loop {
        let began = Instant::now();
        let rest = if sweeper.step().await { PAUSE.max(began.elapsed() * 2) } else { REST };
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
    room: Option<Emptying>,
}

/// What has been seen lately: since the sweeper last rested for long, or for as long as such a rest.
struct Round {
    began: Instant,
    /// Whether the clocks agree; nothing until they have been compared.
    clocks_agree: Option<bool>,
    /// How many times expired sessions could not be ended.
    bad_sessions: i64,
    /// Up to which number the event log has been swept.
    swept: Option<i64>,
    /// The last entry of the last deleted room that was looked at.
    dropped: i64,
    /// What has failed and is left alone.
    failed: HashSet<&'static str>,
}

/// What is cleared away, as the log calls it.
const MESSAGES: &str = "messages of deleted rooms";
const EVENTS: &str = "the event log";
const ROOMS: &str = "deleted rooms";

impl Default for Round {
    fn default() -> Self {
        let (began, failed) = (Instant::now(), HashSet::new());
        Self { began, clocks_agree: None, bad_sessions: 0, swept: None, dropped: 0, failed }
    }
}

/// A deleted room, and up to which number its messages are gone.
#[derive(Clone, Copy)]
struct Emptying {
    room: RoomId,
    swept: i64,
    last: i64,
}

impl Sweeper {
    /// One step of each kind; says whether there was anything to do, or else ends the round.
    async fn step(&mut self) -> bool {
        if self.round.began.elapsed() > REST {
            // With much to do a round is long, and clocks and luck change.
            self.round = Round::default();
        }
        if !self.clocks_agree().await {
            self.round = Round::default();
            return false;
        }
        let mut done = match self.store.end_expired_sessions(self.round.bad_sessions).await {
            Ok(ended) => ended,
            Err(error) => {
                failed("an expired session", &error);
                self.round.bad_sessions += 1;
                self.round.bad_sessions < STEP
            }
        };
        for what in [MESSAGES, EVENTS, ROOMS] {
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
            _ => self.drop_rooms().await,
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
        let apart = match self.store.time().await {
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
        let emptying = match self.room.take() {
            Some(emptying) => emptying,
            None => match self.store.next_to_empty().await? {
                Some(next) => next,
                None => return Ok(false),
            },
        };
        if emptying.swept >= emptying.last {
            self.store.mark_emptied(emptying.room).await?;
            return Ok(true);
        }
        let until = emptying.last.min(emptying.swept + STEP);
        self.store.remove_messages(emptying.room, emptying.swept, until).await?;
        self.room = Some(Emptying { swept: until, ..emptying });
        Ok(true)
    }

    /// Removes some old entries of the event log.
    async fn sweep_events(&mut self) -> Result<bool, Error> {
        let (first, head) = self.store.ends_of_event_log().await?;
        let swept = self.round.swept.unwrap_or(first - 1);
        let until = (head - KEPT).min(swept + STEP);
        if until <= swept {
            return Ok(false);
        }
        self.store.remove_events(swept, until).await?;
        self.round.swept = Some(until);
        // What comes in one by one waits for a whole step, and for the next round.
        Ok(until == swept + STEP)
    }

    /// Removes some deleted rooms that nobody is still to be told of, once no entry of the event log names
    /// them any more.
    async fn drop_rooms(&mut self) -> Result<bool, Error> {
        let (first, _) = self.store.ends_of_event_log().await?;
        let rooms = self.store.removable_rooms(self.round.dropped, first).await?;
        let Some((_, last)) = rooms.last() else { return Ok(false) };
        self.round.dropped = *last;
        let rooms: Vec<_> = rooms.into_iter().map(|(room, _)| [room]).collect();
        self.store.remove_rooms(&list(&rooms)).await?;
        Ok(true)
    }
}

fn failed(what: &str, error: &Error) {
    tracing::warn!("cleanup of {what} failed, will retry: {error}");
}

impl Store {
    /// The database's time.
    async fn time(&self) -> Result<Timestamp, Error> {
        let (time,) = sqlx::query_as(self.shared.engine.time()).fetch_one(&mut self.reader().await?).await?;
        let time = Timestamp(time);
        // SQLite's is this machine's clock.
        if self.shared.engine.has_many_writers() {
            self.shared.clock.set(time);
        }
        Ok(time)
    }

    async fn next_to_empty(&self) -> Result<Option<Emptying>, Error> {
        let row: Option<(i64, i64)> = sqlx::query_as(
            "select id, last_seq from room where deleted_at < $1 and swept_at is null
             order by deleted_at limit 1",
        )
        .bind(self.now().before(SWEEP_AFTER).0)
        .fetch_optional(&mut self.reader().await?)
        .await?;
        Ok(row.map(|(room, last)| Emptying { room: RoomId(room), swept: 0, last }))
    }

    async fn remove_messages(&self, room: RoomId, swept: i64, until: i64) -> Result<(), Error> {
        self.write(|mut writing| async move {
            sqlx::query("delete from entry where room_id = $1 and seq > $2 and seq <= $3")
                .bind(room.0)
                .bind(swept)
                .bind(until)
                .execute(&mut writing)
                .await?;
            Ok(((), writing))
        })
        .await
    }

    async fn mark_emptied(&self, room: RoomId) -> Result<(), Error> {
        self.write(|mut writing| async move {
            sqlx::query("update room set swept_at = $2 where id = $1 and deleted_at is not null")
                .bind(room.0)
                .bind(Timestamp::now().0)
                .execute(&mut writing)
                .await?;
            Ok(((), writing))
        })
        .await
    }

    /// The numbers of the first entry that is kept and of the last.
    async fn ends_of_event_log(&self) -> Result<(i64, i64), Error> {
        let ends = sqlx::query_as(
            "select coalesce((select l.seq from event l order by l.seq limit 1), h.last_seq + 1), h.last_seq
             from site h where h.id = 1",
        );
        Ok(ends.fetch_one(&mut self.reader().await?).await?)
    }

    async fn remove_events(&self, swept: i64, until: i64) -> Result<(), Error> {
        self.write(|mut writing| async move {
            sqlx::query("delete from event where seq > $1 and seq <= $2")
                .bind(swept)
                .bind(until)
                .execute(&mut writing)
                .await?;
            Ok(((), writing))
        })
        .await
    }

    /// Some deleted rooms without messages or people whose last entry in the event log comes after `dropped`
    /// and before `first`, each with the number of that entry.
    async fn removable_rooms(&self, dropped: i64, first: i64) -> Result<Vec<(i64, i64)>, Error> {
        let rooms = sqlx::query_as(
            "select r.id, r.people_seq from room r
             where r.swept_at is not null and r.people_seq > $1 and r.people_seq < $2
                   and not exists (select 1 from membership m where m.room_id = r.id)
             order by r.people_seq limit $3",
        );
        let rooms =
            rooms.bind(dropped).bind(first).bind(ROOMS_A_STEP).fetch_all(&mut self.reader().await?).await?;
        Ok(rooms)
    }

    /// Nobody enters a deleted room, so what was found without people stays so.
    async fn remove_rooms(&self, rooms: &str) -> Result<(), Error> {
        self.write(|mut writing| async move {
            sqlx::query(
                "delete from room where id in
                     (select cast(value ->> 0 as bigint) from json_each(cast($1 as text)))
                 and swept_at is not null",
            )
            .bind(rooms)
            .execute(&mut writing)
            .await?;
            Ok(((), writing))
        })
        .await
    }
}

#[cfg(test)]
mod tests;
