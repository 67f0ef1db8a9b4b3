//! Whether the messages and changes of a room's log fit together: each change is about an earlier message that knows of
//! it, and of what was superseded or deleted no text is left.

use std::collections::HashMap;

use super::rows::EntryRow;

/// What a message says of its last change.
struct Told {
    seq: i64,
    at: Option<i64>,
    deleted_by: Option<i64>,
}

/// The messages read so far that were changed, until their last change is read.
#[derive(Default)]
pub(super) struct Changes {
    told: HashMap<i64, Told>,
}

impl Changes {
    /// Takes the next entry; says what is wrong with it. Of a room that is being removed the message may be gone already.
    pub(super) fn read(&mut self, entry: &EntryRow, whole: bool) -> Option<String> {
        if entry.kind == "message" { self.message(entry) } else { self.change(entry, whole) }
    }

    /// After the last entry; says what some message tells of a change that is not there.
    pub(super) fn end(&self) -> Option<String> {
        let (message, told) = self.told.iter().min_by_key(|(message, _)| **message)?;
        let change = told.seq;
        Some(format!("entry {message} says that entry {change} changed it last, which is none that did"))
    }

    fn message(&mut self, entry: &EntryRow) -> Option<String> {
        let EntryRow { seq, changed, changed_at, deleted_by, .. } = *entry;
        if changed > 0 {
            self.told.insert(seq, Told { seq: changed, at: changed_at, deleted_by });
        }
        let late = changed != 0 && changed <= seq;
        let what = if late || entry.about.is_some() {
            "is a message, but tells of a change before it"
        } else if (changed > 0) != changed_at.is_some() || deleted_by.is_some() && changed == 0 {
            "says only in part how it was changed"
        } else if deleted_by.is_some() == entry.has_text {
            if entry.has_text { "is deleted, but has a text" } else { "has no text, but is not deleted" }
        } else {
            return None;
        };
        Some(format!("entry {seq} {what}"))
    }

    fn change(&mut self, entry: &EntryRow, whole: bool) -> Option<String> {
        let EntryRow { seq, author, at, .. } = *entry;
        let is_deletion = entry.kind == "deleted";
        let Some(about) = entry.about.filter(|about| *about < seq) else {
            return Some(format!("entry {seq} changes no entry before it"));
        };
        if entry.changed != 0 || entry.changed_at.is_some() || entry.deleted_by.is_some() {
            return Some(format!("entry {seq} is a change, but says that it was changed"));
        }
        let Some(told) = self.told.get(&about).filter(|told| told.seq >= seq) else {
            return whole.then(|| format!("entry {seq} changes entry {about}, which does not know of it"));
        };
        let is_gone = told.deleted_by.is_some();
        let fits = told.seq > seq && !is_deletion
            || told.seq == seq
                && told.at == Some(at)
                && is_deletion == is_gone
                && told.deleted_by.is_none_or(|by| by == author);
        let is_newest = told.seq == seq;
        if is_newest {
            self.told.remove(&about);
        }
        if !fits {
            Some(format!("entry {seq} and entry {about}, which it changes, tell different things"))
        } else if entry.has_text != (is_newest && !is_deletion) {
            Some(format!("entry {seq} {} a text", if entry.has_text { "still has" } else { "has lost" }))
        } else {
            None
        }
    }
}
