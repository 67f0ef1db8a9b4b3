//! What is looked for: words, "quoted phrases", `from:name`. Whatever else is typed is words, or nothing.

mod places;

use std::collections::BTreeSet;
use std::ops::Range;

use self::places::Places;
use super::accounts::UsernameKey;
use super::invalid::Invalid;
use super::terms::{Token, folded_name, required, tokens};
use super::text::compose;

/// The most characters that are looked for at once.
pub const QUERY_MAX: usize = 1000;
/// With how many terms the index is asked, those that are likely to be the rarest; the text is asked for the others.
const TERMS_MAX: usize = 16;

/// How many characters are shown before the first found word, and after that.
const BEFORE: usize = 60;
const AFTER: usize = 180;
/// Within how many characters a cut looks for a space.
const NEAR: usize = 20;

const QUOTES: [char; 4] = ['"', '“', '”', '„'];
const FROM: &str = "from:";

/// What somebody looks for in a room.
#[derive(Debug, PartialEq, Eq)]
pub struct Query {
    /// Words that follow each other; a single word most often.
    phrases: Vec<Vec<Token>>,
    places: Places,
    authors: Vec<UsernameKey>,
}

/// A piece of a text around what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'t> {
    /// The text of it.
    pub text: &'t str,
    /// Whether this is what was looked for.
    pub found: bool,
}

/// Some of a text, around what was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt<'t> {
    /// Whether there is more of the text before it.
    pub cut_before: bool,
    /// Its pieces, in order.
    pub pieces: Vec<Piece<'t>>,
    /// Whether there is more of the text after it.
    pub cut_after: bool,
}

impl Query {
    /// # Errors
    /// When there is no word in `typed`, or too much.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        has_few_characters(typed)?;
        let typed = compose(typed);
        let mut query = Self { phrases: Vec::new(), places: Places::default(), authors: Vec::new() };
        for (part, is_quoted) in parts(&typed) {
            match author(part).filter(|_| !is_quoted) {
                Some(author) => query.authors.push(author),
                None => query.add(tokens(part)),
            }
        }
        if query.phrases.is_empty() && query.authors.is_empty() {
            return Err(Invalid::new(
                "Please type a word to look for. Signs and emoji alone cannot be searched.",
            ));
        }
        query.places = Places::of(&query.phrases);
        Ok(query)
    }

    fn add(&mut self, phrase: Vec<Token>) {
        let compared = |token: &Token| (token.key.clone(), token.joined);
        let is_same = |kept: &Vec<Token>| kept.iter().map(compared).eq(phrase.iter().map(compared));
        if !phrase.is_empty() && !self.phrases.iter().any(is_same) {
            self.phrases.push(phrase);
        }
    }

    /// The names of those whose messages are looked for; of anybody's if there is none.
    pub fn authors(&self) -> &[UsernameKey] {
        &self.authors
    }

    /// Terms that every text has which is found.
    pub fn terms(&self) -> Vec<String> {
        let all: BTreeSet<String> = self.phrases.iter().flat_map(|phrase| required(phrase)).collect();
        let mut all: Vec<_> = all.into_iter().collect();
        all.sort_by_key(|term| std::cmp::Reverse(term.len()));
        all.truncate(TERMS_MAX);
        all
    }

    /// Whether all that is looked for stands in `text`; who wrote it is not asked.
    pub fn matches(&self, text: &str) -> bool {
        self.matches_words(&tokens(text))
    }

    /// Whether all that is looked for stands in a text of these words.
    pub(crate) fn matches_words(&self, words: &[Token]) -> bool {
        self.places.are_all_in(words)
    }

    /// `text` around the first of what was found in it.
    pub fn excerpt<'t>(&self, text: &'t str) -> Excerpt<'t> {
        let mut found = self.places.all_in(&tokens(text));
        let first = found.iter().map(|range| range.start).min().unwrap_or(0);
        let start = cut_before(text, first);
        let end = cut_after(text, first);
        let mut pieces = Vec::new();
        let mut shown = start;
        found.retain(|range| range.start < end);
        for range in merged(found) {
            let range = range.start..range.end.min(end);
            pieces.push(Piece { text: &text[shown..range.start], found: false });
            shown = range.end;
            pieces.push(Piece { text: &text[range], found: true });
        }
        pieces.push(Piece { text: &text[shown..end], found: false });
        pieces.retain(|piece| !piece.text.is_empty());
        Excerpt { cut_before: start > 0, pieces, cut_after: end < text.len() }
    }
}

fn has_few_characters(typed: &str) -> Result<(), Invalid> {
    let length = typed.chars().count();
    let said = || format!("A search has at most {QUERY_MAX} characters; this one has {length}.");
    if length > QUERY_MAX { Err(Invalid::new(said())) } else { Ok(()) }
}

/// The name in `from:name`.
fn author(part: &str) -> Option<UsernameKey> {
    let (begin, name) = part.split_at_checked(FROM.len())?;
    begin.eq_ignore_ascii_case(FROM).then(|| UsernameKey::of(name)).flatten()
}

/// What stands between spaces or quotes, and whether it is quoted. A quote that does not close is none.
fn parts(typed: &str) -> Vec<(&str, bool)> {
    let mut found = Vec::new();
    let mut rest = typed;
    while let Some((before, after)) = rest.split_once(QUOTES) {
        found.extend(before.split_whitespace().map(|word| (word, false)));
        rest = after;
        if let Some((quoted, after)) = rest.split_once(QUOTES) {
            found.push((quoted, true));
            rest = after;
        }
    }
    found.extend(rest.split_whitespace().map(|word| (word, false)));
    found
}

/// The ranges in order, those that touch as one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => merged.push(range),
        }
    }
    merged
}

/// Where to begin, so that little stands before `first`: after a space if one is near.
fn cut_before(text: &str, first: usize) -> usize {
    let mut back = text[..first].char_indices().rev().skip(BEFORE - 1).peekable();
    let Some(&(far, _)) = back.peek().filter(|(far, _)| *far > 0) else { return 0 };
    let near = &text[far..first];
    let space = near.char_indices().take(NEAR).find(|(_, c)| c.is_whitespace());
    space.map_or(far, |(place, c)| far + place + c.len_utf8())
}

/// Where to end.
fn cut_after(text: &str, first: usize) -> usize {
    let Some((far, _)) = text[first..].char_indices().nth(AFTER) else { return text.len() };
    let far = first + far;
    let space = text[first..far].char_indices().rev().take(NEAR).find(|(_, c)| c.is_whitespace());
    space.map_or(far, |(place, _)| first + place)
}

/// What rooms are looked for by: their names have each word of it in them, wherever.
#[derive(Clone)]
pub struct NameQuery(BTreeSet<String>);

impl NameQuery {
    /// Nothing if there is nothing to look for.
    ///
    /// # Errors
    /// When there is too much.
    pub fn parse(typed: &str) -> Result<Option<Self>, Invalid> {
        has_few_characters(typed)?;
        let words: BTreeSet<_> =
            typed.split_whitespace().map(folded_name).filter(|word| !word.is_empty()).collect();
        Ok((!words.is_empty()).then_some(Self(words)))
    }

    /// Whether this name is looked for.
    pub fn matches(&self, name: &str) -> bool {
        let name = folded_name(name);
        self.0.iter().all(|word| name.contains(word.as_str()))
    }
}

#[cfg(test)]
mod tests;
