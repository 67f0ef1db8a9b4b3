//! What is cleared away in the background: messages of deleted rooms, sessions that have expired.

use std::time::Duration;

use super::{Error, Store};

/// How long the sweeper rests when there is nothing left to do.
const REST: Duration = Duration::from_mins(1);

/// Sweeps for ever, in steps small enough not to be felt. Any instance may do it, also all at once.
pub async fn run(store: Store) {
    loop {
        if let Err(error) = sweep(&store).await {
            log::warn!("clearing away failed, to be tried again: {error}");
        }
        tokio::time::sleep(REST).await;
    }
}

async fn sweep(store: &Store) -> Result<(), Error> {
    while store.end_expired_session().await? {}
    while store.sweep().await? {}
    Ok(())
}
