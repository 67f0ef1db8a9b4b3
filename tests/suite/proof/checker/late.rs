//! What is acknowledged is soon shown.

use std::collections::HashMap;
use std::time::Duration;

use super::ends::STALE;
use super::index::Index;
use super::{Anomaly, Kind, Told, seconds};
use crate::proof::history::{Account, Deed, Moment, Operation, Outcome, Room, span};

/// A reader asks again this long after an answer, unless there was more.
const PAUSE: Moment = span(Duration::from_secs(1));
/// What has healed is well again after this long.
const RECOVERY: Moment = span(Duration::from_secs(5));

type Reader = (Account, Room, u32);

pub(super) fn check(index: &Index<'_>, found: &mut Vec<Anomaly>) {
    let mut readers: HashMap<Reader, Vec<&Operation>> = HashMap::new();
    for operation in index.operations {
        let Deed::Poll { room, reader, .. } = operation.deed else { continue };
        readers.entry((operation.account, room, reader)).or_default().push(operation);
        if let Some(stale) = operation.began.checked_sub(STALE)
            && let Some(missing) = missing(index, operation, stale)
        {
            let what =
                format!("{} did not show {missing}, acknowledged by {}", Told(operation), seconds(stale));
            found.push(Anomaly::new(Kind::Late, what));
        }
    }
    for polls in readers.values_mut() {
        polls.sort_unstable_by_key(|poll| poll.began);
        for pair in polls.windows(2) {
            check_second(index, pair[0], pair[1], found);
        }
    }
}

/// While nothing is broken, the second poll shows what was acknowledged before the first.
fn check_second(index: &Index<'_>, first: &Operation, second: &Operation, found: &mut Vec<Anomaly>) {
    let answered = |poll: &Operation| matches!(poll.outcome, Outcome::Read { .. });
    let apart = second.began >= first.ended + PAUSE;
    let well = !index.broken.touches(first.began.saturating_sub(RECOVERY), second.ended);
    if answered(first)
        && apart
        && well
        && let Some(missing) = missing(index, second, first.began)
    {
        let known = seconds(first.began);
        let what =
            format!("{} did not show {missing}, acknowledged by {known}: the second poll", Told(second));
        found.push(Anomaly::new(Kind::Late, what));
    }
}

/// The newest message that was acknowledged by `known` and is beyond what a poll reached.
fn missing(index: &Index<'_>, poll: &Operation, known: Moment) -> Option<i64> {
    let (Deed::Poll { room, after, .. }, Outcome::Read { entries, more: false }) = (poll.deed, &poll.outcome)
    else {
        return None;
    };
    let reached = entries.last().map_or(after, |entry| entry.seq);
    index.rooms.get(&room)?.acknowledged.by(known).filter(|newest| *newest > reached)
}
