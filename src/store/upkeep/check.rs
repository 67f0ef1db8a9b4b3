//! Whether a database is whole: every log is complete and continues to its head, every count is right, and nothing
//! refers to what is not there. Read at one moment, some rows at a time.

use std::collections::BTreeMap;

use super::Progress;
use super::room_log::RoomLog;
use super::rows::{EntryRow, RoomRow, SiteRow, State};
use super::search_index::wrong_in_index;
use crate::model::rooms::RoomId;
use crate::store::connection::Connection;
use crate::store::database::Store;
use crate::store::error::Error;

/// How many entries are read at once.
const ENTRIES: i64 = 5_000;
/// How many rooms, or events, are.
const ROOMS: i64 = 1_000;
/// How many problems are told of in words.
const PROBLEMS_MAX: usize = 100;

/// What a check has counted and found.
#[derive(Default)]
pub struct Report {
    /// How many rooms there are, deleted ones among them.
    pub rooms: u64,
    /// How many entries their logs have.
    pub entries: u64,
    /// How many events are kept.
    pub events: u64,
    /// What is wrong, one sentence each.
    pub problems: Vec<String>,
    /// How many problems there are beside these.
    pub more: u64,
}

impl Report {
    fn add(&mut self, problems: impl IntoIterator<Item = String>) {
        for problem in problems {
            if self.problems.len() < PROBLEMS_MAX {
                self.problems.push(problem);
            } else {
                self.more += 1;
            }
        }
    }
}

/// A check under way.
struct Check<'p> {
    snapshot: Connection,
    report: Report,
    /// The events that are kept, each with its tag and its room.
    events: BTreeMap<i64, (i64, Option<i64>)>,
    open_rooms: i64,
    entries: u64,
    progress: Progress<'p>,
}

impl Store {
    /// Checks the whole database. What cannot be read is a problem of it.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn check(&self, progress: Progress<'_>) -> Result<Report, Error> {
        let snapshot = self.snapshot().await?;
        let (report, events) = (Report::default(), BTreeMap::new());
        let mut check = Check { snapshot, report, events, open_rooms: 0, entries: 0, progress };
        progress(0, 0);
        match self.shared.engine.damage(&mut check.snapshot).await {
            Ok(damage) => check.report.add(damage),
            Err(error) => check.report.add([format!("the file is damaged: {error}")]),
        }
        if let Err(error) = check.all().await {
            check.report.add([format!("the rest cannot be read: {error}")]);
        }
        check.snapshot.end().await;
        Ok(check.report)
    }
}

impl Check<'_> {
    async fn all(&mut self) -> Result<(), Error> {
        let site: Option<SiteRow> = sqlx::query_as(
            "select last_seq, last_tag, list_seq, list_tag, room_count from site h where id = 1",
        )
        .fetch_optional(&mut self.snapshot)
        .await?;
        let Some(site) = site else {
            self.report.add(["the row of the site is missing".to_owned()]);
            return Ok(());
        };
        let entries: i64 =
            sqlx::query_scalar("select cast(coalesce(sum(message_count), 0) as bigint) from room")
                .fetch_one(&mut self.snapshot)
                .await?;
        self.entries = u64::try_from(entries).unwrap_or(0);
        self.event_log(&site).await?;
        self.room_logs().await?;
        if site.room_count != self.open_rooms {
            let (told, counted) = (site.room_count, self.open_rooms);
            self.report.add([format!("the site says {told} rooms are open; {counted} are")]);
        }
        Ok(())
    }

    /// The kept end of the event log is continuous up to its head.
    async fn event_log(&mut self, site: &SiteRow) -> Result<(), Error> {
        let mut last: Option<(i64, i64)> = None;
        loop {
            let rows: Vec<(i64, i64, Option<i64>)> =
                sqlx::query_as("select seq, tag, room_id from event where seq > $1 order by seq limit $2")
                    .bind(last.map_or(0, |(seq, _)| seq))
                    .bind(ROOMS)
                    .fetch_all(&mut self.snapshot)
                    .await?;
            let Some((seq, tag, _)) = rows.last() else { break };
            let mut before = last.map(|(seq, _)| seq);
            last = Some((*seq, *tag));
            for (seq, tag, room) in rows {
                if before.is_some_and(|before| before + 1 != seq) {
                    self.report.add([format!("the event log has a gap before entry {seq}")]);
                }
                before = Some(seq);
                self.events.insert(seq, (tag, room));
                self.report.events += 1;
            }
        }
        if last.unwrap_or((0, 0)) != site.head {
            let (end, head) = (last.map_or(0, |(seq, _)| seq), site.head.0);
            self.report.add([format!("the event log ends with entry {end}, which is not its head, {head}")]);
        }
        if self.is_unknown(site.list, None) {
            let list = site.list.0;
            self.report
                .add([format!("the version of the list of rooms, {list}, is no entry of the event log")]);
        }
        Ok(())
    }

    /// Whether this position of the event log is kept by it, and another one, or one of another room.
    fn is_unknown(&self, (seq, tag): (i64, i64), of: Option<i64>) -> bool {
        let first = self.events.first_key_value();
        seq > 0
            && first.is_some_and(|(first, _)| seq >= *first)
            && self.events.get(&seq).is_none_or(|(found, room)| *found != tag || of.is_some() && *room != of)
    }

    /// Every room's log.
    async fn room_logs(&mut self) -> Result<(), Error> {
        let mut last = 0;
        loop {
            let rooms: Vec<RoomRow> = sqlx::query_as(
                "select id, name, last_seq, last_tag, last_at, message_count, people_seq, people_tag,
                        deleted_at, swept_at
                 from room where id > $1 order by id limit $2",
            )
            .bind(last)
            .bind(ROOMS)
            .fetch_all(&mut self.snapshot)
            .await?;
            let Some(end) = rooms.last() else { return Ok(()) };
            last = end.id;
            for room in rooms {
                self.room(&room);
                let (id, name) = (RoomId(room.id), format!("room {} “{}”", room.id, room.name));
                if let Err(error) = self.room_log(room).await {
                    self.report.add([format!("{name}: cannot be read to the end: {error}")]);
                }
                let report = &mut self.report;
                let tell = |wrong: String| report.add([format!("{name}: {wrong}")]);
                if let Err(error) = wrong_in_index(&mut self.snapshot, id, tell).await {
                    self.report.add([format!("{name}: its search index cannot be read: {error}")]);
                }
            }
        }
    }

    /// What a room's row says of other things than its log.
    fn room(&mut self, room: &RoomRow) {
        self.report.rooms += 1;
        self.open_rooms += i64::from(room.state == State::Open);
        if self.is_unknown(room.people, Some(room.id)) {
            let RoomRow { id, name, people, .. } = room;
            self.report.add([format!(
                "room {id} “{name}”: the version of its people, {}, is no entry of the event log about it",
                people.0
            )]);
        }
    }

    async fn room_log(&mut self, room: RoomRow) -> Result<(), Error> {
        let (id, mut last) = (room.id, 0);
        let mut log = RoomLog::of(room);
        loop {
            let entries: Vec<EntryRow> = sqlx::query_as(
                "select seq, tag, kind, about, author_id, at, changed, changed_at, deleted_by, message_count,
                        cast(case when body = '' then 0 else 1 end as bigint) as has_text
                 from entry
                 where room_id = $1 and seq > $2 order by seq limit $3",
            )
            .bind(id)
            .bind(last)
            .bind(ENTRIES)
            .fetch_all(&mut self.snapshot)
            .await?;
            let Some(end) = entries.last() else { break };
            last = end.seq;
            self.report.entries += entries.len() as u64;
            for entry in entries {
                self.report.add(log.read(entry));
            }
            (self.progress)(self.report.entries, self.entries.max(self.report.entries));
        }
        self.report.add(log.end());
        Ok(())
    }
}
