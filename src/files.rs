//! Open files: each connection is one, and the operating system has a limit for them.

use rlimit::Resource;

use crate::config::Config;
use crate::store::Store;

/// How many files are open beside connections: the log, the threads' own, standard streams.
const OTHERS: u64 = 64;
/// How many files a connection to SQLite opens: the database, its log, and what is shared with others.
const A_CONNECTION: u64 = 3;

/// Raises the limit as far as it may be. The usual one, 1,024, is for programs of another time.
pub fn raise_limit() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!("the limit of open files cannot be raised: {error}");
    }
}

/// How many clients can be connected at once.
pub(crate) fn room_for_clients(config: &Config) -> u64 {
    let limit = Resource::NOFILE.get_soft().unwrap_or(u64::MAX);
    let connections = config.database_connections + Store::BESIDE_REQUESTS;
    limit.saturating_sub(OTHERS + A_CONNECTION * u64::from(connections))
}
