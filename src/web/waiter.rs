//! Somebody who waits to be let in.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use rocket::Request;
use rocket::request::{FromRequest, Outcome};
use rocket::tokio::time::{Instant, timeout_at};

use super::client::ClientAddress;
use super::error::Error;

/// How long somebody waits in all: `deploy/nginx.conf` allows for more.
const WAIT_TIMEOUT: Duration = Duration::from_secs(12);

/// Whoever wants something that takes a password: for their turns at the name, at the database and at the hashing
/// together they have one deadline.
#[derive(Clone, Copy)]
pub(super) struct Waiter {
    pub(super) client: ClientAddress,
    until: Instant,
}

impl Waiter {
    /// Somebody who has just come.
    pub(super) fn new(client: ClientAddress) -> Self {
        Self { client, until: Instant::now() + WAIT_TIMEOUT }
    }

    /// Whoever sent `request`, since this was first asked.
    pub(super) fn of(request: &Request<'_>) -> Self {
        *request.local_cache(|| Self::new(ClientAddress::of(request)))
    }

    /// Waits for `turn` until the deadline.
    ///
    /// # Errors
    /// [`Error::TooManyLogIns`].
    pub(super) async fn waits_for<T>(self, turn: impl Future<Output = T>) -> Result<T, Error> {
        timeout_at(self.until, turn).await.map_err(|_| Error::TooManyLogIns)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Waiter {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Self::of(request))
    }
}
