//! The list of rooms, in pages.

use super::memberships::Whereabouts;
use super::rooms::Room;
use super::versions::ListVersion;

/// How many rooms are on a page of the list.
pub const ROOMS_A_PAGE: i64 = 100;

/// One page of the list of rooms, for one person.
pub struct ListPage {
    /// Its version.
    pub version: ListVersion,
    /// Which page, from 1.
    pub page: i64,
    /// How many pages there are, at least 1.
    pub pages: i64,
    /// Where the person is.
    pub whereabouts: Whereabouts,
    /// Latest coming or going first; the room the person is in is always among them.
    pub rooms: Vec<Room>,
}

/// How many pages `count` rooms fill, at least one.
pub fn pages(count: i64) -> i64 {
    (count + ROOMS_A_PAGE - 1).div_euclid(ROOMS_A_PAGE).max(1)
}
