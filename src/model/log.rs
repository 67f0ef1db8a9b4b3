//! Places in a log, and what readers claim to have seen.
//!
//! Every log, a room's and the house's, numbers its entries 1, 2, 3 … without a gap, and gives each a
//! random tag. A place is named by both: the number says how many entries came before, the tag says
//! *which*, so that a place from another history (before a restored backup) is recognised.

use super::Invalid;

/// What marks an entry as itself. Written as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(pub i64);

impl Tag {
    /// A tag no other entry has.
    #[must_use]
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

/// The place of an entry in its log; [`Position::START`] is the place before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// 1 for the first entry.
    pub seq: i64,
    /// The tag of that entry.
    pub tag: Tag,
}

impl Position {
    /// Before the first entry, in any history.
    pub const START: Self = Self { seq: 0, tag: Tag(0) };
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.seq, self.tag)
    }
}

/// How far a reader says it has read: `<seq>.<tag>`, or a bare `<seq>` from one that kept no tag.
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
        if seq.is_empty() || !seq.bytes().all(|b| b.is_ascii_digit()) {
            return Err(malformed());
        }
        let seq = seq.parse().map_err(|_| malformed())?;
        Ok(Self { seq, tag })
    }

    /// Whether this cursor stands at `position`. The start is the same place in every history.
    #[must_use]
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
        let position = Position { seq: 7, tag: Tag(-2) };
        assert_eq!(position.to_string(), "7.fffffffffffffffe");
        assert!(Cursor::parse(&position.to_string()).unwrap().is_at(position));
        assert!(Cursor::parse("7").unwrap().is_at(position));
        assert!(!Cursor::parse("7.0000000000000001").unwrap().is_at(position));
        assert!(!Cursor::parse("8").unwrap().is_at(position));
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
