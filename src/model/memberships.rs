//! Memberships: which room an account is in, and the notice that it was deleted.

use super::accounts::Person;
use super::rooms::{RoomId, RoomLink};
use super::versions::PeopleVersion;

/// Who is in a room.
pub struct People {
    /// Who they are, in no order.
    pub members: Vec<Person>,
    /// The version of this list.
    pub version: PeopleVersion,
}

/// Where an account is: in one room at most, or in a deleted one whose notice is not yet dismissed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// In no room.
    Nowhere,
    /// In this room, page open or not.
    Inside(RoomLink),
    /// In a room that has been deleted since; the notice is shown until it is dismissed.
    InDeletedRoom(Notice),
}

/// The notice for someone whose room was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The room that was.
    pub room: RoomLink,
    /// Who deleted it.
    pub by: String,
}

impl Whereabouts {
    /// The open room this person is in.
    pub fn inside(&self) -> Option<&RoomLink> {
        match self {
            Self::Inside(room) => Some(room),
            Self::Nowhere | Self::InDeletedRoom(_) => None,
        }
    }

    /// The notice this person has yet to dismiss.
    pub fn notice(&self) -> Option<&Notice> {
        match self {
            Self::InDeletedRoom(notice) => Some(notice),
            Self::Nowhere | Self::Inside(_) => None,
        }
    }

    /// Whether this person is in the open room `id`.
    pub fn is_inside(&self, id: RoomId) -> bool {
        self.inside().is_some_and(|room| room.id == id)
    }
}
