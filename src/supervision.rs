//! Supervision of background tasks: one that panics is restarted, and a shutdown waits for them to end.

use std::time::Duration;

use rocket::fairing::AdHoc;
use rocket::tokio::{self, sync::oneshot};

/// The delay before a restart: a task that panics at once must not keep a core busy, or fill the log.
const RESTART_DELAY: Duration = Duration::from_millis(200);

/// Runs a task until it returns, and again after every panic.
pub(crate) async fn supervised<F>(name: &str, mut task: impl FnMut() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    while let Err(ended) = tokio::spawn(task()).await {
        if !ended.is_panic() {
            return;
        }
        tracing::error!("the {name} task panicked, which is a bug in Parlor; restarting it");
        tokio::time::sleep(RESTART_DELAY).await;
    }
}

/// Has a shutdown wait, within its grace, until the sender of `ended` is dropped.
pub(crate) fn awaited_at_shutdown(name: &'static str, ended: oneshot::Receiver<()>) -> AdHoc {
    AdHoc::on_shutdown(name, move |rocket| {
        let grace = Duration::from_secs(rocket.config().shutdown.grace.into());
        Box::pin(async move {
            let _ = tokio::time::timeout(grace, ended).await;
        })
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[rocket::async_test]
    async fn a_task_that_panics_is_restarted_and_one_that_returns_is_not() {
        let started = Arc::<AtomicU32>::default();
        supervised("test", || {
            let started = Arc::clone(&started);
            async move { assert!(started.fetch_add(1, Ordering::Relaxed) == 2, "not yet") }
        })
        .await;
        assert_eq!(started.load(Ordering::Relaxed), 3);
    }
}
