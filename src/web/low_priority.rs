//! Work that takes milliseconds of a core, on threads of its own, as many as there are cores, which make way for all
//! others: what is answered at once is answered at once beside any amount of it. Who waits for it takes turns with
//! other addresses ([`FairQueue`]).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use rocket::tokio::sync::oneshot;

use super::client::ClientAddress;
use super::fair_queue::{FairQueue, Full};

/// How nice these threads are, of 19: whatever else a core has to do gets three times as much of it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Threads that work in memory of the type `M`, which each of them has of its own and keeps.
pub(super) struct LowPriority<M> {
    count: usize,
    queue: Arc<FairQueue<Job<M>>>,
}

type Job<M> = Box<dyn FnOnce(&mut M) + Send>;

impl<M: Default + 'static> LowPriority<M> {
    /// Threads of this name: for each of them at most so many of one address may wait, and so many in all.
    ///
    /// # Errors
    /// When the system has no more threads.
    pub(super) fn new(name: &str, per_address: usize, in_all: usize) -> Result<Self, String> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let threads = Self { count, queue: Arc::new(FairQueue::new(count * per_address, count * in_all)) };
        for _ in 0..count {
            let queue = Arc::clone(&threads.queue);
            let started = thread::Builder::new().name(name.to_owned()).spawn(move || work(&queue));
            started.map_err(|error| format!("no thread for {name}: {error}"))?;
        }
        Ok(threads)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Has a job done for `client`. What comes of it is not sent if the job panics or [`LowPriority::stop`] comes
    /// before it, and it is not done if nobody waits for that any more.
    ///
    /// # Errors
    /// When too many wait.
    pub(super) fn start<T: Send + 'static>(
        &self,
        client: ClientAddress,
        job: impl FnOnce(&mut M) -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, Full> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move |memory: &mut M| {
            if !answer.is_closed() {
                let _ = answer.send(job(memory));
            }
        });
        self.queue.push(client, job)?;
        Ok(answered)
    }

    /// Does nothing from now on.
    pub(super) fn stop(&self) {
        self.queue.close();
    }
}

impl<M> Drop for LowPriority<M> {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// What a thread does. A job that panics has been reported by the panic itself, and costs no thread.
fn work<M: Default>(queue: &FairQueue<Job<M>>) {
    // Where niceness is the whole process's, nobody makes way: what comes meanwhile waits for its time slice.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!("log-ins and large pages do not make way for other requests: {error}");
    }
    let mut memory = M::default();
    while let Some(job) = queue.next() {
        let _ = catch_unwind(AssertUnwindSafe(|| job(&mut memory)));
    }
}
