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
    /// Whether trying the whole transaction again may help: deadlocks, serialization failures and
    /// time-outs of locks and statements, a server that is going down or coming up (PostgreSQL's
    /// SQLSTATEs), a busy file (SQLite's code 5), and a connection lost on the way, even at COMMIT: every
    /// write may be repeated. A missed deadline is the end of the visit.
    pub(super) fn is_passing(&self) -> bool {
        let Self::Failed(error) = self else { return false };
        match &**error {
            sqlx::Error::Database(error) => error.code().is_some_and(|code| PASSING.contains(&&*code)),
            sqlx::Error::Io(error) => error.kind() != std::io::ErrorKind::TimedOut,
            _ => false,
        }
    }
}

/// The codes of PostgreSQL (<https://www.postgresql.org/docs/15/errcodes-appendix.html>) and SQLite
/// (<https://sqlite.org/rescode.html>) that pass.
const PASSING: [&str; 9] = ["40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "25P03", "5"];

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
