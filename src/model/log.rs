//! The entries of an append-only log, their positions, and the cursors of clients.
//!
//! Every log, a room's and the event log, numbers its entries 1, 2, 3 … without a gap, and gives each a
//! random tag. A position is both: the number says how many entries came before, the tag says *which*, so that
//! a position of another history (before a restored backup) is recognised.

use super::digits::digits;
use super::invalid::Invalid;
use super::timestamp::Timestamp;

/// An element of a log.
#[derive(Clone, Debug)]
pub struct Entry<E> {
    /// Its position.
    pub position: Position,
    /// When it was stored.
    pub at: Timestamp,
    /// What happened.
    pub event: E,
}

/// Entries that do not continue what is known of their log: it is another history, or some are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Discontinued;

/// What follows `last` among `entries`, which were read from the entry at `last` on, or from the first at the start.
///
/// # Errors
/// When the entry at `last` is not there or is another one, or when one is missing after it.
pub fn continuing<E>(last: Position, mut entries: Vec<Entry<E>>) -> Result<Vec<Entry<E>>, Discontinued> {
    if last.seq > 0 {
        if entries.first().is_none_or(|seen| seen.position != last) {
            return Err(Discontinued);
        }
        entries.remove(0);
    }
    let mut end = last;
    for entry in &entries {
        end = end.next(entry.position)?;
    }
    Ok(entries)
}

/// What marks an entry as itself. Written as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(pub i64);

impl Tag {
    /// A tag no other entry has.
    pub fn random() -> Self {
        Self(rand::random())
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let bits = digits.then(|| u64::from_str_radix(text, 16).ok())??;
        Some(Self(bits.cast_signed()))
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0.cast_unsigned())
    }
}

/// The number and the tag of an entry; [`Position::START`] is the position before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// 1 for the first entry.
    pub seq: i64,
    /// The tag of that entry.
    pub tag: Tag,
}

impl Position {
    /// Before the first entry, in any history.
    pub const START: Self = Self::new(0, 0);

    /// The position of number `seq` and tag `tag`, as the database has them.
    pub const fn new(seq: i64, tag: i64) -> Self {
        Self { seq, tag: Tag(tag) }
    }

    /// `next`, if that is the position right after this one.
    ///
    /// # Errors
    /// When it is another.
    pub fn next(self, next: Self) -> Result<Self, Discontinued> {
        if next.seq == self.seq + 1 { Ok(next) } else { Err(Discontinued) }
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.seq, self.tag)
    }
}

/// Where a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// Its head.
    pub head: Position,
    /// When its latest message was stored; nothing where there is none.
    pub at: Option<Timestamp>,
}

/// How far a client says it has read: `<seq>.<tag>`, or a bare `<seq>` from one that kept no tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The number of the last entry seen; 0 when none was.
    pub seq: i64,
    tag: Option<Tag>,
}

impl Cursor {
    /// Nothing seen yet.
    pub const START: Self = Self { seq: 0, tag: None };

    /// Reads `<seq>` or `<seq>.<tag>`.
    ///
    /// # Errors
    /// When it is neither: a broken cursor is never taken for the start.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let malformed = || Invalid::new("A cursor reads <number> or <number>.<16 hexadecimal digits>.");
        let (seq, tag) = match text.split_once('.') {
            Some((seq, tag)) => (seq, Some(Tag::parse(tag).ok_or_else(malformed)?)),
            None => (text, None),
        };
        Ok(Self { seq: digits(seq).ok_or_else(malformed)?, tag })
    }

    /// Whether this cursor is at `position`. The start is the same in every history.
    pub fn is_at(&self, position: Position) -> bool {
        self.seq == position.seq && (self.seq == 0 || self.tag.is_none_or(|tag| tag == position.tag))
    }
}

impl From<Position> for Cursor {
    fn from(position: Position) -> Self {
        Self { seq: position.seq, tag: Some(position.tag) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_reads_back_as_a_cursor_at_it() {
        let position = Position::new(7, -2);
        assert_eq!(position.to_string(), "7.fffffffffffffffe");
        assert!(Cursor::parse(&position.to_string()).unwrap().is_at(position));
        assert!(Cursor::parse("7").unwrap().is_at(position));
        assert!(!Cursor::parse("7.0000000000000001").unwrap().is_at(position));
        assert!(!Cursor::parse("8").unwrap().is_at(position));
    }

    #[test]
    fn only_what_continues_a_log_is_taken() {
        let entry = |(seq, tag)| Entry { position: Position::new(seq, tag), at: Timestamp(0), event: () };
        let after = |last, read: &[(i64, i64)]| {
            let following = continuing(last, read.iter().copied().map(entry).collect())?;
            Ok(following.iter().map(|entry| entry.position.seq).collect::<Vec<_>>())
        };
        assert_eq!(after(Position::START, &[(1, 7), (2, 8)]), Ok(vec![1, 2]));
        assert_eq!(after(Position::START, &[(2, 8)]), Err(Discontinued));
        assert_eq!(after(Position::new(2, 8), &[(2, 8), (3, 9)]), Ok(vec![3]));
        assert_eq!(after(Position::new(2, 8), &[(2, 8)]), Ok(vec![]));
        assert_eq!(after(Position::new(2, 8), &[(2, 7), (3, 9)]), Err(Discontinued), "another history");
        assert_eq!(after(Position::new(2, 8), &[(2, 8), (4, 9)]), Err(Discontinued), "one is missing");
        assert_eq!(after(Position::new(2, 8), &[]), Err(Discontinued), "the log is shorter");
    }

    #[test]
    fn a_broken_cursor_is_refused() {
        for text in
            ["", ".", "-1", "+1", "1.", "1.abc", "1.+000000000000001", " 1", "1e3", "9223372036854775808"]
        {
            assert!(Cursor::parse(text).is_err(), "{text:?}");
        }
    }
}
