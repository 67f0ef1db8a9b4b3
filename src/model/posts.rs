//! What is sent into a room: messages, and changes of them.

use super::changes::{RoomEntry, Wish};
use super::messages::Body;
use super::nonces::Nonce;
use super::rooms::RoomId;
use super::sessions::TokenHash;

/// Something on its way into a room's log.
#[derive(Clone)]
pub struct Post {
    /// Whose session sends it.
    pub token: TokenHash,
    /// The room it is for.
    pub room: RoomId,
    /// What makes a repeated send the same entry.
    pub nonce: Nonce,
    /// What is sent.
    pub content: Content,
    /// When the message was sent that a change is about, as the protocol writes it, if who sends the change says so: in a
    /// log that was replaced by a backup of it, the number may be another message's.
    pub about_sent_at: Option<String>,
}

/// What is sent.
#[derive(Clone)]
pub enum Content {
    /// A message.
    Message(Body),
    /// Another text for a message.
    Edit {
        /// The number of the message.
        about: i64,
        /// The text.
        body: Body,
    },
    /// That a message be deleted.
    Delete {
        /// The number of the message.
        about: i64,
    },
}

impl Content {
    /// The text that is sent, if it has one.
    pub fn body(&self) -> Option<&str> {
        match self {
            Self::Message(body) | Self::Edit { body, .. } => Some(body.as_str()),
            Self::Delete { .. } => None,
        }
    }

    /// Of a change, the number of the message that it is about, and what it wants of it.
    pub fn change(&self) -> Option<(i64, Wish)> {
        match self {
            Self::Message(_) => None,
            Self::Edit { about, .. } => Some((*about, Wish::Edit)),
            Self::Delete { about } => Some((*about, Wish::Delete)),
        }
    }
}

/// What was sent and is on disk.
#[derive(Clone)]
pub struct Posted {
    /// Its entry.
    pub entry: RoomEntry,
    /// Whether an earlier send with the same nonce had stored it.
    pub repeated: bool,
    /// Whether who sent it is in the room now: a repeated send is answered outside too.
    pub inside: bool,
}
