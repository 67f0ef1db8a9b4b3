//! Unicode normalization, case folding and visibility: rules shared by names and messages.

use caseless::Caseless;
use icu_properties::props::{
    BinaryProperty, DefaultIgnorableCodePoint, EmojiComponent, EnumeratedProperty, GeneralCategory,
    JoinControl, VariationSelector,
};
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_security::{MixedScript, RestrictionLevel, RestrictionLevelDetection};

/// Canonical composition (NFC), so that equal texts are equal bytes.
pub(super) fn compose(text: &str) -> String {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        _ => text.nfc().collect(),
    }
}

/// The key under which a name is unique: compatibility caseless matching (Unicode 16, section 3.13.5,
/// D146), composed, and without what cannot be seen. `Ann`, `ANN` and `Ａｎｎ` share one key.
///
/// Folding is done here and never by SQL: the two engines fold differently.
pub(super) fn fold(name: &str) -> String {
    fold_chars(name).filter(|c| !is_ignorable(*c)).nfc().collect()
}

/// The characters of `text`, folded and decomposed.
pub(super) fn fold_chars(text: &str) -> impl Iterator<Item = char> {
    text.nfd().default_case_fold().nfkd().default_case_fold().nfkd()
}

/// What a name looks like: its confusable skeleton (UTS 39, section 4), folded, so that neither `аnna` with
/// a Cyrillic а nor `ANNА` is another than `anna`. Never shown, and never logged in with.
pub(super) fn skeleton(name: &str) -> String {
    fold(&unicode_security::skeleton(name).collect::<String>())
}

/// Whether the scripts of `name` go together: it is of one script, or of those that UTS 39, section 5.2,
/// lets a *highly restrictive* name have, as Japanese mixes kana, Han and Latin.
pub(super) fn has_scripts_that_mix(name: &str) -> bool {
    name.is_single_script() || name.check_restriction_level(RestrictionLevel::HighlyRestrictive)
}

/// What a password is compared as: every kind of space as the ASCII one, composed (the mappings of the PRECIS
/// profile `OpaqueString`, RFC 8265, section 4.2.2). é is one letter or two, as the keyboard has it.
pub(super) fn compose_opaque(typed: &str) -> String {
    let is_space = |c| GeneralCategory::for_char(c) == GeneralCategory::SpaceSeparator;
    typed.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect()
}

/// The most marks that stay on one letter of a text. No orthography puts that many there; more of them only
/// draw over the lines above and below.
pub(super) const MARKS_MAX: usize = 8;

/// `text` with at most `most` marks on each letter. What cannot be seen does not part a mark from its letter.
pub(super) fn bound_marks(text: &str, most: usize) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut marks = 0;
    let stays = |c: &char| {
        if is_combining_mark(*c) {
            marks += 1;
            return marks <= most;
        }
        if !is_ignorable(*c) {
            marks = 0;
        }
        true
    };
    text.chars().filter(stays).collect()
}

/// Whether there is anything to see in `text`.
pub(super) fn has_visible(text: &str) -> bool {
    text.chars().any(is_visible)
}

/// Whether `c` puts something on the page: neither space, nor a control, nor a sign with nothing on it (the
/// empty braille cell, the null notehead, the delimiters of ruby).
pub(super) fn is_visible(c: char) -> bool {
    let blank = matches!(c, '\u{2800}' | '\u{1d159}' | '\u{fff9}'..='\u{fffb}');
    !c.is_whitespace() && !c.is_control() && !is_ignorable(c) && !blank
}

/// Whether `c` is drawn as nothing by itself (`Default_Ignorable_Code_Point`): with it two names could look
/// like one, or a name like none.
pub(super) fn is_ignorable(c: char) -> bool {
    !c.is_ascii() && DefaultIgnorableCodePoint::for_char(c)
}

/// Whether `c`, drawn as nothing by itself, makes one sign of its neighbours, as emoji and some scripts
/// need: joiners, variation selectors, the tags of flags.
pub(super) fn is_joiner(c: char) -> bool {
    let is_tag = || is_ignorable(c) && EmojiComponent::for_char(c);
    JoinControl::for_char(c) || VariationSelector::for_char(c) || is_tag()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_marks_stay_on_a_letter() {
        let marks = |count| "\u{301}".repeat(count);
        assert_eq!(
            bound_marks(&format!("a{}b{}", marks(300), marks(8)), 8),
            format!("a{}b{}", marks(8), marks(8))
        );
        assert_eq!(
            bound_marks(&format!("{}\n{}", marks(9), marks(9)), 8),
            format!("{}\n{}", marks(8), marks(8))
        );
        let hidden = "a\u{301}\u{200d}".to_owned() + &"\u{301}\u{200d}".repeat(20);
        assert_eq!(bound_marks(&hidden, 8).matches('\u{301}').count(), 8, "a joiner starts no letter");
        for kept in ["שָׁלוֹם", "ที่นี่", "བསྒྲུབས", "👨‍👩‍👧‍👦❤️", "1️⃣", "क्ष्म्य", "e\u{323}\u{302}\u{301}"]
        {
            assert_eq!(bound_marks(kept, 4), kept);
        }
    }

    #[test]
    fn what_is_drawn_as_nothing_is_not_visible() {
        for nothing in
            ["", " \u{3000}\n\t", "\u{200b}", "\u{feff}", "\u{3164}", "\u{2800}", "\u{202e}\u{2060}"]
        {
            assert!(!has_visible(nothing), "{nothing:?}");
        }
        for something in [".", "\u{200b}a", "字", "👍", "\u{301}", "\u{e000}", "\u{600}"] {
            assert!(has_visible(something), "{something:?}");
        }
    }

    #[test]
    fn joiners_are_what_makes_one_sign_of_several() {
        for joiner in ['\u{200c}', '\u{200d}', '\u{fe0e}', '\u{fe0f}', '\u{e0067}'] {
            assert!(is_joiner(joiner) && is_ignorable(joiner), "{joiner:?}");
        }
        for other in ['\u{200b}', '\u{2060}', '\u{202e}', '#', '7', '\u{20e3}'] {
            assert!(!is_joiner(other), "{other:?}");
        }
    }
}
