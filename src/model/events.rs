//! The events of the site: who came into which room and left it, which rooms were created and deleted, whose sessions
//! ended.

use super::accounts::{AccountId, Person};
use super::rooms::{RoomId, RoomLink};

/// What can happen.
#[derive(Clone, Debug)]
pub enum Event {
    /// Someone created a room.
    RoomCreated {
        /// The new room.
        room: RoomLink,
        /// Who made it, and may delete it.
        owner: Person,
    },
    /// The owner deleted a room, with everyone in it.
    RoomDeleted {
        /// The room that was.
        room: RoomId,
        /// Who deleted it.
        by: String,
    },
    /// Someone came in.
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
    /// Someone left.
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
