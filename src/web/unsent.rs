//! Words that somebody wrote and that were not sent.

use std::fmt;

/// Words of a person, which no log is to show: Rocket formats the errors of guards.
#[derive(Clone)]
pub(super) struct Unsent(pub(super) String);

impl fmt::Debug for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unsent(…)")
    }
}
