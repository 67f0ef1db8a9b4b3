//! Terms: what a text is cut into, so that it can be found.
//!
//! A term is a word, folded: letter case, width and, where people leave them out when they search, accents make no
//! difference. Scripts that are written without spaces (Chinese, Japanese, Thai …) and Korean, whose particles stand at
//! the end of words, have a term for each sign and one for each two that follow each other; a single sign and any part
//! of a text are found so. What joins words (`_`, `.`, an apostrophe) parts terms: `foo.rs` is *foo* followed by *rs*.

use std::collections::BTreeSet;
use std::ops::Range;

use icu_properties::props::{EnumeratedProperty, GeneralCategory, GeneralCategoryGroup, Script};
use unicode_normalization::UnicodeNormalization;

use super::text::{fold_chars, is_ignorable};

/// How many characters of a word count: of what is longer the beginning does, in texts and in what is looked for alike.
const WORD_MAX: usize = 32;

/// The half-width marks of voiced kana, which are letters by themselves and marks once folded.
const HALFWIDTH_MARKS: [char; 2] = ['\u{ff9e}', '\u{ff9f}'];

/// A word of a text, or a sign of a script that is written without spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is compared by.
    pub key: String,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
    /// Whether it is a sign right after another one.
    pub joined: bool,
}

/// The words and signs of `text`, in its order.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let word = &rest[start..];
        let end = word.find(|c| !is_word(c) && !is_ignorable(c)).unwrap_or(word.len());
        cut(&word[..end], text.len() - word.len(), &mut tokens);
        rest = &word[end..];
    }
    tokens
}

/// The terms under which a text of these tokens is kept.
pub fn terms(tokens: &[Token]) -> BTreeSet<String> {
    let single = tokens.iter().map(|token| token.key.clone());
    single.chain(tokens.windows(2).filter_map(pair)).collect()
}

/// The terms that a text has in which these tokens follow each other.
pub(super) fn required(tokens: &[Token]) -> BTreeSet<String> {
    let pairs = tokens.windows(2).filter_map(pair);
    let in_pair = |n: usize| tokens[n].joined || tokens.get(n + 1).is_some_and(|next| next.joined);
    let single = tokens.iter().enumerate().filter(|(n, _)| !in_pair(*n)).map(|(_, token)| token.key.clone());
    single.chain(pairs).collect()
}

/// The term of two signs that follow each other.
fn pair(two: &[Token]) -> Option<String> {
    match two {
        [one, other] if other.joined => Some(format!("{}{}", one.key, other.key)),
        _ => None,
    }
}

/// Cuts what has no space in it into words and signs.
fn cut(word: &str, offset: usize, tokens: &mut Vec<Token>) {
    let (mut start, mut kind) = (0, None);
    for (place, c) in word.char_indices() {
        let next = Kind::of(c, kind);
        let begins = match (kind, next) {
            (Some(Kind::Word), Kind::Word) | (_, Kind::Mark) => false,
            (before, _) => before.is_some(),
        };
        if begins {
            let joined = push(&word[start..place], offset + start, kind, tokens);
            start = place;
            // A word parts the signs before it from those after it.
            kind = Some(if next == Kind::Sign && joined { Kind::Joined } else { next });
        } else if kind.is_none() {
            kind = Some(if next == Kind::Mark { Kind::Word } else { next });
        }
    }
    push(&word[start..], offset + start, kind, tokens);
}

/// What a character is for the cutting of words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Of a script whose words are told apart by spaces.
    Word,
    /// Of a script that is written without.
    Sign,
    /// The same, right after another sign.
    Joined,
    /// Goes with what stands before it.
    Mark,
}

impl Kind {
    fn of(c: char, before: Option<Self>) -> Self {
        let after_sign = matches!(before, Some(Self::Sign | Self::Joined));
        match Script::for_char(c) {
            _ if c.is_ascii() => Self::Word,
            _ if is_mark(c) || is_ignorable(c) || HALFWIDTH_MARKS.contains(&c) => Self::Mark,
            Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Hangul
            | Script::Bopomofo
            | Script::Yi
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar => Self::Sign,
            // The long vowel of kana.
            Script::Common if after_sign && !c.is_numeric() => Self::Sign,
            _ => Self::Word,
        }
    }
}

/// Adds a word or a sign, if anything is left of it; says whether it is a sign.
fn push(part: &str, start: usize, kind: Option<Kind>, tokens: &mut Vec<Token>) -> bool {
    let is_sign = matches!(kind, Some(Kind::Sign | Kind::Joined));
    let key = folded(part);
    if key.is_empty() {
        return false;
    }
    let range = start..start + part.len();
    tokens.push(Token { key, range, joined: kind == Some(Kind::Joined) });
    is_sign
}

/// What a word is compared by.
fn folded(word: &str) -> String {
    if word.is_ascii() {
        return word.chars().take(WORD_MAX).map(|c| c.to_ascii_lowercase()).collect();
    }
    if word.chars().all(stays) {
        return word.chars().take(WORD_MAX).collect();
    }
    without_accents(word).filter(|c| is_word(*c)).nfc().take(WORD_MAX).collect()
}

/// What a name is compared by when it is looked for.
pub(super) fn folded_name(name: &str) -> String {
    if name.is_ascii() {
        return name.chars().filter(|c| !is_ignorable(*c)).map(|c| c.to_ascii_lowercase()).collect();
    }
    without_accents(name).filter(|c| !is_ignorable(*c)).nfc().collect()
}

fn without_accents(text: &str) -> impl Iterator<Item = char> {
    let mut base = 'a';
    let counts = move |c: &char| {
        if !is_mark(*c) {
            base = *c;
        }
        !is_accent(*c, base) && *c != TATWEEL
    };
    fold_chars(text).filter(counts).flat_map(plain)
}

/// Stretches an Arabic word and says nothing.
const TATWEEL: char = '\u{640}';

/// Whether folding leaves `c` as it is, as most signs of Chinese, Japanese and Korean.
fn stays(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fe}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Whether people leave out the mark `c` on `base` when they search, or a text has it only for learners.
fn is_accent(c: char, base: char) -> bool {
    if GeneralCategory::for_char(c) != GeneralCategory::NonspacingMark {
        return false;
    }
    match Script::for_char(base) {
        Script::Latin | Script::Greek | Script::Hebrew | Script::Arabic | Script::Syriac | Script::Common => {
            true
        }
        // й and ї are other letters than и and і, ё is е.
        Script::Cyrillic => matches!(c, '\u{300}' | '\u{301}') || (c == '\u{308}' && base == 'е'),
        _ => false,
    }
}

/// The letters without what is drawn through them or ties them together.
fn plain(c: char) -> impl Iterator<Item = char> {
    let (one, other) = match c {
        'ø' => ('o', None),
        'đ' => ('d', None),
        'ħ' => ('h', None),
        'ł' => ('l', None),
        'ı' => ('i', None),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        _ => (c, None),
    };
    [Some(one), other].into_iter().flatten()
}

/// Whether words are made of `c`: letters, marks and digits.
fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    let category = GeneralCategory::for_char(c);
    [GeneralCategoryGroup::Letter, GeneralCategoryGroup::Mark, GeneralCategoryGroup::Number]
        .iter()
        .any(|group| group.contains(category))
        && !is_ignorable(c)
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && GeneralCategoryGroup::Mark.contains(GeneralCategory::for_char(c))
}

#[cfg(test)]
mod tests;
