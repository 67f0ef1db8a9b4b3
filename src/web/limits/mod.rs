//! Limits: how much one account or one address may do in a time.
//!
//! They are counted in memory, by each instance for itself: with n instances a limit is n times as high. What has to be true of all together, how many rooms and how many sessions an account has, is read by the
//! store in the transaction that adds one.

mod buckets;
mod requests;

use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use rocket::outcome::try_outcome;
use rocket::request::{self, FromRequest};
use rocket::{Request, State};

use self::buckets::Buckets;
use super::client::ClientAddress;
use super::error::{Attached, Error, attached};
use super::too_many::{Limited, TooMany};
use crate::config::UsageLimits;
use crate::model::accounts::AccountId;

pub(super) use requests::{limited, too_many};

/// What is left of each limit to each account and address.
pub(super) struct Limits {
    posts: Buckets<AccountId>,
    searches: Buckets<AccountId>,
    joins: Buckets<AccountId>,
    rooms: Buckets<AccountId>,
    sign_ups: Buckets<IpAddr>,
    requests: Buckets<IpAddr>,
}

impl Limits {
    /// Full buckets.
    pub(super) fn new(limits: &UsageLimits) -> Self {
        Self {
            posts: Buckets::new(limits.posts),
            // A search costs the database about as much as a post, and somebody types it as well.
            searches: Buckets::new(limits.posts),
            joins: Buckets::new(limits.joins),
            rooms: Buckets::new(limits.rooms),
            sign_ups: Buckets::new(limits.sign_ups),
            requests: Buckets::new(limits.requests),
        }
    }
}

/// In the signature of a handler: that what it does is limited. It takes a token once it is known that only the
/// database can still refuse, so that what was mistyped costs none. A repeated send does, since it costs a
/// transaction like any other; who repeats one has waited for the answer, and by that time there is a token more.
pub(super) struct Allowance<'r> {
    limits: &'r Limits,
    attached: &'r Attached,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Allowance<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let limits = try_outcome!(request.guard::<&State<Limits>>().await);
        request::Outcome::Success(Self { limits, attached: attached(request) })
    }
}

impl Allowance<'_> {
    /// For one message of `account`.
    pub(super) fn post(&self, account: AccountId) -> Result<(), Error> {
        self.noted(Limited::Posts, take(&self.limits.posts, account))
    }

    /// For one search of `account`.
    pub(super) fn search(&self, account: AccountId) -> Result<(), Error> {
        self.noted(Limited::Searches, take(&self.limits.searches, account))
    }

    /// For joining one room.
    pub(super) fn join(&self, account: AccountId) -> Result<(), Error> {
        self.noted(Limited::Joins, take(&self.limits.joins, account))
    }

    /// For creating one room.
    pub(super) fn room(&self, account: AccountId) -> Result<(), Error> {
        self.noted(Limited::Rooms, take(&self.limits.rooms, account))
    }

    /// For creating one account from `client`.
    pub(super) fn sign_up(&self, client: ClientAddress) -> Result<(), Error> {
        self.noted(Limited::SignUps, take(&self.limits.sign_ups, client.network()))
    }

    /// Where the answer is a page with the form, it says when to try again too.
    fn noted(&self, what: Limited, taken: Result<(), Duration>) -> Result<(), Error> {
        taken.map_err(|wait| {
            let error = Error::TooMany(TooMany { what, wait });
            *self.attached.lock() = Some(error.clone().into());
            error
        })
    }
}

fn take<K: Eq + Hash>(buckets: &Buckets<K>, key: K) -> Result<(), Duration> {
    buckets.take(key, Instant::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASS: i64 = 200;
    const TABS: i64 = 3;

    #[test]
    fn a_class_behind_one_address_meets_no_limit() {
        let (limits, now) = (Limits::new(&UsageLimits::default()), Instant::now());
        let school: IpAddr = "198.51.100.7".parse().unwrap();
        for pupil in (0..CLASS).map(AccountId) {
            assert!(limits.sign_ups.take(school, now).is_ok());
            assert!(limits.joins.take(pupil, now).is_ok());
            assert!((0..10).all(|_| limits.posts.take(pupil, now).is_ok()));
        }
        // All open their pages at once, each with some style sheets and scripts; then each tab polls once a second, and asks
        // once more because somebody has come.
        assert!((0..CLASS * TABS * 6).all(|_| limits.requests.take(school, now).is_ok()));
        for second in (1..=600).map(|second| now + Duration::from_secs(second)) {
            assert!((0..CLASS * TABS * 2).all(|_| limits.requests.take(school, second).is_ok()));
        }
    }

    #[test]
    fn one_account_or_address_meets_them() {
        let (limits, now) = (Limits::new(&UsageLimits::default()), Instant::now());
        let address: IpAddr = "198.51.100.7".parse().unwrap();
        let account = AccountId(1);
        let in_a_minute = |take: &dyn Fn(Instant) -> bool| {
            (0..60_000).filter(|millisecond| take(now + Duration::from_millis(*millisecond))).count()
        };
        assert_eq!(in_a_minute(&|now| limits.posts.take(account, now).is_ok()), 10 + 59);
        assert_eq!(in_a_minute(&|now| limits.rooms.take(account, now).is_ok()), 10 + 1);
        assert_eq!(in_a_minute(&|now| limits.joins.take(account, now).is_ok()), 20 + 29);
        assert_eq!(in_a_minute(&|now| limits.sign_ups.take(address, now).is_ok()), 300 + 19);
    }
}
