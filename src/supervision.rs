//! Tasks that must not end: one that panics is restarted.

use std::time::Duration;

use rocket::tokio;

/// How long after a panic: one that panics at once must not fill a core, or the log.
const PAUSE: Duration = Duration::from_millis(200);

/// Runs a task until it ends by itself, and anew after every panic.
pub(crate) async fn supervised<F>(name: &str, mut task: impl FnMut() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    while let Err(ended) = tokio::spawn(task()).await {
        if !ended.is_panic() {
            return;
        }
        tracing::error!("the {name} has panicked, which is a fault of Parlor, and is restarted");
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[rocket::async_test]
    async fn a_task_that_panics_is_started_anew_and_one_that_ends_is_not() {
        let started = Arc::<AtomicU32>::default();
        supervised("test", || {
            let started = Arc::clone(&started);
            async move { assert!(started.fetch_add(1, Ordering::Relaxed) == 2, "not yet") }
        })
        .await;
        assert_eq!(started.load(Ordering::Relaxed), 3);
    }
}
