//! Versions: what a page names to ask whether there is anything newer. Pages and handlers only pass them on.

use super::digits::digits;
use super::invalid::Invalid;
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

fn age(newest: Position, seen: Option<Cursor>) -> Age {
    match seen {
        Some(seen) if seen.is_at(newest) => Age::Same,
        Some(seen) if seen.seq > newest.seq => Age::Newer,
        _ => Age::Older,
    }
}

/// A version of the people in a room: changed by every coming or going there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeopleVersion(Position);

impl PeopleVersion {
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
        age(self.0, seen)
    }
}

impl std::fmt::Display for PeopleVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A version of a page of the list of rooms: changed by every coming or going anywhere, creation and deletion, and now
/// and then by what was said in its rooms. Between two events the same rooms are on a page and no log gets shorter, so
/// that the sum of their entries tells an earlier state from a later one, whichever instance counts. Those of one's own
/// room beside the page are counted apart, as each of the two may be announced when the other is not.
///
/// Another history with the same head of the event log and fewer entries goes unseen by an open list until something
/// new happens: to ask the database whenever a page has seen *more* would cost a query a poll where instances lag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListVersion {
    events: Position,
    entries: i64,
    own_entries: i64,
}

impl ListVersion {
    /// The version of which `position` is the latest event, before anything was said.
    pub fn at(position: Position) -> Self {
        Self { events: position, entries: 0, own_entries: 0 }
    }

    /// The same when the logs of the page's rooms have so many entries.
    pub fn with_entries(self, entries: i64) -> Self {
        Self { entries, ..self }
    }

    /// The same when the log of one's own room, which is not on the page, has so many.
    pub fn with_own_entries(self, own_entries: i64) -> Self {
        Self { own_entries, ..self }
    }

    /// How the one that a page names compares with this one. Less said than the page has seen is nothing new.
    pub fn age_of(self, seen: Option<SeenList>) -> Age {
        let less = |seen: SeenList| seen.entries < self.entries || seen.own_entries < self.own_entries;
        match age(self.events, seen.map(|seen| seen.events)) {
            Age::Same if seen.is_some_and(less) => Age::Older,
            age => age,
        }
    }
}

impl std::fmt::Display for ListVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{}", self.events, self.entries, self.own_entries)
    }
}

/// The version of the list that a page says it has: `<cursor>-<entries>-<entries of one's own room>`, or the
/// beginning of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenList {
    events: Cursor,
    entries: i64,
    own_entries: i64,
}

impl SeenList {
    /// Reads it.
    ///
    /// # Errors
    /// When it is not that.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let (events, entries) = text.split_once('-').unwrap_or((text, "0"));
        let (entries, own_entries) = entries.split_once('-').unwrap_or((entries, "0"));
        let number =
            |text| digits(text).ok_or_else(|| Invalid::new("A version of the list ends with numbers."));
        let (entries, own_entries) = (number(entries)?, number(own_entries)?);
        Ok(Self { events: Cursor::parse(events)?, entries, own_entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_newest_an_older_or_one_that_is_not_known() {
        let version = PeopleVersion::at(Position::new(7, 1));
        let age = |seen: &str| version.age_of(Some(Cursor::parse(seen).unwrap()));
        assert_eq!(age(&version.to_string()), Age::Same);
        assert_eq!(age("6"), Age::Older);
        assert_eq!(age("7.0000000000000002"), Age::Older, "another history");
        assert_eq!(age("8"), Age::Newer);
        assert_eq!(version.age_of(None), Age::Older);
    }

    #[test]
    fn what_was_said_makes_a_list_newer_between_two_events() {
        let version = ListVersion::at(Position::new(7, 1)).with_entries(30).with_own_entries(5);
        let age = |seen: &str| version.age_of(Some(SeenList::parse(seen).unwrap()));
        assert_eq!(age(&version.to_string()), Age::Same);
        assert_eq!(age("7-29-5"), Age::Older);
        assert_eq!(age("7-31-5"), Age::Same, "another instance has read further");
        assert_eq!(age("7-31-4"), Age::Older, "in one's own room");
        assert_eq!(age("7-30"), Age::Older);
        assert_eq!(age("7"), Age::Older);
        assert_eq!(age("6-31"), Age::Older);
        assert_eq!(age("8-1"), Age::Newer);
        for malformed in ["", "-", "7-", "7-x", "7--1", "7-+1", "7-1-", "7-1-x", "7-1-1-1", "x-1"] {
            assert!(SeenList::parse(malformed).is_err(), "{malformed:?}");
        }
    }
}
