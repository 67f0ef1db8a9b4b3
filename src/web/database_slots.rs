//! A concurrency limit for log-ins at the database: a class that comes at once would else spend the time that every
//! checkout has on waiting for each other's.

use std::ops::Deref;

use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::{Request, State};

use super::error::Error;
use super::fair_slots::{FairSlot, FairSlots};
use super::waiter::Waiter;
use crate::store::Store;

/// How many of those who want in are at the database at a time.
pub(super) struct DatabaseSlots(FairSlots);

impl DatabaseSlots {
    pub(super) fn new() -> Self {
        Self(FairSlots::new(4))
    }
}

/// The database for one of those.
pub(super) struct QueuedStore<'r> {
    store: &'r Store,
    slots: &'r DatabaseSlots,
    waiter: Waiter,
}

/// The database, and a slot there for as long as this lives. Who waits for anything else meanwhile stops the others,
/// and for a second slot perhaps themselves: not to be made where a `match` or an `if let` looks at what comes of it,
/// since it lives to the end of that.
pub(super) struct StoreWithSlot<'a> {
    store: Store,
    _slot: FairSlot<'a>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for QueuedStore<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        Outcome::Success(Self {
            store: try_outcome!(request.guard::<&Store>().await),
            slots: try_outcome!(request.guard::<&State<DatabaseSlots>>().await),
            waiter: Waiter::of(request),
        })
    }
}

impl QueuedStore<'_> {
    /// The database, when there is a slot for this request. However long it has waited for that, and for its
    /// password to be hashed, what it asks has the time that other requests have.
    pub(super) async fn slot(&self) -> Result<StoreWithSlot<'_>, Error> {
        let slot = self.waiter.waits_for(self.slots.0.next(self.waiter.client)).await??;
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
