//! What is cleared away in the background: messages of deleted rooms, sessions that have expired.

use std::time::Duration;

use super::{Error, Store};

/// How long the sweeper rests when there is nothing left to do.
const REST: Duration = Duration::from_mins(1);

/// Sweeps until the stop, in steps small enough not to be felt. Any instance may do it, also all at once.
pub async fn run(store: Store, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        let rest = match step(&store).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => REST,
            Err(error) => {
                tracing::warn!("cleanup of deleted rooms failed, will retry: {error}");
                REST
            }
        };
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Says whether there was anything to clear away.
async fn step(store: &Store) -> Result<bool, Error> {
    Ok(store.end_expired_session().await? || store.sweep().await?)
}
