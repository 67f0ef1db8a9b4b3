//! A concurrency limit for log-ins at the database: a class that comes at once would else spend the time that every
//! checkout has on waiting for each other's.

use std::ops::Deref;

use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::tokio::sync::{Semaphore, SemaphorePermit};
use rocket::tokio::time::timeout;
use rocket::{Request, State};

use super::error::Error;
use super::passwords;
use crate::store::Store;

/// How many of those who want in are at the database at a time.
pub(super) struct DatabaseSlots(Semaphore);

impl DatabaseSlots {
    const SLOTS: usize = 4;

    pub(super) fn new() -> Self {
        Self(Semaphore::new(Self::SLOTS))
    }
}

/// The database for one of those.
pub(super) struct QueuedStore<'r> {
    store: &'r Store,
    slots: &'r DatabaseSlots,
}

/// The database, and a slot there for as long as this lives. Who waits for anything else meanwhile stops the others,
/// and for a second slot perhaps themselves: not to be made where a `match` or an `if let` looks at what comes of it,
/// since it lives to the end of that.
pub(super) struct StoreWithSlot<'a> {
    store: Store,
    _slot: SemaphorePermit<'a>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for QueuedStore<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        Outcome::Success(Self {
            store: try_outcome!(request.guard::<&Store>().await),
            slots: try_outcome!(request.guard::<&State<DatabaseSlots>>().await),
        })
    }
}

impl QueuedStore<'_> {
    /// The database, when there is a slot for this request. However long it has waited for that, and for its
    /// password to be hashed, what it asks has the time that other requests have.
    pub(super) async fn slot(&self) -> Result<StoreWithSlot<'_>, Error> {
        let slot = timeout(passwords::TIMEOUT, self.slots.0.acquire()).await;
        let slot = slot.map_err(|_| Error::TooManyLogIns)?.map_err(|_| Error::Failed)?;
        Ok(StoreWithSlot { store: self.store.for_page(), _slot: slot })
    }

    /// The database without a slot.
    pub(super) fn at_once(&self) -> Store {
        self.store.for_page()
    }
}

impl Deref for StoreWithSlot<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}
