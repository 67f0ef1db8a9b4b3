//! Why something was not done, as pages and as the JSON protocol say it.

use super::reply::Reply;

/// A refusal by the rules of Parlor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    LoggedOut,
    NoSuchRoom,
    Deleted { room: String, by: String },
    NotInside { here: Option<String> },
    NotTheOwner,
    NonceReused,
    NoSuchMessage,
    NotYours,
    MessageDeleted,
    Conflict,
}

impl Refusal {
    /// As a page says it.
    pub fn on_a_page(&self) -> Reply {
        Reply::Refused(match self {
            Self::LoggedOut => 401,
            Self::NoSuchRoom | Self::NoSuchMessage => 404,
            Self::Deleted { .. } => 410,
            Self::NotInside { .. } | Self::NotTheOwner | Self::NotYours => 403,
            Self::NonceReused | Self::MessageDeleted | Self::Conflict => 409,
        })
    }

    /// As the JSON protocol says it.
    pub fn as_problem(&self) -> Reply {
        let (status, name, mentions) = match self.clone() {
            Self::LoggedOut => (401, "logged-out", Vec::new()),
            Self::NoSuchRoom => (404, "no-such-room", Vec::new()),
            Self::Deleted { room, by } => (410, "room-deleted", vec![room, by]),
            Self::NotInside { here } => (403, "not-a-member", here.into_iter().collect()),
            Self::NonceReused => (409, "nonce-reused", Vec::new()),
            Self::NoSuchMessage => (404, "no-such-message", Vec::new()),
            Self::NotYours => (403, "not-yours", Vec::new()),
            Self::MessageDeleted => (409, "message-deleted", Vec::new()),
            Self::NotTheOwner | Self::Conflict => unreachable!("only pages say so"),
        };
        Reply::Problem { status, name, mentions }
    }
}
