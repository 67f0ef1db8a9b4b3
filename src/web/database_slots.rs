//! A concurrency limit for log-ins at the database: a class that comes at once would else spend the time that every
//! checkout has on waiting for each other's. Of one network no more come to that line than there are slots, so that
//! others wait behind few of them, however many it sends.

use std::net::IpAddr;
use std::ops::Deref;

use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::tokio::sync::{Semaphore, SemaphorePermit};
use rocket::{Request, State};

use super::error::Error;
use super::keyed_semaphores::{KeyedPermit, KeyedSemaphores};
use super::waiter::Waiter;
use crate::store::Store;

/// How many of those who want in are at the database at a time.
pub(super) struct DatabaseSlots {
    of_network: KeyedSemaphores<IpAddr>,
    of_all: Semaphore,
}

impl DatabaseSlots {
    const SLOTS: usize = 4;

    pub(super) fn new() -> Self {
        Self { of_network: KeyedSemaphores::new(Self::SLOTS), of_all: Semaphore::new(Self::SLOTS) }
    }

    async fn next(&self, network: IpAddr) -> Result<Slot<'_>, Error> {
        let of_network = self.of_network.acquire(network).await;
        let of_all = self.of_all.acquire().await.map_err(|_| Error::Failed)?;
        Ok(Slot { _of_all: of_all, _of_network: of_network })
    }
}

/// The database for one of those.
pub(super) struct QueuedStore<'r> {
    store: &'r Store,
    slots: &'r DatabaseSlots,
    waiter: Waiter,
}

/// Given back in this order.
struct Slot<'a> {
    _of_all: SemaphorePermit<'a>,
    _of_network: KeyedPermit<'a, IpAddr>,
}

/// The database, and a slot there for as long as this lives. Who waits for anything else meanwhile stops the others,
/// and for a second slot perhaps themselves: not to be made where a `match` or an `if let` looks at what comes of it,
/// since it lives to the end of that.
pub(super) struct StoreWithSlot<'a> {
    store: Store,
    _slot: Slot<'a>,
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
        let slot = self.waiter.waits_for(self.slots.next(self.waiter.client.network())).await??;
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

#[cfg(test)]
mod tests {
    use rocket::futures::FutureExt;

    use super::*;

    #[rocket::async_test]
    async fn a_network_that_sends_many_has_no_more_than_the_slots_before_others() {
        let slots = DatabaseSlots::new();
        let [many, other] = ["203.0.113.7", "198.51.100.1"].map(|text| text.parse().unwrap());
        let mut held: Vec<_> = (0..DatabaseSlots::SLOTS).map(|_| slots.next(many)).collect();
        let mut held: Vec<_> = held.drain(..).map(|slot| slot.now_or_never().unwrap().ok()).collect();
        let mut crowd: Vec<_> = (0..100).map(|_| Box::pin(slots.next(many))).collect();
        assert!(crowd.iter_mut().all(|slot| slot.now_or_never().is_none()));
        let mut late = Box::pin(slots.next(other));
        assert!((&mut late).now_or_never().is_none(), "all are in use");
        held.pop();
        assert!(late.now_or_never().is_some(), "before all of the crowd");
    }
}
