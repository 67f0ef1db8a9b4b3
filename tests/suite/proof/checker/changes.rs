//! Changes of messages: in their place in the log, and shown by whatever is read after them.

use super::ends::STALE;
use super::index::{Index, Place, RoomIndex, Slot};
use super::{Anomaly, Kind, Told, seconds};
use crate::proof::history::{Account, ChangeKind, Deed, Entry, Moment, Operation, Outcome, Room, What};

pub(super) fn check(index: &Index<'_>, found: &mut Vec<Anomaly>) {
    for (room, log) in &index.rooms {
        check_order(*room, log, found);
    }
    for operation in index.operations {
        check_right(index, operation, found);
        if let Some(answer) = Answer::of(index, operation) {
            answer.check(found);
        }
    }
}

/// A change comes after its message, and a deletion is the last one.
fn check_order(room: Room, log: &RoomIndex, found: &mut Vec<Anomaly>) {
    for (about, changes) in &log.changes {
        let mut name = |kind, seq: i64, why: &str| {
            let what = format!("place {seq} of room {} is a change of message {about}, {why}", room.0);
            found.push(Anomaly::new(kind, what));
        };
        let message = log.log.get(about);
        if message.is_some_and(|slot| slot.place != Place::Message) {
            name(Kind::ChangeBeforeMessage, changes[0], "which is none");
        }
        if changes[0] <= *about {
            name(Kind::ChangeBeforeMessage, changes[0], "which comes later");
        }
        let deleted = changes.iter().position(|seq| is_deletion(&log.log[seq]));
        if let Some(after) = deleted.and_then(|first| changes.get(first + 1)) {
            name(Kind::ChangedAfterDeletion, *after, "which had been deleted");
        }
    }
}

/// Authors change their own messages; whoever made the room deletes any.
fn check_right(index: &Index<'_>, operation: &Operation, found: &mut Vec<Anomaly>) {
    let is_accepted = matches!(operation.outcome, Outcome::Posted { repeated: false, .. });
    if is_accepted && may_change(index, operation) == Some(false) {
        found.push(Anomaly::new(Kind::ChangedByOthers, format!("{} was accepted", Told(operation))));
    }
}

/// Whether whoever sent a change may make it, if that is known.
pub(super) fn may_change(index: &Index<'_>, operation: &Operation) -> Option<bool> {
    let Deed::Change { room, kind, about, .. } = operation.deed else { return None };
    let log = index.rooms.get(&room)?;
    let author = log.log.get(&about).and_then(|slot| index.attempts_at(room, slot).first());
    let of = |account: Account| account == operation.account;
    let by_author = author.map(|author| of(author.account));
    let by_owner = if kind == ChangeKind::Deletion { log.owner.map(of) } else { Some(false) };
    match (by_author, by_owner) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

fn is_deletion(slot: &Slot) -> bool {
    matches!(slot.place, Place::Deletion { .. })
}

/// What was read, and what it must show.
struct Answer<'a> {
    operation: &'a Operation,
    log: &'a RoomIndex,
    /// It is one look at the log, which was at least so long.
    reach: i64,
    /// What was acknowledged by then is in every memory.
    known: Moment,
}

impl<'a> Answer<'a> {
    fn of(index: &'a Index<'_>, operation: &'a Operation) -> Option<Self> {
        let log = index.rooms.get(&operation.deed.log()?)?;
        let reach = match (operation.deed, &operation.outcome) {
            (_, Outcome::LookedBack { as_of, .. }) => *as_of,
            // This is several looks.
            (Deed::FinalRead { .. }, _) => 0,
            (_, outcome) => outcome.entries().last().map_or(0, |last| last.seq),
        };
        Some(Self { operation, log, reach, known: operation.began.saturating_sub(STALE) })
    }

    fn check(&self, found: &mut Vec<Anomaly>) {
        for entry in self.operation.outcome.entries() {
            let problem = match entry.what {
                What::Message { changed: 0, .. } if self.log.changes.is_empty() && entry.text.is_some() => {
                    None
                }
                What::Message { changed, is_deleted } => self
                    .misread(entry, changed, is_deleted)
                    .or_else(|| self.outdated(entry.seq, entry, changed)),
                What::Edit { about } => {
                    self.misread_edit(entry, about).or_else(|| self.outdated(about, entry, entry.seq))
                }
                What::Deletion { .. } => None,
            };
            if let Some((kind, why)) = problem {
                let what = format!("{entry:?} was answered, {why}, by {}", Told(self.operation));
                found.push(Anomaly::new(kind, what));
            }
        }
    }

    /// A message reads as the change says which it names.
    fn misread(&self, entry: &Entry, changed: i64, is_deleted: bool) -> Option<(Kind, String)> {
        let wrong = |why: String| Some((Kind::Misread, why));
        if changed == 0 {
            let is_right = entry.text.is_some() && !is_deleted;
            return if is_right { None } else { wrong("without a change".to_owned()) };
        }
        if let Outcome::LookedBack { as_of, .. } = self.operation.outcome
            && changed > as_of
        {
            return wrong(format!("with a change after {as_of}, where the log ended"));
        }
        // Nobody may have come to read it, in a room that was deleted.
        let change = self.log.log.get(&changed)?;
        let is_right = match change.place {
            Place::Edit { about } if about == entry.seq => {
                !is_deleted && (change.nonce.is_none() || entry.text == change.nonce) && entry.text.is_some()
            }
            Place::Deletion { about } if about == entry.seq => is_deleted && entry.text.is_none(),
            _ => false,
        };
        if is_right { None } else { wrong(format!("and place {changed} is {:?}", change.place)) }
    }

    /// Only a later change takes the text of an edit.
    fn misread_edit(&self, entry: &Entry, about: i64) -> Option<(Kind, String)> {
        let is_right = entry.text.is_some() || self.log.may_be_changed_after(entry.seq, about);
        (!is_right).then(|| (Kind::Misread, "and nobody had changed its message since".to_owned()))
    }

    /// What is read as of a change shows those that had to be known.
    fn outdated(&self, about: i64, entry: &Entry, as_of: i64) -> Option<(Kind, String)> {
        let changes = self.log.changes.get(&about)?;
        if entry.text.is_some()
            && let Some(deleted) = self.log.erased.get(&about).filter(|deleted| **deleted <= self.known)
        {
            let why = format!("and the deletion of {about} was acknowledged by {}", seconds(*deleted));
            return Some((Kind::DeletedText, why));
        }
        // What a later change takes of an edit is its text.
        if matches!(entry.what, What::Edit { .. }) && entry.text.is_none() {
            return None;
        }
        let in_reach = changes.iter().take_while(|seq| **seq <= self.reach).last();
        if let Some(missing) = in_reach.filter(|newest| **newest > as_of) {
            return Some((Kind::Outdated, format!("without the change at {missing}, which the log had")));
        }
        let acknowledged = self.log.changed.get(&about).and_then(|changed| changed.by(self.known));
        let missing = acknowledged.filter(|newest| *newest > as_of)?;
        Some((
            Kind::Outdated,
            format!("without the change at {missing}, acknowledged by {}", seconds(self.known)),
        ))
    }
}
