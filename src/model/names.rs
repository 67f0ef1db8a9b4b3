//! Names, of a person or a room: the keys they are compared by (case folding, confusables), and reserved words.

use super::text::{bound_marks, fold, skeleton};

/// The most marks that a letter of a name carries (UTS 39, section 5.4).
pub(super) const MARKS_MAX: usize = 4;

/// Whether a letter of `name` carries more than [`MARKS_MAX`] marks.
pub(super) fn has_piled_marks(name: &str) -> bool {
    bound_marks(name, MARKS_MAX) != name
}

/// What a page says where a name would stand, or what addresses everybody: “by you”.
const RESERVED: [&str; 8] = ["all", "everyone", "here", "me", "nobody", "parlor", "someone", "you"];

/// A name as it is shown, and what it is compared by.
#[derive(Clone, Debug)]
pub struct Name {
    shown: String,
    keys: NameKeys,
}

impl Name {
    pub(super) fn new(shown: String, keys: NameKeys) -> Self {
        Self { shown, keys }
    }

    /// As typed, composed.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What it is compared by.
    pub fn keys(&self) -> &NameKeys {
        &self.keys
    }
}

/// What a name is compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameKeys {
    folded: String,
    skeleton: String,
}

impl NameKeys {
    /// Those of a name as it is shown.
    pub fn of(name: &str) -> Self {
        Self { folded: fold(name), skeleton: skeleton(name) }
    }

    /// The folded form: names with the same are one name.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The confusable skeleton: names with the same look alike.
    pub fn skeleton(&self) -> &str {
        &self.skeleton
    }

    /// Whether the name is, or looks like, a reserved word.
    pub(super) fn are_reserved(&self) -> bool {
        RESERVED.iter().any(|word| skeleton(word) == self.skeleton)
    }
}

/// Which tables [`NameKeys`] come from: a digest of what they say of every character. The database keeps it
/// beside the keys, which are recomputed by a program that has other tables. A test says when this must change.
pub const TABLES: &str = "51dc1ac278207d7c";

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use icu_properties::props::{EnumeratedProperty, GeneralCategory};
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_tables_are_those_that_are_named() {
        let mut digest = Sha256::new();
        let assigned = |c: &char| GeneralCategory::for_char(*c) != GeneralCategory::Unassigned;
        for c in ('\0'..=char::MAX).filter(assigned) {
            let keys = NameKeys::of(c.encode_utf8(&mut [0; 4]));
            digest.update([keys.folded.as_bytes(), b"/", keys.skeleton.as_bytes(), b"\n"].concat());
        }
        let mut found = String::new();
        for byte in &digest.finalize()[..8] {
            write!(found, "{byte:02x}").unwrap();
        }
        assert_eq!(TABLES, found, "the tables have changed, so TABLES must: keys are then recomputed");
    }

    #[test]
    fn what_looks_alike_has_one_skeleton() {
        let skeleton = |name| NameKeys::of(name).skeleton;
        for (one, other) in
            [("anna", "аnna"), ("bob", "bοb"), ("ANNA", "аnna"), ("AI", "Al"), ("paypal", "раураl")]
        {
            assert_eq!(skeleton(one), skeleton(other), "{one} and {other}");
        }
        for (one, other) in [("anna", "anne"), ("ann-1", "ann-2"), ("Михаил", "Mikhail"), ("Zoe", "Zoë")]
        {
            assert_ne!(skeleton(one), skeleton(other), "{one} and {other}");
        }
    }

    #[test]
    fn words_of_the_page_are_reserved_however_they_are_written() {
        for word in ["you", "You", "уоu", "EVERYONE", "Ρarlor"] {
            assert!(NameKeys::of(word).are_reserved(), "{word}");
        }
        for word in ["young", "youssef", "hereward", "Alle"] {
            assert!(!NameKeys::of(word).are_reserved(), "{word}");
        }
    }
}
