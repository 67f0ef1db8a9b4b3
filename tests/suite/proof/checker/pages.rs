//! Pages that were opened at different times and are told of changes: in the end, each shows what the log says.

use std::collections::HashMap;

use super::index::{Index, RoomIndex};
use super::{Anomaly, Kind};
use crate::fixtures::{Reading, Tab};
use crate::proof::history::{Account, Deed, Entry, Nonce, Room, What};

/// Who has the page open, where, and which of their pages it is.
type Key = (Account, Room, u32);

/// One page, as long as it goes on from where it was.
struct Page {
    tab: Tab<Option<Nonce>>,
    cursor: i64,
}

pub(super) fn check(index: &Index<'_>, found: &mut Vec<Anomaly>) {
    let mut pages: HashMap<Key, Page> = HashMap::new();
    for operation in index.operations {
        let (room, reader, after) = match operation.deed {
            Deed::Poll { room, reader, after } => (room, reader, Some(after)),
            Deed::LookBack { room, reader, .. } => (room, reader, None),
            _ => continue,
        };
        // Elsewhere all pages show the same, if there is no hole.
        let Some(log) = index.rooms.get(&room).filter(|log| !log.changes.is_empty()) else { continue };
        let key = (operation.account, room, reader);
        let entries = operation.outcome.entries();
        match after {
            Some(after) => {
                if let Some(page) = pages.get(&key).filter(|page| page.cursor != after) {
                    page.check(key, log, found);
                    pages.remove(&key);
                }
                let page = pages.entry(key).or_insert_with(|| Page { tab: Tab::new(), cursor: after });
                page.read(log, entries);
                page.cursor = entries.last().map_or(page.cursor, |last| last.seq);
            }
            None => {
                if let Some(page) = pages.get_mut(&key) {
                    page.read(log, entries);
                }
            }
        }
    }
    for (key, page) in pages {
        page.check(key, &index.rooms[&key.1], found);
    }
}

impl Page {
    fn read(&mut self, log: &RoomIndex, entries: &[Entry]) {
        for entry in entries {
            match entry.what {
                // What is never changed reads alike for everybody.
                What::Message { .. } if !log.changes.contains_key(&entry.seq) => {}
                What::Message { changed, .. } => {
                    self.tab.load(entry.seq, Reading { changed, text: entry.text });
                }
                What::Edit { about } | What::Deletion { about } => {
                    self.tab.change(about, Reading { changed: entry.seq, text: entry.text });
                }
            }
        }
    }

    /// Every message shows the last change that the page has been told of, or a later one.
    fn check(&self, (account, room, reader): Key, log: &RoomIndex, found: &mut Vec<Anomaly>) {
        for (seq, reading) in self.tab.messages() {
            let changes = &log.changes[&seq];
            let told = changes[..changes.partition_point(|change| *change <= self.cursor)].last();
            let is_older = told.is_some_and(|told| reading.changed < *told);
            // Who has not read of the next change yet may have an edit without its text.
            let is_other = match log.log.get(&reading.changed) {
                Some(change) => {
                    reading.text.is_some() && change.nonce.is_some_and(|nonce| reading.text != Some(nonce))
                }
                None => false,
            };
            if is_older || is_other {
                let what = format!(
                    "page {reader} of account {} shows message {seq} of room {} as {reading:?} at {}, where it was \
                     changed by {told:?}",
                    account.0, room.0, self.cursor
                );
                found.push(Anomaly::new(Kind::PagesDiffer, what));
            }
        }
    }
}
