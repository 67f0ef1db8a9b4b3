//! A concurrency limit that networks share: of one of them no more come to the line than there are slots, so that others
//! wait behind few of them, however many it sends.

use std::net::IpAddr;

use rocket::tokio::sync::{Semaphore, SemaphorePermit};

use super::client::ClientAddress;
use super::error::Error;
use super::keyed_semaphores::{KeyedPermit, KeyedSemaphores};

/// So many are under way at a time.
pub(super) struct FairSlots {
    of_network: KeyedSemaphores<IpAddr>,
    of_all: Semaphore,
}

/// Given back in this order.
pub(super) struct FairSlot<'a> {
    _of_all: SemaphorePermit<'a>,
    _of_network: KeyedPermit<'a, IpAddr>,
}

impl FairSlots {
    pub(super) fn new(slots: usize) -> Self {
        Self { of_network: KeyedSemaphores::new(slots), of_all: Semaphore::new(slots) }
    }

    /// Waits for a slot for `client`, for as long as that takes.
    pub(super) async fn next(&self, client: ClientAddress) -> Result<FairSlot<'_>, Error> {
        let of_network = self.of_network.acquire(client.network()).await;
        let of_all = self.of_all.acquire().await.map_err(|_| Error::Failed)?;
        Ok(FairSlot { _of_all: of_all, _of_network: of_network })
    }
}

#[cfg(test)]
mod tests {
    use rocket::futures::FutureExt;

    use super::*;

    #[rocket::async_test]
    async fn a_network_that_sends_many_has_no_more_than_the_slots_before_others() {
        let slots = FairSlots::new(4);
        let [many, other] = ["203.0.113.7", "198.51.100.1"].map(|text| ClientAddress(text.parse().unwrap()));
        let mut held: Vec<_> = (0..4).map(|_| slots.next(many).now_or_never().unwrap().ok()).collect();
        let mut crowd: Vec<_> = (0..100).map(|_| Box::pin(slots.next(many))).collect();
        assert!(crowd.iter_mut().all(|slot| slot.now_or_never().is_none()));
        let mut late = Box::pin(slots.next(other));
        assert!((&mut late).now_or_never().is_none(), "all are in use");
        held.pop();
        assert!(late.now_or_never().is_some(), "before all of the crowd");
    }
}
