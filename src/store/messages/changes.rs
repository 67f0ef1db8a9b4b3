//! The messages that the changes in a batch are about: whether they may be changed, and how they read afterwards.
//!
//! Read after the room's lock, and only where there are changes. Later changes in a batch see what earlier ones did. A
//! change takes the text of the one before it: of each message there is the text that it reads now, and no other, so that
//! a deletion has two rows to empty at most.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::model::accounts::{AccountId, Person};
use crate::model::changes::{ChangeKind, RoomEntry, RoomEvent, Wish};
use crate::model::digests::Digest;
use crate::model::messages::Message;
use crate::model::posts::Post;
use crate::model::rooms::RoomId;
use crate::model::{Refusal, Timestamp};
use crate::store::connection::Connection;
use crate::store::error::Error;
use crate::store::search;
use crate::store::sql::json_rows;

/// A message that may be changed.
struct Target {
    author: AccountId,
    sent_at: Timestamp,
    is_deleted: bool,
    /// The number of the change that changed it last; 0 if there is none.
    changed: i64,
    /// What the batch has made of it.
    now: Option<Rewritten>,
}

/// How a changed message reads.
struct Rewritten {
    body: String,
    changed_at: Timestamp,
    deleted_by: Option<Person>,
}

/// What is written of it.
#[derive(Serialize)]
struct ChangedRow<'a> {
    room: i64,
    seq: i64,
    body: &'a str,
    changed: i64,
    changed_at: i64,
    deleted_by: Option<i64>,
}

/// The messages by their numbers.
pub(super) struct Targets {
    messages: HashMap<i64, Target>,
    /// The numbers of the edits that later changes in the batch have superseded.
    superseded: HashSet<i64>,
    /// Whether there is any change in the batch.
    in_use: bool,
}

impl Targets {
    /// The messages in `room` that these posts are to change.
    pub(super) async fn load(
        connection: &mut Connection,
        room: RoomId,
        posts: &[&Post],
    ) -> Result<Self, Error> {
        let about = |post: &&Post| post.content.change().map(|(about, _)| (room.0, about));
        let wanted: Vec<_> = posts.iter().filter_map(about).collect();
        if wanted.is_empty() {
            return Ok(Self { messages: HashMap::new(), superseded: HashSet::new(), in_use: false });
        }
        let rows: Vec<AnyRow> = sqlx::query(
            "select e.seq, e.author_id, e.at, e.deleted_by, e.changed
             from json_each(cast($1 as text)) as sent
             cross join entry e
             where e.room_id = cast(sent.value ->> 0 as bigint) and e.seq = cast(sent.value ->> 1 as bigint)
                   and e.kind = 'message'",
        )
        .bind(json_rows(&wanted))
        .fetch_all(connection)
        .await?;
        let target = |row: &AnyRow| {
            let is_deleted = row.try_get::<Option<i64>, _>("deleted_by")?.is_some();
            let author = AccountId(row.try_get("author_id")?);
            let sent_at = Timestamp(row.try_get("at")?);
            let changed = row.try_get("changed")?;
            Ok((row.try_get("seq")?, Target { author, sent_at, is_deleted, changed, now: None }))
        };
        let messages = rows.iter().map(target).collect::<sqlx::Result<_>>()?;
        Ok(Self { messages, superseded: HashSet::new(), in_use: true })
    }

    /// Messages by their numbers, authors, and whether they are deleted, each sent at the instant of its number.
    #[cfg(test)]
    pub(super) fn of(messages: &[(i64, AccountId, bool)]) -> Self {
        let target = |(seq, author, is_deleted): &(i64, AccountId, bool)| {
            let (author, sent_at, is_deleted) = (*author, Timestamp(*seq), *is_deleted);
            (*seq, Target { author, sent_at, is_deleted, changed: 0, now: None })
        };
        Self { messages: messages.iter().map(target).collect(), superseded: HashSet::new(), in_use: true }
    }

    /// Whether message `about` is the one that was sent at that instant, if one is named.
    pub(super) fn require_sent_at(&self, about: i64, sent_at: Option<&str>) -> Result<(), Refusal> {
        let is_another =
            |target: &Target| sent_at.is_some_and(|sent_at| target.sent_at.rfc_3339() != sent_at);
        if self.messages.get(&about).is_some_and(is_another) { Err(Refusal::NoSuchMessage) } else { Ok(()) }
    }

    /// Whether `person` may change message `about` so, in a room of `owner`.
    pub(super) fn allow(
        &self,
        about: i64,
        wish: Wish,
        person: AccountId,
        owner: AccountId,
    ) -> Result<(), Refusal> {
        let target = self.messages.get(&about).ok_or(Refusal::NoSuchMessage)?;
        wish.allows(person, target.author, owner, target.is_deleted)
    }

    /// Takes in an entry that was accepted: a message that may be changed by what follows, or a change.
    pub(super) fn take_in(&mut self, entry: &RoomEntry) {
        if !self.in_use {
            return;
        }
        let (seq, at) = (entry.position.seq, entry.at);
        match &entry.event {
            RoomEvent::Message(Message { author, .. }) => {
                let author = author.id;
                let target = Target { author, sent_at: at, is_deleted: false, changed: 0, now: None };
                self.messages.insert(seq, target);
            }
            RoomEvent::Change(change) => {
                let Some(target) = self.messages.get_mut(&change.about) else { return };
                let (body, deleted_by) = match &change.kind {
                    ChangeKind::Edited(body) => (body.clone(), None),
                    ChangeKind::Deleted => (String::new(), Some(change.by.clone())),
                };
                target.is_deleted = deleted_by.is_some();
                if target.changed > 0 {
                    self.superseded.insert(target.changed);
                }
                target.changed = seq;
                target.now = Some(Rewritten { body, changed_at: at, deleted_by });
            }
        }
    }

    /// Brings an entry that was read or accepted before the last of these changes to what it reads now.
    pub(super) fn bring_up_to_date(&self, entry: &mut RoomEntry) {
        match &mut entry.event {
            RoomEvent::Message(message) => {
                if let Some(Target { changed, now: Some(now), .. }) = self.messages.get(&entry.position.seq) {
                    message.body.clone_from(&now.body);
                    message.changed = *changed;
                    message.changed_at = Some(now.changed_at);
                    message.deleted_by = now.deleted_by.as_ref().map(|by| by.name.clone());
                }
            }
            RoomEvent::Change(change) => {
                if let ChangeKind::Edited(body) = &mut change.kind
                    && self.messages.get(&change.about).is_some_and(|it| it.changed > entry.position.seq)
                {
                    body.clear();
                }
            }
        }
    }

    /// Whether an entry was deleted, or is an edit that was superseded: then it is known by its nonce alone.
    pub(super) fn is_known_by_nonce(&self, entry: &RoomEntry, digest: &Digest) -> bool {
        let seq = entry.position.seq;
        digest.0.is_empty()
            || self.superseded.contains(&seq)
            || self.messages.get(&seq).is_some_and(|message| message.is_deleted)
    }

    /// Writes the messages as they read now, and empties the edits that were superseded.
    pub(super) async fn write(
        &self,
        connection: &mut Connection,
        room: RoomId,
        cut: &search::Cut<'_>,
    ) -> Result<(), Error> {
        let row = |(seq, target)| ChangedRow::of(room, seq, target);
        let mut rows: Vec<_> = self.messages.iter().filter_map(row).collect();
        if rows.is_empty() {
            return Ok(());
        }
        // Rows are locked in one order.
        rows.sort_unstable_by_key(|row| row.seq);
        rewrite(connection, &rows).await?;
        search::replace(connection, room, self.rewritten(), cut).await?;
        let mut superseded: Vec<_> = self.superseded.iter().map(|seq| (room.0, *seq)).collect();
        superseded.sort_unstable();
        if superseded.is_empty() { Ok(()) } else { empty(connection, &superseded).await }
    }

    /// The messages that the batch has changed, each with its author, and its text unless that is gone.
    fn rewritten(&self) -> impl Iterator<Item = (i64, AccountId, Option<&str>)> {
        self.messages.iter().filter_map(|(seq, target)| {
            let now = target.now.as_ref()?;
            Some((*seq, target.author, now.deleted_by.is_none().then_some(&*now.body)))
        })
    }
}

impl<'a> ChangedRow<'a> {
    /// Of a message, if the batch has changed it.
    fn of(room: RoomId, seq: &i64, target: &'a Target) -> Option<Self> {
        let Rewritten { body, changed_at, deleted_by } = target.now.as_ref()?;
        Some(Self {
            room: room.0,
            seq: *seq,
            body,
            changed: target.changed,
            changed_at: changed_at.0,
            deleted_by: deleted_by.as_ref().map(|by| by.id.0),
        })
    }
}

async fn rewrite(connection: &mut Connection, rows: &[ChangedRow<'_>]) -> Result<(), Error> {
    sqlx::query(
        "with sent as materialized (select value from json_each(cast($1 as text)))
         update entry
         set body = sent.value ->> 'body', changed = cast(sent.value ->> 'changed' as bigint),
             digest = case when sent.value ->> 'deleted_by' is null then digest else unhex('') end,
             changed_at = cast(sent.value ->> 'changed_at' as bigint),
             deleted_by = cast(sent.value ->> 'deleted_by' as bigint)
         from sent
         where entry.room_id = cast(sent.value ->> 'room' as bigint)
               and entry.seq = cast(sent.value ->> 'seq' as bigint)
               and entry.changed < cast(sent.value ->> 'changed' as bigint)",
    )
    .bind(json_rows(rows))
    .execute(connection)
    .await?;
    Ok(())
}

/// Empties these entries, each with its room. (Nor is there a digest of what they said: a short text could be guessed from
/// it.)
async fn empty(connection: &mut Connection, entries: &[(i64, i64)]) -> Result<(), Error> {
    sqlx::query(
        "with sent as materialized (select value from json_each(cast($1 as text)))
         update entry
         set body = '', digest = unhex('')
         from sent
         where entry.room_id = cast(sent.value ->> 0 as bigint)
               and entry.seq = cast(sent.value ->> 1 as bigint)",
    )
    .bind(json_rows(entries))
    .execute(connection)
    .await?;
    Ok(())
}
