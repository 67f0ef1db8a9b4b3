//! Why a request was not done, and how that is reported (RFC 9457).
//!
//! | what | status | `type`, after `/problems/` |
//! |---|---|---|
//! | the rules | as [`words`] says | `logged-out`, `no-such-room`, … |
//! | no such page | 404 | `not-found` |
//! | something typed wrongly | 422 | `invalid` |
//! | a body that cannot be read | 400, 413, 415 | `malformed`, `too-large`, `unsupported-media-type` |
//! | a form sent from another site | 403 | `cross-site` |
//! | what else the framework forbids | 403 | `forbidden` |
//! | too many log-ins at once, too much of one account or address | 429 | `too-many-requests` |
//! | more requests at once than can be served | 503 | `unavailable` |
//! | something else than the database failed | 503 | `unavailable` |
//! | the database does not answer | 503 | `unavailable` |
//! | anything else | 500 | `internal` |
//!
//! A guard or handler that fails leaves a [`Problem`] with the request; the catchers render it, as a
//! page or as JSON.

use parking_lot::Mutex;
use rocket::Request;
use rocket::http::Status;
use rocket::outcome::Outcome;
use rocket::request;
use rocket::response::{Responder, Result};
use serde::Serialize;

use super::refusals::words;
use super::too_many::{TooMany, seconds};
use super::unsent::Unsent;
use crate::model::rooms::RoomLink;
use crate::model::{Invalid, Refusal};
use crate::store;

/// In how many seconds to try again after a refusal for overload. Spread, so that those who were refused do not
/// come back together, and long enough that refusing them leaves time for the others: it costs time, too.
fn spread_retry_after() -> u32 {
    rand::random_range(1..=5)
}

/// What kept a request from being done.
#[derive(Clone, Debug)]
pub(super) enum Error {
    /// A refusal by the rules.
    Refused(Refusal),
    /// Something typed wrongly.
    Invalid(Invalid),
    /// A body that is not what its type says.
    Malformed(&'static str),
    /// A body of another type; the type that is wanted.
    UnsupportedMediaType(&'static str),
    /// A body over the limit.
    TooLarge,
    /// No such page.
    NotFound,
    /// A form of another site.
    CrossSite,
    /// Too much in too short a time.
    TooMany(TooMany),
    /// More log-ins than this machine can check, or than the database has slots for.
    TooManyLogIns,
    /// More requests than can be served, which has been logged.
    Busy,
    /// The database failed, which has been logged.
    Unavailable,
    /// Something else failed, which has been logged.
    Failed,
    /// A refusal of words someone wrote, who should get them back.
    Unsent(Box<Error>, Unsent),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Refused(refusal) => Self::Refused(refusal),
            store::Error::Failed(ref failure) => {
                tracing::error!("{error}");
                if failure.is_overload() { Self::Busy } else { Self::Unavailable }
            }
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        tracing::error!("an answer could not be written: {error}");
        Self::Failed
    }
}

/// Problem details, and what the pages need beside them.
#[derive(Clone, Default, Serialize)]
pub(super) struct Problem {
    #[serde(rename = "type")]
    kind: String,
    pub(super) title: &'static str,
    pub(super) status: u16,
    pub(super) detail: String,
    /// The room the person is in instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<RoomLink>,
    /// The name of the room that was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<String>,
    /// Who deleted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// In how many seconds to try again, where the problem is expected to pass.
    #[serde(skip)]
    pub(super) retry_after: Option<u32>,
    /// Words that were not sent.
    #[serde(skip)]
    pub(super) unsent: Option<String>,
    /// Which rule refused it, if one did.
    #[serde(skip)]
    pub(super) refusal: Option<Refusal>,
}

impl Problem {
    fn new(status: Status, kind: &str, title: &'static str, detail: impl Into<String>) -> Self {
        let (kind, detail) = (format!("/problems/{kind}"), detail.into());
        Self { kind, title, status: status.code, detail, ..Self::default() }
    }

    fn unavailable(detail: &str) -> Self {
        Self::new(Status::ServiceUnavailable, "unavailable", "Not available", detail)
    }

    /// Of what is expected to succeed when it is tried again.
    fn temporary(error: &Error) -> Self {
        match error {
            Error::TooManyLogIns => Self::new(
                Status::TooManyRequests,
                "too-many-requests",
                "Too many at once",
                "Many people are logging in right now. Please try again in a moment.",
            )
            .retry_in(spread_retry_after()),
            Error::Busy => Self::unavailable(
                "More people are asking than can be answered at once. Please try again in a moment.",
            )
            .retry_in(spread_retry_after()),
            Error::Failed => {
                Self::unavailable("Parlor can’t do this right now. Please try again in a moment.").retry_in(1)
            }
            _ => {
                Self::unavailable("Parlor can’t answer right now. Please try again in a moment.").retry_in(1)
            }
        }
    }

    fn retry_in(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// What a status says by itself, when the framework refused and not a rule.
    pub(super) fn of_status(status: Status) -> Self {
        match status.code {
            400 => Error::Malformed("The request cannot be read.").into(),
            401 => Refusal::LoggedOut.into(),
            403 => Self::new(status, "forbidden", "Not allowed", "You can’t do that."),
            404 => Error::NotFound.into(),
            413 => Error::TooLarge.into(),
            415 => Error::UnsupportedMediaType("of another type").into(),
            422 => Self::new(
                status,
                "invalid",
                "Not accepted",
                "Something in the request is not as it should be.",
            ),
            429 => Error::TooManyLogIns.into(),
            503 => Error::Unavailable.into(),
            _ => Self::new(
                status,
                "internal",
                "Something went wrong",
                "That is our fault, not yours. Please try again; what was sent before is safe.",
            ),
        }
    }

    /// What the request has been refused for, or else what `status` says.
    pub(super) fn of_request(request: &Request<'_>, status: Status) -> Self {
        let attached = attached(request).lock().clone();
        attached.filter(|problem| problem.status == status.code).unwrap_or_else(|| Self::of_status(status))
    }

    fn inside(mut self, inside: Option<RoomLink>) -> Self {
        self.inside = inside;
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, kind, title, detail) = words(&refusal);
        let problem = Self { refusal: Some(refusal.clone()), ..Self::new(status, kind, title, detail) };
        match refusal {
            Refusal::RoomDeleted { room, by } => Self { room: Some(room), by: Some(by), ..problem },
            Refusal::NotAMember { inside } => problem.inside(inside),
            Refusal::InsideAnother(room) => problem.inside(Some(room)),
            Refusal::TooManyGuesses { wait } => problem.retry_in(seconds(wait)),
            _ => problem,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Invalid(invalid) => {
                Self::new(Status::UnprocessableEntity, "invalid", "Not accepted", invalid.to_string())
            }
            Error::Malformed(detail) => Self::new(Status::BadRequest, "malformed", "Not understood", detail),
            Error::UnsupportedMediaType(wanted) => Self::new(
                Status::UnsupportedMediaType,
                "unsupported-media-type",
                "Wrong type",
                format!("The body must be {wanted}."),
            ),
            Error::TooLarge => {
                Self::new(Status::PayloadTooLarge, "too-large", "Too large", "That is more than 64 KiB.")
            }
            Error::NotFound => {
                Self::new(Status::NotFound, "not-found", "Not found", "There is nothing at this address.")
            }
            Error::CrossSite => Self::new(
                Status::Forbidden,
                "cross-site",
                "Sent from another site",
                "This was sent from another site and has not been done.",
            ),
            Error::TooMany(it) => {
                Self::new(Status::TooManyRequests, "too-many-requests", "Too many at once", it.detail())
                    .retry_in(seconds(it.wait))
            }
            Error::TooManyLogIns | Error::Busy | Error::Unavailable | Error::Failed => {
                Self::temporary(&error)
            }
            Error::Unsent(error, words) => Self { unsent: Some(words.0), ..Self::from(*error) },
        }
    }
}

impl Error {
    /// The same refusal, with words that should not be lost.
    pub(super) fn with_unsent(self, words: impl Into<String>) -> Self {
        Self::Unsent(Box::new(self), Unsent(words.into()))
    }

    /// Leaves the reason with the request, where the catcher finds it. The last one left is reported.
    pub(super) fn attach(&self, request: &Request<'_>) -> Status {
        let problem = Problem::from(self.clone());
        let status = Status::new(problem.status);
        *attached(request).lock() = Some(problem);
        status
    }

    /// Ends a guard.
    pub(super) fn refuse<T>(self, request: &Request<'_>) -> request::Outcome<T, ()> {
        Outcome::Error((self.attach(request), ()))
    }
}

/// Why a request is refused.
pub(super) type Attached = Mutex<Option<Problem>>;

pub(super) fn attached<'r>(request: &'r Request<'_>) -> &'r Attached {
    request.local_cache(Attached::default)
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> Result<'static> {
        Err(self.attach(request))
    }
}
