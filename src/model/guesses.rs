//! Wrong passwords: what they are counted for, how many are free, how long somebody waits after more, and how that
//! fades.
//!
//! | counted for | free | forgiven |
//! |---|---|---|
//! | a name, whether or not somebody has it | a few (the setting `guesses_per_account`) | one in 15 minutes |
//! | an account in a browser that knows it | as many | likewise |
//! | the network they come from, of browsers that do not know the account | the setting `guesses_per_address` | one in 36 s |

use std::time::Duration;

use super::timestamp::Timestamp;

/// The wait after the first wrong password that is not free. It doubles with each that follows…
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// …up to this.
pub const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// How many wrong ones beyond the free ones lead to the longest wait. More of them are not counted.
const TO_THE_LONGEST: u32 = 11;

/// What a wrong password is counted for, as a keyed digest: nobody can tell from it who was guessed at, or from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GuessKey(pub [u8; 32]);

/// How many are free, and how soon they are forgiven.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    free: u32,
    forgiven_in: Duration,
}

/// How many wrong passwords are free; where there is no number, there are no waits.
#[derive(Clone, Copy, Debug)]
pub struct Allowances {
    /// For a name, or for an account in a browser.
    pub of_account: Option<Allowance>,
    /// For a network.
    pub of_network: Option<Allowance>,
}

/// What is remembered of wrong passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guesses {
    /// When all of them will be forgiven. Each moves it on.
    pub forgiven_at: Timestamp,
    /// No password is looked at before.
    pub blocked_until: Timestamp,
}

impl Allowance {
    /// For a name, or for an account in a browser. With the longest wait it is four an hour, however long somebody
    /// goes on.
    const fn of_account(free: u32) -> Self {
        Self { free, forgiven_in: LONGEST_WAIT }
    }

    /// For a network: a hundred an hour, however long somebody goes on.
    const fn of_network(free: u32) -> Self {
        Self { free, forgiven_in: Duration::from_secs(36) }
    }

    /// When the last of as many as are counted is forgiven.
    fn last_forgiven(self, now: Timestamp) -> Timestamp {
        now.after(self.forgiven_in * (self.free + TO_THE_LONGEST))
    }
}

impl Allowances {
    /// As the settings have them: 0 for no waits.
    pub fn new(per_account: u32, per_address: u32) -> Self {
        Self {
            of_account: (per_account > 0).then(|| Allowance::of_account(per_account)),
            of_network: (per_address > 0).then(|| Allowance::of_network(per_address)),
        }
    }
}

impl Guesses {
    /// Nothing is remembered.
    pub const NONE: Self = Self { forgiven_at: Timestamp(0), blocked_until: Timestamp(0) };

    /// How long nobody may try.
    pub fn wait(self, now: Timestamp) -> Option<Duration> {
        millis_from(now, self.believed(now).blocked_until).map(Duration::from_millis)
    }

    /// How many wrong ones are not forgiven.
    pub fn count(self, now: Timestamp, allowance: Allowance) -> u32 {
        let forgiven_at = self.forgiven_at.min(allowance.last_forgiven(now));
        let left = Duration::from_millis(millis_from(now, forgiven_at).unwrap_or_default());
        let count = left.as_millis().div_ceil(allowance.forgiven_in.as_millis());
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// After one more.
    pub fn after_wrong(self, now: Timestamp, allowance: Allowance) -> Self {
        let forgiven_at =
            self.forgiven_at.max(now).after(allowance.forgiven_in).min(allowance.last_forgiven(now));
        let count = Self { forgiven_at, ..self }.count(now, allowance);
        let blocked_until = match count.checked_sub(allowance.free + 1) {
            Some(doublings) => now.after(FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)),
            // Another instance's clock may be a little behind.
            None => Timestamp(0),
        };
        Self { forgiven_at, blocked_until: blocked_until.max(self.believed(now).blocked_until) }
    }

    /// Without a wait that only a clock can have led to that was ahead, and by more than two instances may differ: it
    /// would last for as long.
    fn believed(self, now: Timestamp) -> Self {
        let is_believed = self.blocked_until <= now.after(LONGEST_WAIT * 2);
        Self { blocked_until: if is_believed { self.blocked_until } else { Timestamp(0) }, ..self }
    }

    /// With so many forgiven.
    pub fn less(self, count: u32, allowance: Allowance) -> Self {
        Self { forgiven_at: self.forgiven_at.before(allowance.forgiven_in * count), ..self }
    }
}

fn millis_from(now: Timestamp, then: Timestamp) -> Option<u64> {
    u64::try_from(then.0 - now.0).ok().filter(|millis| *millis > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000_000);
    const FIVE: Allowance = Allowance::of_account(5);

    /// How many seconds each of so many wrong ones has to wait, each tried as soon as it may be, and when that is.
    fn waits(mut guesses: Guesses, mut now: Timestamp, count: usize) -> (Vec<u64>, Guesses, Timestamp) {
        let mut waits = Vec::new();
        for _ in 0..count {
            guesses = guesses.after_wrong(now, FIVE);
            let wait = guesses.wait(now).unwrap_or_default();
            waits.push(wait.as_secs());
            now = now.after(wait);
        }
        (waits, guesses, now)
    }

    #[test]
    fn waits_begin_after_the_free_ones_and_double_up_to_the_longest() {
        let (waits, ..) = waits(Guesses::NONE, START, 18);
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 900, 900]);
    }

    #[test]
    fn what_a_clock_has_left_that_was_ahead_keeps_nobody_out() {
        let (_, ahead, _) = waits(Guesses::NONE, START.after(Duration::from_hours(24 * 365)), 20);
        assert_eq!((ahead.wait(START), ahead.count(START, FIVE)), (None, 5 + TO_THE_LONGEST));
        let next = ahead.after_wrong(START, FIVE);
        assert_eq!(next.wait(START), Some(LONGEST_WAIT));
        assert_eq!(next.count(START.after(Duration::from_hours(4)), FIVE), 0, "forgiven");
    }

    #[test]
    fn who_never_stops_has_four_an_hour() {
        let (_, guesses, now) = waits(Guesses::NONE, START, 20);
        let day = now.after(Duration::from_hours(24));
        let (mut guesses, mut now, mut tries) = (guesses, now, 0);
        while now < day {
            guesses = guesses.after_wrong(now, FIVE);
            now = now.after(guesses.wait(now).unwrap());
            tries += 1;
        }
        assert_eq!(tries, 96);
    }

    #[test]
    fn what_was_wrong_is_forgiven_by_and_by() {
        let (_, guesses, now) = waits(Guesses::NONE, START, 5);
        assert_eq!(guesses.count(now, FIVE), 5);
        assert_eq!(guesses.count(now.after(LONGEST_WAIT), FIVE), 4);
        let later = now.after(LONGEST_WAIT * 2);
        assert_eq!(waits(guesses, later, 3).0, [0, 0, 1], "two are free again");
        assert_eq!(guesses.count(now.after(LONGEST_WAIT * 5), FIVE), 0);
        assert_eq!(guesses.less(4, FIVE).count(now, FIVE), 1);
    }

    #[test]
    fn many_at_the_same_moment_lead_to_no_more_than_the_longest_wait() {
        let network = Allowance::of_network(100);
        let flood = (0..2000).fold(Guesses::NONE, |guesses, _| guesses.after_wrong(START, network));
        assert_eq!(flood.wait(START), Some(LONGEST_WAIT));
        let over = START.after(LONGEST_WAIT);
        assert_eq!(flood.wait(over), None);
        assert!(flood.count(over, network) < 100, "and then some are free again");
    }
}
