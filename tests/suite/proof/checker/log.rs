//! A room's log: nothing lost, doubled, made up or left out, and the same for everybody.

use std::collections::HashMap;

use super::index::{Index, Place, RoomIndex, Slot};
use super::{Anomaly, Kind, Told, seconds};
use crate::proof::history::{Deed, Entry, Nonce, Operation, Outcome, Room};

pub(super) fn check(index: &Index<'_>, found: &mut Vec<Anomaly>) {
    let messages = index.rooms.iter().map(|(room, log)| (*room, log.messages())).collect();
    for operation in index.operations {
        check_answer(operation, found);
        check_looking_back(operation, &messages, found);
    }
    for (room, log) in &index.rooms {
        check_agreement(*room, log, found);
        check_loss(*room, log, found);
    }
    check_nonces(index, found);
}

/// An answer continues the cursor it was asked with, and has no hole.
fn check_answer(operation: &Operation, found: &mut Vec<Anomaly>) {
    let after = match operation.deed {
        Deed::Post { after, .. } | Deed::Change { after, .. } | Deed::Poll { after, .. } => after,
        Deed::FinalRead { .. } => 0,
        _ => return,
    };
    let entries = operation.outcome.entries();
    let Some(Entry { seq: first, .. }) = entries.first() else { return };
    let mut name = |kind, what: String| {
        found.push(Anomaly::new(kind, format!("{what}, in the answer to {}", Told(operation))));
    };
    if *first > after + 1 {
        name(Kind::SkippedPoll, format!("{first} is first after {after}"));
    }
    if *first <= after {
        name(Kind::BackwardsPoll, format!("{first} is first after {after}"));
    }
    for pair in entries.windows(2) {
        if pair[1].seq != pair[0].seq + 1 {
            name(Kind::Hole, format!("{} follows {}", pair[1].seq, pair[0].seq));
        }
    }
}

/// Where somebody looks back there is every message, each once.
fn check_looking_back(operation: &Operation, messages: &HashMap<Room, Vec<i64>>, found: &mut Vec<Anomaly>) {
    let (Deed::LookBack { room, before, .. }, Outcome::LookedBack { entries, first, .. }) =
        (operation.deed, &operation.outcome)
    else {
        return;
    };
    let all = messages.get(&room).map(Vec::as_slice).unwrap_or_default();
    let at = |seq: i64| all.partition_point(|message| *message < seq);
    let expected = &all[at(*first)..at(before)];
    if !entries.iter().map(|entry| entry.seq).eq(expected.iter().copied()) {
        let missing = expected.iter().find(|seq| !entries.iter().any(|entry| entry.seq == **seq));
        let what = format!("{missing:?} is missing after {first}, in the answer to {}", Told(operation));
        found.push(Anomaly::new(Kind::Hole, what));
    }
}

/// What one has seen at a place, all have.
fn check_agreement(room: Room, log: &RoomIndex, found: &mut Vec<Anomaly>) {
    let mut conflicts: Vec<_> = log.conflicts.iter().collect();
    conflicts.sort_unstable_by_key(|(seq, slot)| (*seq, slot.seen));
    conflicts.dedup_by_key(|(seq, _)| *seq);
    for (seq, other) in conflicts {
        let what = format!(
            "place {seq} of room {} is {}, and it is {}",
            room.0,
            message(&log.log[seq]),
            message(other)
        );
        found.push(Anomaly::new(Kind::Disagreement, what));
    }
}

/// What was acknowledged or read is there in the end. In a room that was not read in the end, what was
/// acknowledged is there for whoever read past it.
fn check_loss(room: Room, log: &RoomIndex, found: &mut Vec<Anomaly>) {
    let answered = Spans::of(&log.answers);
    let mut lost: Vec<_> = log
        .log
        .iter()
        .filter(
            |(seq, slot)| {
                if log.finally_read { !slot.finally_read } else { !slot.read && answered.cover(**seq) }
            },
        )
        .collect();
    lost.sort_unstable_by_key(|(seq, _)| **seq);
    for (seq, slot) in lost {
        let known = if slot.read { "read" } else { "acknowledged" };
        let what = format!("{} was {known} at place {seq} of room {}", message(slot), room.0);
        found.push(Anomaly::new(Kind::Lost, what));
    }
}

/// Every message has one place, and was sent there.
fn check_nonces(index: &Index<'_>, found: &mut Vec<Anomaly>) {
    let mut places: HashMap<Nonce, (Room, i64)> = HashMap::new();
    for (&room, log) in &index.rooms {
        let seen = log.log.iter().chain(log.conflicts.iter().map(|(seq, slot)| (seq, slot)));
        for (&seq, slot) in seen {
            let place = slot.nonce.map(|nonce| (nonce, *places.entry(nonce).or_insert((room, seq))));
            if let Some((nonce, (first_room, first))) = place
                && (first_room, first) != (room, seq)
            {
                let what = format!(
                    "message {} is at place {first} of room {} and at place {seq} of room {}",
                    nonce.0, first_room.0, room.0
                );
                found.push(Anomaly::new(Kind::Duplicate, what));
            }
            if slot.read
                && let Some(why) = unsent(index, room, slot)
            {
                let what = format!("{} is at place {seq} of room {}, {why}", message(slot), room.0);
                found.push(Anomaly::new(Kind::Phantom, what));
            }
        }
    }
}

/// Why a message cannot be where it was read.
fn unsent(index: &Index<'_>, room: Room, slot: &Slot) -> Option<String> {
    // What was read only when it was changed tells with what it was changed.
    if slot.nonce.is_none() && slot.place == Place::Message {
        return None;
    }
    let attempts = index.attempts_at(room, slot).iter();
    let mut sent = attempts.filter(|attempt| slot.may_be_of(attempt.deed, room)).peekable();
    if sent.peek().is_none() {
        return Some("where nobody sent it".to_owned());
    }
    let mut accepted = sent.filter(|attempt| !matches!(attempt.outcome, Outcome::Refused { .. })).peekable();
    if accepted.peek().is_none() {
        return Some("and was refused whenever it was sent".to_owned());
    }
    let first = accepted.map(|attempt| attempt.began).min()?;
    (first > slot.seen)
        .then(|| format!("read by {}, and first sent at {}", seconds(slot.seen), seconds(first)))
}

/// Ranges of places, each from behind its first number to its last.
struct Spans(Vec<(i64, i64)>);

impl Spans {
    fn of(spans: &[(i64, i64)]) -> Self {
        let mut spans = spans.to_vec();
        spans.sort_unstable();
        let mut furthest = i64::MIN;
        for (_, last) in &mut spans {
            furthest = furthest.max(*last);
            *last = furthest;
        }
        Self(spans)
    }

    fn cover(&self, seq: i64) -> bool {
        let begun = self.0.partition_point(|(after, _)| *after < seq);
        begun > 0 && self.0[begun - 1].1 >= seq
    }
}

fn message(slot: &Slot) -> String {
    let nonce = slot.nonce.map_or("?".to_owned(), |nonce| nonce.0.to_string());
    let name = match slot.place {
        Place::Message => format!("message {nonce}"),
        Place::Edit { about } => format!("edit {nonce} of {about}"),
        Place::Deletion { about } => format!("deletion {nonce} of {about}"),
    };
    slot.tag.map_or(name.clone(), |tag| format!("{name} (tag {tag:x})"))
}
