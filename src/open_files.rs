//! The limit on open files (`RLIMIT_NOFILE`): each connection takes one.

use rlimit::Resource;

use crate::config::Config;
use crate::store::Store;

/// How many files are open besides connections: of the log, the runtime, standard streams.
const OTHER_FILES: u64 = 64;
/// How many files a connection to SQLite opens: the database, its log, and the shared-memory index.
const PER_CONNECTION: u64 = 3;

/// Raises the soft limit to the hard limit. The usual soft limit, 1,024, would allow fewer than 1,000 people.
pub fn raise_limit() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(
            "cannot raise the limit on open files, so fewer people can be connected at once: {error}"
        );
    }
}

/// How many clients can be connected at once.
pub(crate) fn room_for_clients(config: &Config) -> u64 {
    let limit = Resource::NOFILE.get_soft().unwrap_or(u64::MAX);
    let connections = config.database_connections + Store::BESIDE_REQUESTS;
    limit.saturating_sub(OTHER_FILES + PER_CONNECTION * u64::from(connections))
}
