//! What is asked of a database before anything is kept in it.

use sqlx::AnyConnection;

use crate::store::OpenError;

/// The first SQLite without the WAL-reset corruption (<https://sqlite.org/wal.html#walresetbug>).
const SQLITE_OLDEST: (u32, u32, u32) = (3, 51, 3);

/// # Errors
/// When this SQLite can corrupt its file.
pub(super) async fn sqlite(connection: &mut AnyConnection) -> Result<(), OpenError> {
    let (version,): (String,) = sqlx::query_as("select sqlite_version()").fetch_one(connection).await?;
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    let found = (next(), next(), next());
    if found < SQLITE_OLDEST {
        return Err(OpenError::new(format!(
            "SQLite {version} can corrupt its file; 3.51.3 or later is needed"
        )));
    }
    Ok(())
}
