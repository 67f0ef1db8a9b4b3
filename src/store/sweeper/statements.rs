//! The statements of the sweeper.

use std::time::Duration;

use crate::model::Timestamp;
use crate::model::rooms::RoomId;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::search;
use crate::store::sql::json_rows;

/// How many rows one step removes at most.
pub(super) const STEP: i64 = 200;
/// How many characters the texts have that one step removes, unless the first one has more: each term of each is taken
/// out of the search index.
const CHARS_A_STEP: i64 = 4_000;
/// How many deleted rooms one step removes at most: for each the database looks through the whole event log for
/// entries that name it, which costs less than an index that every entry would have to be written to.
const ROOMS_A_STEP: i64 = 10;
/// How long a deleted room keeps its messages: longer than anyone can be answered from memory as if it
/// were there.
const SWEEP_AFTER: Duration = Duration::from_secs(10);

/// A deleted room, and up to which number its messages are gone.
#[derive(Clone, Copy)]
pub(super) struct RoomSweep {
    pub(super) room: RoomId,
    pub(super) swept: i64,
    pub(super) last: i64,
}

impl Store {
    /// The database's time.
    pub(super) async fn database_time(&self) -> Result<Timestamp, Error> {
        let query = sqlx::query_scalar(self.shared.engine.time());
        let time = Timestamp(query.fetch_one(&mut self.reader().await?).await?);
        // SQLite's is this machine's clock.
        if self.shared.engine.has_many_writers() {
            self.shared.clock.set(time);
        }
        Ok(time)
    }

    pub(super) async fn next_room_to_sweep(&self) -> Result<Option<RoomSweep>, Error> {
        let row: Option<(i64, i64)> = sqlx::query_as(
            "select id, last_seq from room where deleted_at < $1 and swept_at is null
             order by deleted_at limit 1",
        )
        .bind(self.now().before(SWEEP_AFTER).0)
        .fetch_optional(&mut self.reader().await?)
        .await?;
        Ok(row.map(|(room, last)| RoomSweep { room: RoomId(room), swept: 0, last }))
    }

    /// Up to which number of its messages the next step removes those of a room.
    pub(super) async fn end_of_step(&self, sweep: RoomSweep) -> Result<i64, Error> {
        let lengths: Vec<(i64, i64)> = sqlx::query_as(
            "select seq, cast(length(body) as bigint) from entry
             where room_id = $1 and seq > $2 and seq <= $3 order by seq",
        )
        .bind(sweep.room.0)
        .bind(sweep.swept)
        .bind(sweep.last.min(sweep.swept + STEP))
        .fetch_all(&mut self.reader().await?)
        .await?;
        let mut chars = 0;
        let fits = |(_, length): &&(i64, i64)| {
            chars += length;
            chars <= CHARS_A_STEP
        };
        let fitting = lengths.iter().take_while(fits).count().max(1);
        // With nothing more to weigh, the step is a whole one.
        let next = lengths.get(fitting).map(|(seq, _)| seq - 1);
        Ok(next.unwrap_or(sweep.last.min(sweep.swept + STEP)))
    }

    pub(super) async fn remove_messages(&self, room: RoomId, swept: i64, until: i64) -> Result<(), Error> {
        self.write(|mut writing| async move {
            search::remove_range(room, swept, until).execute(&mut writing).await?;
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

    pub(super) async fn mark_swept(&self, room: RoomId) -> Result<(), Error> {
        let update = || {
            sqlx::query("update room set swept_at = $2 where id = $1 and deleted_at is not null")
                .bind(room.0)
                .bind(Timestamp::now().0)
        };
        self.write_statement(update).await
    }

    /// The numbers of the first entry that is kept and of the last.
    pub(super) async fn ends_of_event_log(&self) -> Result<(i64, i64), Error> {
        let ends = sqlx::query_as(
            "select coalesce((select l.seq from event l order by l.seq limit 1), h.last_seq + 1), h.last_seq
             from site h where h.id = 1",
        );
        Ok(ends.fetch_one(&mut self.reader().await?).await?)
    }

    pub(super) async fn remove_events(&self, swept: i64, until: i64) -> Result<(), Error> {
        let delete = || sqlx::query("delete from event where seq > $1 and seq <= $2").bind(swept).bind(until);
        self.write_statement(delete).await
    }

    /// Removes the invitations and links to new passwords that have expired: few. Says whether there were any; it is
    /// read first, so that nobody's write waits for one that has nothing to do.
    pub(super) async fn remove_expired_links(&self) -> Result<bool, Error> {
        let expired: Option<i64> = sqlx::query_scalar(
            "select expires_at from invitation where expires_at <= $1
             union all select expires_at from password_link where expires_at <= $1 limit 1",
        )
        .bind(self.now().0)
        .fetch_optional(&mut self.reader().await?)
        .await?;
        if expired.is_none() {
            return Ok(false);
        }
        self.write(|mut writing| async move {
            let now = writing.now();
            let mut removed = 0;
            for delete in [
                sqlx::query("delete from invitation where expires_at <= $1"),
                sqlx::query("delete from password_link where expires_at <= $1"),
            ] {
                removed += delete.bind(now.0).execute(&mut writing).await?.rows_affected();
            }
            Ok((removed > 0, writing))
        })
        .await
    }

    /// Some deleted rooms without messages or people whose last entry in the event log comes after `swept`
    /// and before `first`, each with the number of that entry.
    pub(super) async fn removable_rooms(&self, swept: i64, first: i64) -> Result<Vec<(i64, i64)>, Error> {
        let rooms = sqlx::query_as(
            "select r.id, r.people_seq from room r
             where r.swept_at is not null and r.people_seq > $1 and r.people_seq < $2
                   and not exists (select 1 from membership m where m.room_id = r.id)
             order by r.people_seq limit $3",
        );
        let rooms = rooms.bind(swept).bind(first).bind(ROOMS_A_STEP);
        Ok(rooms.fetch_all(&mut self.reader().await?).await?)
    }

    /// Removes these, as [`Self::removable_rooms`] has found them. Nobody enters a deleted room, so what was found
    /// without people stays so.
    pub(super) async fn remove_rooms(&self, rooms: &[(i64, i64)]) -> Result<(), Error> {
        let delete = || {
            sqlx::query(
                "delete from room where id in
                     (select cast(value ->> 0 as bigint) from json_each(cast($1 as text)))
                 and swept_at is not null",
            )
            .bind(json_rows(rooms))
        };
        self.write_statement(delete).await
    }

    /// Removes some wrong passwords that were forgiven at `swept` or later, and says when the last of them were. A count
    /// that has moved on meanwhile stays.
    pub(super) async fn remove_forgiven_guesses(&self, swept: Timestamp) -> Result<Option<Timestamp>, Error> {
        let forgiven: Option<i64> = sqlx::query_scalar(
            "select forgiven_at from guess where forgiven_at >= $1 and forgiven_at < $2 limit 1",
        )
        .bind(swept.0)
        .bind(self.now().0)
        .fetch_optional(&mut self.reader().await?)
        .await?;
        if forgiven.is_none() {
            return Ok(None);
        }
        self.write(|mut writing| async move {
            let removed: Vec<i64> = sqlx::query_scalar(
                "delete from guess where key in
                     (select key from guess where forgiven_at >= $1 and forgiven_at < $2
                      order by forgiven_at limit $3)
                 and forgiven_at < $2 returning forgiven_at",
            )
            .bind(swept.0)
            .bind(writing.now().0)
            .bind(STEP)
            .fetch_all(&mut writing)
            .await?;
            Ok((removed.into_iter().max().map(Timestamp), writing))
        })
        .await
    }
}
