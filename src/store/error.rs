//! How a call to the store can fail.

use std::sync::Arc;

use crate::model::Refusal;

/// What came back instead of an answer.
#[derive(Clone, Debug)]
pub enum Error {
    /// The rules say no; nothing was changed.
    Refused(Refusal),
    /// The database could not be asked, or did not answer.
    Failed(Arc<sqlx::Error>),
}

impl Error {
    /// Whether trying the whole transaction again may help: deadlocks, serialization failures and lock
    /// timeouts (PostgreSQL's SQLSTATE 40001, 40P01, 55P03), a busy file (SQLite's code 5), and a
    /// connection lost on the way, even at COMMIT: every write may be repeated.
    pub(super) fn is_passing(&self) -> bool {
        let Self::Failed(error) = self else { return false };
        match &**error {
            sqlx::Error::Database(error) => {
                matches!(error.code().as_deref(), Some("40001" | "40P01" | "55P03" | "5"))
            }
            error => matches!(error, sqlx::Error::Io(_)),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(Arc::new(error))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "refused: {refusal:?}"),
            Self::Failed(error) => write!(f, "the database failed: {error}"),
        }
    }
}

impl std::error::Error for Error {}
