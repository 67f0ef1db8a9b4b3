//! The house log: who is where, and what changed it.

use super::accounts::AccountId;
use super::log::Position;
use super::rooms::{RoomId, RoomLink};

/// One entry of the house log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place.
    pub position: Position,
    /// What happened.
    pub event: Event,
}

/// What can happen in the house.
#[derive(Clone, Debug)]
pub enum Event {
    /// Someone opened a room.
    Opened {
        /// The new room.
        room: RoomLink,
        /// Who made it, and may delete it.
        owner: Person,
    },
    /// The owner deleted a room, with everyone in it.
    Deleted {
        /// The room that was.
        room: RoomId,
        /// Who deleted it.
        by: String,
    },
    /// Someone came in.
    Joined {
        /// Who.
        person: Person,
        /// Where.
        room: RoomId,
    },
    /// Someone dismissed the notice that their room was deleted: they were in it until now, and nobody
    /// else is concerned.
    Dismissed {
        /// Who.
        account: AccountId,
    },
    /// Someone left.
    Left {
        /// Who.
        account: AccountId,
        /// Where they were.
        room: RoomId,
    },
    /// A session of this account ended.
    SessionEnded {
        /// Whose.
        account: AccountId,
    },
}
