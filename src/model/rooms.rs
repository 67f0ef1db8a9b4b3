//! Rooms and their names.

use std::ops::Deref;

use serde::Serialize;
use unicode_normalization::char::is_combining_mark;

use super::accounts::Person;
use super::invalid::Invalid;
use super::log::LogEnd;
use super::names::{MARKS_MAX, Name, NameKeys, has_piled_marks};
use super::text::{compose, has_visible, is_ignorable, is_joiner};
use super::versions::PeopleVersion;

/// The most characters a room's name may have.
pub const ROOM_NAME_MAX: usize = 60;

/// A room's number. Never used again, not even after the room is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct RoomId(pub i64);

impl std::fmt::Display for RoomId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A room as others refer to it: enough for a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomLink {
    /// Its number.
    pub id: RoomId,
    /// Its name.
    pub name: String,
}

/// An open room as the list shows it.
#[derive(Clone, Debug)]
pub struct Room {
    /// Which.
    pub room: RoomLink,
    /// Who made it.
    pub owner: Person,
    /// How many people are inside.
    pub inside: i64,
    /// The names of some of them, those whose accounts are oldest: at most [`NAMED`].
    pub named: Vec<String>,
    /// Where its log ends.
    pub end: LogEnd,
    /// The version of its people: the latest coming or going in it.
    pub people_version: PeopleVersion,
}

/// How many of those inside a room the list names.
pub const NAMED: usize = 3;

/// A room's name; what it is compared by is that of open rooms.
#[derive(Clone, Debug)]
pub struct RoomName(Name);

impl RoomName {
    /// One line of 1 to [`ROOM_NAME_MAX`] characters with something to see in it; runs of white space
    /// count as one space.
    ///
    /// # Errors
    /// When `typed` is empty, too long, or holds control or invisible characters.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        if typed.chars().any(|c| c.is_control() || (is_ignorable(c) && !is_joiner(c))) {
            return Err(Invalid::new("A room’s name is one line without control characters."));
        }
        let shown = compose(&typed.split_whitespace().collect::<Vec<_>>().join(" "));
        if !has_visible(&shown) {
            return Err(Invalid::new("Please give the room a name."));
        }
        if shown.starts_with(is_combining_mark) || has_piled_marks(&shown) {
            return Err(Invalid::new(format!(
                "Marks in a room’s name stand on a letter, at most {MARKS_MAX} on each."
            )));
        }
        if shown.chars().count() > ROOM_NAME_MAX {
            return Err(Invalid::new(format!("A room’s name has at most {ROOM_NAME_MAX} characters.")));
        }
        let keys = NameKeys::of(&shown);
        Ok(Self(Name::new(shown, keys)))
    }
}

impl Deref for RoomName {
    type Target = Name;

    fn deref(&self) -> &Name {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_name_is_one_visible_line() {
        assert_eq!(RoomName::parse("  Tea   &  cake ").unwrap().shown(), "Tea & cake");
        assert!(RoomName::parse("👩‍👩‍👧 family").is_ok());
        for name in
            ["", " \u{3000} ", "a\nb", "a\0", "\u{200b}", "\u{200d}", "a\u{202e}b", "\u{2800}", "\u{301}"]
        {
            assert!(RoomName::parse(name).is_err(), "{name:?}");
        }
        assert!(RoomName::parse("हिन्दी שָׁלוֹם Việt").is_ok());
        assert!(RoomName::parse(&format!("Z{}", "\u{301}".repeat(50))).is_err());
        assert!(RoomName::parse(&"字".repeat(ROOM_NAME_MAX)).is_ok());
        assert!(RoomName::parse(&"字".repeat(ROOM_NAME_MAX + 1)).is_err());
    }

    #[test]
    fn letter_case_does_not_make_another_room() {
        let key = |name: &str| RoomName::parse(name).unwrap().keys().folded().to_owned();
        assert_eq!(key("TEA"), key("tea"));
        assert_eq!(key("tea\u{fe0f}"), key("tea"), "what cannot be seen makes no other room either");
    }
}
