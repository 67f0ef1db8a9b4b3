//! Versions: what a page names to ask whether there is anything newer. Pages and handlers only pass them on.

use super::log::{Cursor, Position};

/// How the version that a page names compares with the newest that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// It is that one.
    Same,
    /// There is a newer one, or the page names none.
    Older,
    /// It is newer, or of another history.
    Newer,
}

macro_rules! version {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(Position);

        impl $name {
            /// The version of which `position` is the latest event.
            pub fn at(position: Position) -> Self {
                Self(position)
            }

            /// The latest event in it.
            pub fn position(self) -> Position {
                self.0
            }

            /// How the one that a page names compares with this one.
            pub fn age_of(self, seen: Option<Cursor>) -> Age {
                match seen {
                    Some(seen) if seen.is_at(self.0) => Age::Same,
                    Some(seen) if seen.seq > self.0.seq => Age::Newer,
                    _ => Age::Older,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

version! {
    /// A version of the list of rooms: changed by every coming or going, creation and deletion.
    ListVersion
}

version! {
    /// A version of the people in a room: changed by every coming or going there.
    PeopleVersion
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_newest_an_older_or_one_that_is_not_known() {
        let version = ListVersion::at(Position::new(7, 1));
        let age = |seen: &str| version.age_of(Some(Cursor::parse(seen).unwrap()));
        assert_eq!(age(&version.to_string()), Age::Same);
        assert_eq!(age("6"), Age::Older);
        assert_eq!(age("7.0000000000000002"), Age::Older, "another history");
        assert_eq!(age("8"), Age::Newer);
        assert_eq!(version.age_of(None), Age::Older);
    }
}
