//! Finds in a history what must not be in it.
//!
//! After Jepsen's checker of totally ordered logs: a room is a partition, `seq` an offset. Every rule follows
//! from the history alone. What is unknown is never taken for done or for failed, and may have been done at any
//! time after it began; so a broken promise can go unnoticed in the shadow of a lost answer, but what is named
//! here has happened.

mod changes;
mod ends;
mod index;
mod late;
mod log;
mod membership;
mod pages;
#[cfg(test)]
mod tests;
mod times;

use std::fmt;

use super::history::{History, Moment, Operation, Room};
use index::Index;

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Acknowledged or read by somebody, and gone at the end.
    Lost,
    /// One message or change at two places.
    Duplicate,
    /// Read, and never sent, or refused every time it was.
    Phantom,
    /// One place, two messages.
    Disagreement,
    /// An answer that leaves out what is between two of its entries.
    Hole,
    /// An answer that leaves out what follows the reader's cursor.
    SkippedPoll,
    /// An answer with what the reader has already.
    BackwardsPoll,
    AcceptedAfterDeletion,
    AcceptedAfterLogOut,
    AcceptedAfterLeaving,
    /// Somebody is in two rooms at once.
    TwoRooms,
    /// Not shown when it had to be.
    Late,
    /// Refused without a reason.
    WronglyRefused,
    /// A cursor was said to be of another history.
    Resync,
    /// A change of what is no message before it.
    ChangeBeforeMessage,
    ChangedAfterDeletion,
    /// Changed by somebody who may not.
    ChangedByOthers,
    /// A message that reads otherwise than the change says which it names.
    Misread,
    /// A message without a change that it had to show, or an edit with a text that a later one had taken.
    Outdated,
    /// A text that was answered when its deletion had been acknowledged for long.
    DeletedText,
    /// A page that ends otherwise than the log.
    PagesDiffer,
}

/// One thing that went wrong, and how it shows.
#[derive(Clone, Debug)]
pub struct Anomaly {
    pub kind: Kind,
    pub what: String,
}

/// Everything that is wrong with a history.
pub fn check(history: &History) -> Vec<Anomaly> {
    let index = Index::of(history);
    let mut found = Vec::new();
    log::check(&index, &mut found);
    changes::check(&index, &mut found);
    pages::check(&index, &mut found);
    membership::check(&index, &mut found);
    ends::check(&index, &mut found);
    late::check(&index, &mut found);
    found
}

/// The rooms that nobody may have deleted and that were not read in the end: what was acknowledged there has
/// not been looked for. A run without faults at its end has none.
pub fn unread(history: &History) -> Vec<Room> {
    let index = Index::of(history);
    let unread = index.rooms.iter().filter(|(_, room)| {
        !room.finally_read && !room.acknowledged.is_empty() && room.deletions.first_after(0) == Moment::MAX
    });
    unread.map(|(room, _)| *room).collect()
}

impl Anomaly {
    fn new(kind: Kind, what: String) -> Self {
        Self { kind, what }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "lost",
            Self::Duplicate => "duplicate",
            Self::Phantom => "phantom",
            Self::Disagreement => "disagreement",
            Self::Hole => "hole",
            Self::SkippedPoll => "skipped poll",
            Self::BackwardsPoll => "backwards poll",
            Self::AcceptedAfterDeletion => "accepted after the room's deletion",
            Self::AcceptedAfterLogOut => "accepted after log-out",
            Self::AcceptedAfterLeaving => "accepted after leaving",
            Self::TwoRooms => "two rooms at once",
            Self::Late => "late",
            Self::WronglyRefused => "wrongly refused",
            Self::Resync => "resync",
            Self::ChangeBeforeMessage => "changed before it was said",
            Self::ChangedAfterDeletion => "changed after its deletion",
            Self::ChangedByOthers => "changed by others",
            Self::Misread => "misread",
            Self::Outdated => "outdated",
            Self::DeletedText => "deleted text",
            Self::PagesDiffer => "pages differ",
        })
    }
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.what)
    }
}

/// An operation without what it read, for people.
struct Told<'a>(&'a Operation);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Operation { account, session, instance, began, ended, deed, .. } = self.0;
        write!(
            f,
            "{deed:?} by account {} in session {} at instance {instance}, from {} to {}",
            account.0,
            session.0,
            seconds(*began),
            seconds(*ended)
        )
    }
}

fn seconds(moment: Moment) -> String {
    format!("{}.{:06} s", moment / 1_000_000, moment % 1_000_000)
}
