//! The event log's events: members who joined or left, rooms created or deleted, sessions ended.

use super::accounts::{AccountId, Person};
use super::rooms::{RoomId, RoomLink};

/// An event of the site.
#[derive(Clone, Debug)]
pub enum Event {
    /// Someone created a room.
    RoomCreated {
        /// The new room.
        room: RoomLink,
        /// Who made it, and may delete it.
        owner: Person,
    },
    /// Its owner or an admin deleted a room, with everyone in it.
    RoomDeleted {
        /// The room that was.
        room: RoomId,
        /// Who deleted it.
        by: String,
    },
    /// Someone joined a room.
    MemberJoined {
        /// Who.
        person: Person,
        /// Where.
        room: RoomId,
    },
    /// Someone dismissed the notice that their room was deleted: they were in it until now, and nobody
    /// else is concerned.
    NoticeDismissed {
        /// Who.
        account: AccountId,
    },
    /// Someone left their room.
    MemberLeft {
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
