//! A reserve of open files for the database: when connections of clients have taken all others, those who are connected
//! are served all the same.
//!
//! Rocket accepts whatever the soft limit allows for, so that is set below the hard one
//! ([`open_files`](crate::open_files)), and raised only while a connection to the database is made. A client that comes
//! in that moment may take one of the reserve; while there is nothing left, Rocket tries four times a second.

use parking_lot::Mutex;
use rlimit::Resource;

/// How many files clients cannot take.
pub const RESERVE: u64 = 48;

/// How many hold the reserve open, and what the soft limit is otherwise. The limit is the process's, and so is this.
static OPEN: Mutex<(usize, u64)> = Mutex::new((0, 0));

/// The reserve may be used for as long as this lives.
pub(super) struct OpenReserve(());

impl OpenReserve {
    pub(super) fn new() -> Self {
        let mut open = OPEN.lock();
        if open.0 == 0
            && let Ok((soft, hard)) = Resource::NOFILE.get()
        {
            open.1 = soft;
            set(soft.saturating_add(RESERVE).min(hard));
        }
        open.0 += 1;
        Self(())
    }
}

impl Drop for OpenReserve {
    fn drop(&mut self) {
        let mut open = OPEN.lock();
        open.0 -= 1;
        if open.0 == 0 {
            set(open.1);
        }
    }
}

fn set(soft: u64) {
    let set = Resource::NOFILE.get_hard().and_then(|hard| Resource::NOFILE.set(soft.min(hard), hard));
    if let Err(error) = set {
        tracing::warn!("the limit on open files cannot be changed: {error}");
    }
}
