//! What can be asked from the shell, and what comes of it: lines of JSON at the socket.

use serde::{Deserialize, Serialize};

/// What can be asked.
#[derive(Clone, Debug, clap::Subcommand, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// List people
    People {
        /// Only those whose names begin like this
        #[arg(default_value = "")]
        beginning: String,
    },
    /// List open rooms
    Rooms {
        /// Only those whose names begin like this
        #[arg(default_value = "")]
        beginning: String,
    },
    /// Log somebody out everywhere, and let them in no more
    Bar {
        /// Their name
        person: String,
    },
    /// Let somebody who is barred in again
    Unbar {
        /// Their name
        person: String,
    },
    /// Delete a room and all its messages
    DeleteRoom {
        /// Its number, or its name; '#2' is number 2 even where a room is named 2
        room: String,
    },
    /// Make a link with which somebody chooses a new password, once
    PasswordLink {
        /// Their name
        person: String,
    },
    /// Make somebody an admin
    MakeAdmin {
        /// Their name
        person: String,
    },
    /// Make an admin an ordinary person again
    RemoveAdmin {
        /// Their name
        person: String,
    },
    /// Log somebody out everywhere
    EndSessions {
        /// Their name
        person: String,
    },
    /// Make a link with which people create accounts
    Invite {
        /// How many
        #[arg(default_value = "1")]
        people: String,
    },
    /// Say who may create an account
    SignUp {
        /// Everybody, whoever is invited, or nobody
        #[arg(value_parser = ["open", "invited", "closed"])]
        who: String,
    },
    /// Show what admins did, the latest first
    Log {
        /// Only what came before this number
        #[arg(long, value_name = "NUMBER")]
        before: Option<i64>,
    },
}

impl Request {
    /// The word of its command, for the log: what else it holds are people's words.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::People { .. } => "people",
            Self::Rooms { .. } => "rooms",
            Self::Bar { .. } => "bar",
            Self::Unbar { .. } => "unbar",
            Self::DeleteRoom { .. } => "delete-room",
            Self::PasswordLink { .. } => "password-link",
            Self::MakeAdmin { .. } => "make-admin",
            Self::RemoveAdmin { .. } => "remove-admin",
            Self::EndSessions { .. } => "end-sessions",
            Self::Invite { .. } => "invite",
            Self::SignUp { .. } => "sign-up",
            Self::Log { .. } => "log",
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// It was done; lines to show.
    Done(Vec<String>),
    /// A link was made, and leads to this path on the site; what it is good for.
    Link { path: String, about: String },
    /// It was not done; why.
    Refused(String),
}
