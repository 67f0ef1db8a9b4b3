//! The end of a room, of a session, of a stay: nothing is accepted after it.
//!
//! When a message was stored is known between two moments. It was after its first attempt began, and after
//! everything with a smaller number was stored; it was before anybody saw it, and before everything with a
//! greater number was.

use std::collections::HashMap;
use std::time::Duration;

use super::index::{Index, RoomIndex, Slot, Visits};
use super::{Anomaly, Kind, Told, seconds};
use crate::proof::history::{Account, Moment, Operation, Outcome, Room, span};

/// Memory is never older than this: a promise, not a guess.
pub(super) const STALE: Moment = span(Duration::from_secs(2));

pub(super) fn check(index: &Index<'_>, found: &mut Vec<Anomaly>) {
    let ends = Ends::of(index);
    for (&room, log) in &index.rooms {
        for stored in stored(index, room, log) {
            ends.check_message(room, &stored, found);
        }
    }
    for operation in index.operations {
        match (operation.deed.log(), &operation.outcome) {
            (Some(room), Outcome::Read { .. } | Outcome::LookedBack { .. }) => {
                ends.check_read(room, operation, found);
            }
            (Some(_), Outcome::Posted { repeated: true, .. }) => {
                ends.check_repetition(operation, found);
            }
            _ => {}
        }
    }
}

/// A message or a change, by whom, and when it was stored: not before `from`, not after `to`.
struct Stored<'a> {
    seq: i64,
    from: Moment,
    to: Moment,
    /// All attempts that can have stored it.
    by: Vec<&'a Operation>,
}

/// The messages of a room.
fn stored<'a>(index: &Index<'a>, room: Room, log: &RoomIndex) -> Vec<Stored<'a>> {
    let mut all: Vec<_> = log
        .log
        .iter()
        .map(|(&seq, slot)| {
            let by = attempts_that_stored(index, room, seq, slot);
            let from = by.iter().map(|attempt| attempt.began).min().unwrap_or_default();
            Stored { seq, from, to: slot.seen, by }
        })
        .collect();
    all.sort_unstable_by_key(|stored| stored.seq);
    let mut from = 0;
    for stored in &mut all {
        from = stored.from.max(from);
        stored.from = from;
    }
    let mut to = Moment::MAX;
    for stored in all.iter_mut().rev() {
        to = stored.to.min(to);
        stored.to = to;
    }
    all
}

/// The one that was told so, or else all that may have.
fn attempts_that_stored<'a>(index: &Index<'a>, room: Room, seq: i64, slot: &Slot) -> Vec<&'a Operation> {
    let attempts = index.attempts_at(room, slot);
    let told = |attempt: &&&Operation| matches!(attempt.outcome, Outcome::Posted { seq: at, repeated: false, .. } if at == seq);
    if let Some(attempt) = attempts.iter().find(told) {
        return vec![attempt];
    }
    let may_have = |attempt: &&Operation| {
        slot.may_be_of(attempt.deed, room)
            && matches!(attempt.outcome, Outcome::Unknown | Outcome::Posted { repeated: true, .. })
    };
    attempts.iter().copied().filter(may_have).collect()
}

/// Times in which somebody was certainly not in a room: from a coming out to what may have been the next
/// coming in.
struct Absences(Vec<(Moment, Moment)>);

impl Absences {
    fn of(visits: &Visits<'_>) -> Self {
        let mut absences: Vec<_> =
            visits.left.iter().map(|left| (left.ended, visits.entries.first_after(left.began))).collect();
        absences.sort_unstable();
        let mut until = 0;
        for (_, entered) in &mut absences {
            until = until.max(*entered);
            *entered = until;
        }
        Self(absences)
    }

    /// The one around a span of time.
    fn around(&self, from: Moment, to: Moment) -> Option<Moment> {
        let begun = self.0.partition_point(|(left, _)| *left <= from);
        let (left, until) = *self.0.get(begun.checked_sub(1)?)?;
        (to <= until).then_some(left)
    }
}

struct Ends<'a> {
    index: &'a Index<'a>,
    absences: HashMap<(Account, Room), Absences>,
}

impl<'a> Ends<'a> {
    fn of(index: &'a Index<'a>) -> Self {
        let absences = index.visits.iter().map(|(key, visits)| (*key, Absences::of(visits))).collect();
        Self { index, absences }
    }

    fn check_message(&self, room: Room, stored: &Stored<'_>, found: &mut Vec<Anomaly>) {
        let Some(first) = stored.by.first() else { return };
        let mut name = |kind, end: Moment, of: &str| {
            let what = format!(
                "{} was stored at place {} not before {}, and {of} at {}",
                Told(first),
                stored.seq,
                seconds(stored.from),
                seconds(end)
            );
            found.push(Anomaly::new(kind, what));
        };
        if let Some(end) = self.deletion_before(room, stored.from) {
            name(Kind::AcceptedAfterDeletion, end, "the room had been deleted");
        }
        // One that may come from a active session is the least of them.
        let log_outs = stored.by.iter().map(|attempt| self.log_out_before(attempt, stored.from));
        if let Some(Some(end)) = log_outs.min() {
            name(Kind::AcceptedAfterLogOut, end, "its session had ended");
        }
        let absent = |attempt: &&Operation| self.absence_around(attempt, room, stored.from, stored.to);
        if let Some(end) = absent(first)
            && stored.by.iter().all(|attempt| attempt.account == first.account)
        {
            name(Kind::AcceptedAfterLeaving, end, "its author had left");
        }
    }

    fn check_read(&self, room: Room, read: &Operation, found: &mut Vec<Anomaly>) {
        let Some(known) = read.began.checked_sub(STALE) else { return };
        let mut name = |kind, end: Option<Moment>| {
            if let Some(end) = end {
                let what = format!("{} was answered, and the end was at {}", Told(read), seconds(end));
                found.push(Anomaly::new(kind, what));
            }
        };
        name(Kind::AcceptedAfterDeletion, self.deletion_before(room, known));
        name(Kind::AcceptedAfterLogOut, self.log_out_before(read, known));
        name(Kind::AcceptedAfterLeaving, self.absence_around(read, room, known, read.ended));
    }

    /// Somebody who has left learns that a repeated send was stored; a session that has ended learns nothing.
    fn check_repetition(&self, post: &Operation, found: &mut Vec<Anomaly>) {
        if let Some(end) = self.log_out_before(post, post.began) {
            let what = format!("{} was answered, and its session had ended at {}", Told(post), seconds(end));
            found.push(Anomaly::new(Kind::AcceptedAfterLogOut, what));
        }
    }

    fn deletion_before(&self, room: Room, moment: Moment) -> Option<Moment> {
        self.index.rooms.get(&room)?.deleted.filter(|deleted| *deleted <= moment)
    }

    fn log_out_before(&self, operation: &Operation, moment: Moment) -> Option<Moment> {
        self.index.sessions.get(&operation.session)?.logged_out.filter(|end| *end <= moment)
    }

    fn absence_around(&self, of: &Operation, room: Room, from: Moment, to: Moment) -> Option<Moment> {
        self.absences.get(&(of.account, room))?.around(from, to)
    }
}
