//! Unicode rules shared by names and message bodies.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

/// Canonical composition (NFC), so that equal texts are equal bytes.
pub(super) fn compose(text: &str) -> String {
    text.nfc().collect()
}

/// The key under which a name is unique: compatibility caseless matching (Unicode 16, section 3.13.5,
/// D146), composed, and without what cannot be seen. `Ann`, `ANN` and `Ａｎｎ` share one key.
///
/// Folding is done here and never by SQL: the two engines fold differently.
pub(super) fn fold(name: &str) -> String {
    name.nfd()
        .default_case_fold()
        .nfkd()
        .default_case_fold()
        .nfkd()
        .filter(|c| !is_ignorable(*c))
        .nfc()
        .collect()
}

/// Whether `c` is drawn as nothing by itself (`Default_Ignorable_Code_Point` of Unicode 16): with it two
/// names could look like one, or a name like none.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Whether `c`, drawn as nothing by itself, makes one sign of its neighbours, as emoji and some scripts
/// need: joiners, the two presentation selectors, tags.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{e0020}'..='\u{e007f}')
}
