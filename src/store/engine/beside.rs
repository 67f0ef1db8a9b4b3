//! Connections of commands that only read, beside whoever else uses the database.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{ConnectOptions, Connection as _};

use super::{Engine, START_TIMEOUT, migrations};
use crate::config::DatabaseLimits;
use crate::store::checkout::Budget;
use crate::store::clock::Clock;
use crate::store::error::OpenError;
use crate::store::pool::Pool;

/// Whoever runs a command ends it when it takes too long.
const NO_LIMIT: Duration = Duration::from_hours(24);

/// The time limits of a command.
pub(in crate::store) const OF_COMMANDS: Budget = Budget { wait: START_TIMEOUT, work: NO_LIMIT };
/// The same as a setting, with one connection for a snapshot and another beside it.
pub(in crate::store) const FOR_COMMANDS: DatabaseLimits =
    DatabaseLimits { connections: 2, timeout: NO_LIMIT };

impl Engine {
    /// A few connections that change nothing, neither what is in the database nor how it is kept.
    pub(in crate::store) fn pool_beside(
        &self,
        url: &str,
        clock: &Arc<Clock>,
    ) -> Result<Arc<Pool>, OpenError> {
        let init_sql = match self {
            Self::Sqlite(_) => "pragma busy_timeout = 5000; pragma query_only = on".to_owned(),
            Self::Postgres => self.init_sql(FOR_COMMANDS),
        };
        let options = self.options(url)?.disable_statement_logging();
        Ok(Pool::new(options, init_sql, FOR_COMMANDS.connections, None, Arc::clone(clock)))
    }

    /// # Errors
    /// When there is no database of Parlor, or one whose schema is not this program's.
    pub(in crate::store) async fn require_schema(&self, url: &str) -> Result<(), OpenError> {
        let name = self.place();
        if let Self::Sqlite(path) = self
            && !path.exists()
        {
            return Err(OpenError::new(format!(
                "there is no database at {name}: run this where Parlor runs, or set PARLOR_DATABASE_URL"
            )));
        }
        let mut connection = self.options(url)?.disable_statement_logging().connect().await?;
        let found = sqlx::query_scalar::<_, Option<i64>>("select max(version) from _sqlx_migrations")
            .fetch_one(&mut connection)
            .await;
        connection.close().await?;
        let found = found
            .map_err(|error| OpenError::new(format!("{name} is not a database of Parlor: {error}")))?
            .unwrap_or(0);
        let ours = migrations::newest(self);
        match found {
            _ if found == ours => Ok(()),
            _ if found > ours => Err(OpenError::new(format!(
                "a newer Parlor has used {name} (its schema has step {found}): run that one"
            ))),
            _ => Err(OpenError::new(format!(
                "an older Parlor has used {name}: start this one on it, which brings it up to date"
            ))),
        }
    }

    /// What it is called in a sentence. The URL may hold a password and is not quoted.
    pub(in crate::store) fn place(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres => "this PostgreSQL database".to_owned(),
        }
    }
}
