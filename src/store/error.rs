//! How a call to the store can fail.

use std::io;
use std::sync::Arc;

use crate::model::Refusal;

/// What came back instead of an answer.
#[derive(Clone, Debug)]
pub enum Error {
    /// The rules say no; nothing was changed.
    Refused(Refusal),
    /// The database could not be asked, or did not answer.
    Failed(Failure),
}

/// Why the database was not asked, or did not answer.
#[derive(Clone, Debug)]
pub enum Failure {
    /// So many of these wait that one more could not be served in time.
    QueueFull(&'static str),
    /// One of these has waited for as long as it may.
    WaitedTooLong(&'static str),
    /// What the database, or the line to it, says.
    Database(Arc<sqlx::Error>),
    /// What was read cannot be written as JSON.
    Json(Arc<serde_json::Error>),
}

/// The error of an answer that did not come in time.
pub(super) fn timed_out() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "no answer in time"))
}

/// PostgreSQL's code for a statement that has waited too long for a lock.
const LOCK_TIMEOUT: &str = "55P03";
/// PostgreSQL's code for a statement that took too long.
const STATEMENT_TIMEOUT: &str = "57014";

/// The codes of PostgreSQL (<https://www.postgresql.org/docs/15/errcodes-appendix.html>) after which the
/// same may succeed: serialization failure, deadlock, a server that is going down or coming up.
const TRANSIENT: [&str; 5] = ["40001", "40P01", "57P01", "57P02", "57P03"];

impl Error {
    /// Whether trying the whole transaction again may help: after [`TRANSIENT`], and when a connection was lost
    /// on the way, even at COMMIT: every write may be repeated. What has timed out is not tried again, be it
    /// here, at a lock or at the server: there would be no time left for it.
    pub(super) fn is_transient(&self) -> bool {
        let Self::Failed(Failure::Database(error)) = self else { return false };
        match &**error {
            sqlx::Error::Database(error) => error.code().is_some_and(|code| TRANSIENT.contains(&&*code)),
            sqlx::Error::Io(error) => error.kind() != io::ErrorKind::TimedOut,
            _ => false,
        }
    }
}

impl Failure {
    /// Whether more came than could be served. Who has waited for too long may have waited for something slow.
    pub fn is_overload(&self) -> bool {
        matches!(self, Self::QueueFull(_))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(Failure::Database(Arc::new(error)))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(Failure::Json(Arc::new(error)))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "refused: {refusal:?}"),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let error = match self {
            Self::QueueFull(what) => return write!(f, "too many {what} at once: refused without waiting"),
            Self::WaitedTooLong(what) => return write!(f, "too many {what} at once: timed out waiting"),
            Self::Json(error) => return write!(f, "an answer could not be written: {error}"),
            Self::Database(error) => error,
        };
        match error.as_database_error().and_then(|error| error.code()).as_deref() {
            Some(LOCK_TIMEOUT) => write!(f, "the database was slow: waited too long for a lock ({error})"),
            Some(STATEMENT_TIMEOUT) => write!(f, "the database was slow: a statement timed out ({error})"),
            _ => write!(f, "the database failed: {error}"),
        }
    }
}

impl std::error::Error for Error {}

/// Why the database could not be opened: a sentence for the person who runs Parlor.
#[derive(Debug)]
pub struct OpenError(String);

impl OpenError {
    pub(super) fn new(reason: String) -> Self {
        Self(reason)
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self(format!("the database cannot be opened: {error}"))
    }
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self(format!("the database cannot be used: {error}"))
    }
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OpenError {}
