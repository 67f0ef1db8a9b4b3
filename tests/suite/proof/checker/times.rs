//! Questions about time, each answered by one search in something sorted once.

use crate::proof::history::{Fault, Moment, Operation, Outcome};

/// Until when an operation may have taken effect; nothing when it was refused. What is unknown may happen yet:
/// a request that waits in a frozen process is carried out when that thaws.
pub(super) fn latest(operation: &Operation) -> Option<Moment> {
    match operation.outcome {
        Outcome::Refused { .. } => None,
        Outcome::Unknown => Some(Moment::MAX),
        _ => Some(operation.ended),
    }
}

/// Things that may have happened, each between two moments.
#[derive(Default)]
pub(super) struct Possible {
    /// When it had happened at the latest, and when at the earliest; in order once sealed, and then the
    /// earliest is that of all that follow too.
    spans: Vec<(Moment, Moment)>,
}

impl Possible {
    pub(super) fn add(&mut self, earliest: Moment, latest: Moment) {
        self.spans.push((latest, earliest));
    }

    pub(super) fn seal(&mut self) {
        self.spans.sort_unstable();
        let mut first = Moment::MAX;
        for (_, earliest) in self.spans.iter_mut().rev() {
            first = first.min(*earliest);
            *earliest = first;
        }
    }

    /// The earliest that one of those can have happened which may have happened after `moment`.
    pub(super) fn first_after(&self, moment: Moment) -> Moment {
        let from = self.spans.partition_point(|(latest, _)| *latest <= moment);
        self.spans.get(from).map_or(Moment::MAX, |(_, earliest)| *earliest)
    }
}

/// What grows with time: the most that has been reached by a moment.
#[derive(Default)]
pub(super) struct Reached(Vec<(Moment, i64)>);

impl Reached {
    pub(super) fn add(&mut self, at: Moment, what: i64) {
        self.0.push((at, what));
    }

    pub(super) fn seal(&mut self) {
        self.0.sort_unstable();
        let mut most = i64::MIN;
        for (_, what) in &mut self.0 {
            most = most.max(*what);
            *what = most;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn by(&self, moment: Moment) -> Option<i64> {
        let past = self.0.partition_point(|(at, _)| *at <= moment);
        Some(self.0.get(past.checked_sub(1)?)?.1)
    }
}

/// When something was broken.
pub(super) struct Broken(Vec<(Moment, Moment)>);

impl Broken {
    pub(super) fn by(faults: &[Fault]) -> Self {
        let mut spans: Vec<_> = faults.iter().map(|fault| (fault.began, fault.healed)).collect();
        spans.sort_unstable();
        let mut latest = 0;
        for (_, healed) in &mut spans {
            latest = latest.max(*healed);
            *healed = latest;
        }
        Self(spans)
    }

    /// Whether anything was, at any time between these two.
    pub(super) fn touches(&self, from: Moment, to: Moment) -> bool {
        let begun = self.0.partition_point(|(began, _)| *began <= to);
        begun > 0 && self.0[begun - 1].1 >= from
    }
}
