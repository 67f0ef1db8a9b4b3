//! The limit on open files (`RLIMIT_NOFILE`): each connection takes one.

use std::io;

use rlimit::Resource;

use crate::config::Config;
use crate::store::{RESERVE, Store};

/// How many files are open besides connections: of the log, the runtime, standard streams.
const OTHER_FILES: u64 = 64;
/// How many files a connection to SQLite opens: the database, its log, and the shared-memory index.
const PER_CONNECTION: u64 = 3;

/// Sets the soft limit to the hard limit but for the [`RESERVE`]. The usual soft limit, 1,024, would allow fewer than
/// 1,000 people.
pub fn raise_limit() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX).and_then(keep_reserve) {
        tracing::warn!(
            "cannot raise the limit on open files, so fewer people can be connected at once: {error}"
        );
    }
}

/// Takes the reserve from a limit of which it is a small part.
fn keep_reserve(limit: u64) -> io::Result<()> {
    let hard = Resource::NOFILE.get_hard()?;
    if limit < 4 * RESERVE {
        return Ok(());
    }
    Resource::NOFILE.set(limit.min(hard - RESERVE), hard)
}

/// How many clients can be connected at once.
pub(crate) fn room_for_clients(config: &Config) -> u64 {
    let limit = Resource::NOFILE.get_soft().unwrap_or(u64::MAX);
    let connections = config.database_connections + Store::BESIDE_REQUESTS;
    let beyond_reserve = (PER_CONNECTION * u64::from(connections)).saturating_sub(RESERVE);
    limit.saturating_sub(OTHER_FILES + beyond_reserve)
}
