//! What a run has shown.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::checker::Anomaly;
use super::history::{Fault, History, Outcome, Room};
use crate::fixtures::Engine;

pub struct Report {
    pub engine: Engine,
    pub seed: u64,
    pub took: Duration,
    pub history: History,
    /// Rooms in which nobody looked for what had been acknowledged.
    pub unread: Vec<Room>,
    pub anomalies: Vec<Anomaly>,
}

/// Anomalies shown in full.
const SHOWN: usize = 20;

impl Report {
    /// Posts and changes that were acknowledged, repetitions aside.
    pub fn posts(&self) -> usize {
        let posted = |outcome: &Outcome| matches!(outcome, Outcome::Posted { repeated: false, .. });
        self.history.operations.iter().filter(|operation| posted(&operation.outcome)).count()
    }

    /// Claims that nothing is wrong.
    pub fn is_clean(&self) {
        assert!(self.unread.is_empty(), "{:?} were not read in the end", self.unread);
        assert!(self.anomalies.is_empty(), "{} anomalies", self.anomalies.len());
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, seed, took, history, .. } = self;
        writeln!(f, "\n{engine:?}, seed {seed}, {} s", took.as_secs())?;
        write!(f, "{}", Summary(history))?;
        writeln!(f, "  {} anomalies", self.anomalies.len())?;
        for (kind, count) in count(self.anomalies.iter().map(|anomaly| anomaly.kind)) {
            writeln!(f, "    {count:>8} {kind}")?;
        }
        for anomaly in self.anomalies.iter().take(SHOWN) {
            writeln!(f, "  {anomaly}")?;
        }
        Ok(())
    }
}

/// What was done, and what was broken.
pub struct Summary<'a>(pub &'a History);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let History { operations, faults } = self.0;
        let read: usize = operations.iter().map(|operation| operation.outcome.entries().len()).sum();
        writeln!(f, "  {} operations, {read} entries read", operations.len())?;
        for ((deed, outcome), count) in
            count(operations.iter().map(|it| (it.deed.name(), ending(&it.outcome))))
        {
            writeln!(f, "    {count:>8} {deed}: {outcome}")?;
        }
        writeln!(f, "  {} faults", faults.len())?;
        for (kind, count) in count(faults.iter().map(|fault| fault.kind)) {
            let lasted = |fault: &Fault| if fault.kind == kind { fault.healed - fault.began } else { 0 };
            let longest = faults.iter().map(lasted).max().unwrap_or_default();
            writeln!(f, "    {count:>8} {kind} (for {} ms at most)", longest / 1000)?;
        }
        Ok(())
    }
}

fn ending(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Posted { repeated: true, .. } => "acknowledged again".to_owned(),
        Outcome::Posted { .. } => "acknowledged".to_owned(),
        Outcome::Done | Outcome::Read { .. } | Outcome::LookedBack { .. } => "done".to_owned(),
        Outcome::Refused { status } => format!("refused with {status}"),
        Outcome::Unknown => "unknown".to_owned(),
    }
}

fn count<T: Ord>(things: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for thing in things {
        *counts.entry(thing).or_default() += 1;
    }
    counts
}
