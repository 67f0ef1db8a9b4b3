//! Who is where: nobody in two rooms, and nobody refused who may.

use std::collections::HashMap;

use super::index::{Index, SessionIndex};
use super::times::latest;
use super::{Anomaly, Kind, Told, changes, seconds};
use crate::proof::history::{Account, Deed, Moment, Operation, Outcome, Room};

/// A time in which somebody was certainly in a room.
#[derive(Clone, Copy)]
struct Stay {
    room: Room,
    from: Moment,
    until: Moment,
}

impl Stay {
    fn covers(&self, operation: &Operation) -> bool {
        self.from <= operation.began && operation.ended <= self.until
    }
}

pub(super) fn check(index: &Index<'_>, found: &mut Vec<Anomaly>) {
    let stays = certain_stays(index);
    for (account, stays) in &stays {
        check_overlaps(*account, stays, found);
    }
    let stay_around = |operation: &Operation| {
        let stays = stays.get(&operation.account)?;
        let begun = stays.partition_point(|stay| stay.from <= operation.began);
        stays.get(begun.checked_sub(1)?).filter(|stay| stay.covers(operation)).copied()
    };
    for operation in index.operations {
        match (operation.deed, &operation.outcome) {
            (Deed::Post { .. } | Deed::Change { .. }, Outcome::Posted { repeated: false, .. }) => {
                let elsewhere = |stay: &Stay| Some(stay.room) != operation.deed.log();
                if let Some(stay) = stay_around(operation).filter(elsewhere) {
                    let what = format!("{} was accepted, from {}", Told(operation), told(&stay));
                    found.push(Anomaly::new(Kind::TwoRooms, what));
                }
            }
            (_, Outcome::Refused { status }) => {
                let inside = stay_around(operation).map(|stay| stay.room);
                if let Some(why) = no_reason_for(index, operation, *status, inside) {
                    let what = format!("{} was answered {status}, and {why}", Told(operation));
                    found.push(Anomaly::new(Kind::WronglyRefused, what));
                }
                if matches!((operation.deed, status), (Deed::Poll { .. }, 409)) {
                    found.push(Anomaly::new(Kind::Resync, Told(operation).to_string()));
                }
            }
            _ => {}
        }
    }
}

/// From the end of a coming to the beginning of whatever may have ended the stay.
fn certain_stays(index: &Index<'_>) -> HashMap<Account, Vec<Stay>> {
    let mut stays: HashMap<Account, Vec<Stay>> = HashMap::new();
    for (&(account, room), visits) in &index.visits {
        for entered in &visits.entered {
            let deletions = &index.rooms[&room].deletions;
            let log_out =
                index.log_outs.get(&account).map_or(Moment::MAX, |ends| ends.first_after(entered.began));
            let until = visits
                .exits
                .first_after(entered.began)
                .min(deletions.first_after(entered.began))
                .min(log_out);
            if entered.ended < until {
                stays.entry(account).or_default().push(Stay { room, from: entered.ended, until });
            }
        }
    }
    for stays in stays.values_mut() {
        stays.sort_unstable_by_key(|stay| (stay.until, stay.room, stay.from));
        // Coming in twice is coming in once.
        stays.dedup_by_key(|stay| (stay.until, stay.room));
        stays.sort_unstable_by_key(|stay| stay.from);
    }
    stays
}

fn check_overlaps(account: Account, stays: &[Stay], found: &mut Vec<Anomaly>) {
    let mut present: Vec<Stay> = Vec::new();
    for stay in stays {
        present.retain(|other| other.until > stay.from);
        if let Some(other) = present.iter().find(|other| other.room != stay.room) {
            let what = format!("account {} was {} and {}", account.0, told(other), told(stay));
            found.push(Anomaly::new(Kind::TwoRooms, what));
        }
        present.push(*stay);
    }
}

/// What speaks against a refusal.
fn no_reason_for(
    index: &Index<'_>,
    operation: &Operation,
    status: u16,
    inside: Option<Room>,
) -> Option<&'static str> {
    let room = operation.deed.log();
    let any_room = match operation.deed {
        Deed::Join { room } | Deed::Leave { room } | Deed::Delete { room } => Some(room),
        _ => room,
    };
    match status {
        401 => is_logged_in(index, operation).then_some("its session was open"),
        403 => {
            let is_theirs = !matches!(operation.deed, Deed::Change { .. })
                || changes::may_change(index, operation) == Some(true);
            (room.is_some() && room == inside && is_theirs).then_some("its author was inside")
        }
        404 | 410 => {
            any_room.is_some_and(|room| exists(index, operation, room)).then_some("the room existed")
        }
        409 => match operation.deed {
            Deed::Post { .. } => Some("no nonce is used for two messages"),
            Deed::Change { room, about, .. } => {
                let deletions = index.erasures.get(&(room, about)).into_iter().flatten();
                let may_be =
                    |attempt: &&Operation| latest(attempt).is_some() && attempt.began < operation.ended;
                (!deletions.copied().any(|attempt| may_be(&attempt)))
                    .then_some("nobody had deleted the message")
            }
            _ => None,
        },
        _ => None,
    }
}

fn is_logged_in(index: &Index<'_>, operation: &Operation) -> bool {
    let opened = |session: &&SessionIndex| {
        session.opened.is_some_and(|opened| opened <= operation.began)
            && session.log_outs.first_after(0) >= operation.ended
    };
    operation.deed != Deed::LogIn && index.sessions.get(&operation.session).filter(opened).is_some()
}

fn exists(index: &Index<'_>, operation: &Operation, room: Room) -> bool {
    index.rooms.get(&room).is_some_and(|room| {
        room.existed.is_some_and(|existed| existed <= operation.began)
            && room.deletions.first_after(0) >= operation.ended
    })
}

fn told(stay: &Stay) -> String {
    let until = if stay.until == Moment::MAX { "the end".to_owned() } else { seconds(stay.until) };
    format!("in room {} from {} to {until}", stay.room.0, seconds(stay.from))
}
