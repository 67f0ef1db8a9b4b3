//! Unicode rules shared by names and message bodies.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

/// Canonical composition (NFC), so that equal texts are equal bytes.
pub(super) fn compose(text: &str) -> String {
    text.nfc().collect()
}

/// The key under which a name is unique: compatibility caseless matching (Unicode 16, section 3.13.5,
/// D146), composed. `Ann`, `ANN` and `Ａｎｎ` share one key.
///
/// Folding is done here and never by SQL: the two engines fold differently.
pub(super) fn fold(name: &str) -> String {
    name.nfd().default_case_fold().nfkd().default_case_fold().nfkd().nfc().collect()
}

/// Whether `c` leaves no mark of its own and may reorder or hide its neighbours
/// (Unicode 16, section 23: layout controls, byte order mark, line separators).
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
    ) || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

/// Whether `c` only joins its neighbours into one sign, as emoji families and some scripts need.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}
