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
    Joins,
    Rooms,
    SignUps,
    Requests,
}

impl TooMany {
    /// In how many seconds to try again: at least one, and never too early.
    pub(super) fn seconds(&self) -> u32 {
        let seconds = self.wait.as_secs() + u64::from(self.wait.subsec_nanos() > 0);
        u32::try_from(seconds.max(1)).unwrap_or(u32::MAX)
    }

    /// A sentence on what was too much, and one on when to try again.
    pub(super) fn detail(&self) -> String {
        let (what, again) = match self.what {
            Limited::Posts => ("You sent many messages in a short time.", "send this one again"),
            Limited::Joins => ("You joined many rooms in a short time.", "try again"),
            Limited::Rooms => ("You created many rooms in a short time.", "try again"),
            Limited::SignUps => {
                ("Many accounts were created from your network in a short time.", "try again")
            }
            Limited::Requests => ("Parlor is asked too much at once from your network.", "try again"),
        };
        format!("{what} Please {again} in {}.", in_words(self.seconds()))
    }
}

/// `1 second`, `45 seconds`, `2 minutes`.
fn in_words(seconds: u32) -> Cow<'static, str> {
    match seconds {
        1 => "a second".into(),
        2..=90 => format!("{seconds} seconds").into(),
        _ => format!("{} minutes", seconds.div_ceil(60)).into(),
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
        for (milliseconds, seconds) in [(1, 1), (1000, 1), (1001, 2), (59_999, 60)] {
            assert_eq!(refused(Duration::from_millis(milliseconds)).seconds(), seconds);
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
