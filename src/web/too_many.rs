//! Refusals for doing too much in too short a time, in words.

use std::borrow::Cow;
use std::time::Duration;

/// Something that was refused for being one too many, and after how long it would not be.
#[derive(Clone, Debug)]
pub(super) struct TooMany {
    pub(super) what: Limited,
    pub(super) wait: Duration,
}

/// What there may be only so many of in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limited {
    Posts,
    Searches,
    Joins,
    Rooms,
    SignUps,
    Downloads,
    Requests,
}

impl TooMany {
    /// A sentence on what was too much, and one on when to try again.
    pub(super) fn detail(&self) -> String {
        let what = match self.what {
            Limited::Posts => "You sent many messages in a short time.",
            Limited::Searches => "You searched many times in a short time.",
            Limited::Joins => "You joined many rooms in a short time.",
            Limited::Rooms => "You created many rooms in a short time.",
            Limited::SignUps => "Many accounts were created from your network in a short time.",
            Limited::Downloads => "You are downloading two files already.",
            Limited::Requests => "Too many requests came from your network.",
        };
        format!("{what} Please try again in {}.", in_words(self.wait))
    }
}

/// In how many seconds to try again after `wait`: at least one, and never too early.
pub(super) fn seconds(wait: Duration) -> u32 {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(seconds.max(1)).unwrap_or(u32::MAX)
}

/// `wait` for people, never too short: `a second`, `45 seconds`, `a minute`, `2 minutes`.
pub(super) fn in_words(wait: Duration) -> Cow<'static, str> {
    match seconds(wait) {
        1 => "a second".into(),
        seconds @ ..60 => format!("{seconds} seconds").into(),
        60 => "a minute".into(),
        seconds => format!("{} minutes", seconds.div_ceil(60)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(wait: Duration) -> TooMany {
        TooMany { what: Limited::Rooms, wait }
    }

    #[test]
    fn it_is_never_tried_again_too_early() {
        for (milliseconds, in_seconds, words) in [
            (0, 1, "a second"),
            (1, 1, "a second"),
            (1000, 1, "a second"),
            (1001, 2, "2 seconds"),
            (59_000, 59, "59 seconds"),
            (59_001, 60, "a minute"),
            (60_001, 61, "2 minutes"),
            (900_000, 900, "15 minutes"),
        ] {
            let wait = Duration::from_millis(milliseconds);
            assert_eq!((seconds(wait), &*in_words(wait)), (in_seconds, words));
        }
    }

    #[test]
    fn a_person_reads_what_was_too_much_and_when_to_try_again() {
        let words = |seconds| refused(Duration::from_secs(seconds)).detail();
        assert_eq!(words(1), "You created many rooms in a short time. Please try again in a second.");
        assert_eq!(words(30), "You created many rooms in a short time. Please try again in 30 seconds.");
        assert_eq!(words(91), "You created many rooms in a short time. Please try again in 2 minutes.");
    }
}
