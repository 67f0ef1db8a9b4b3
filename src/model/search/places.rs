//! Where the phrases that are looked for stand in a text.
//!
//! All of them are compared while the words of the text are gone through once (*Shift-And*): a bit for each word of each
//! phrase says whether the phrase stands in the text up to there. So the time goes with the length of the text, whatever
//! is looked for.

use std::collections::HashMap;
use std::iter;
use std::ops::Range;

use crate::model::terms::Token;

/// Phrases to be found in texts: their words have numbers, one phrase after the other.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// What a word of a text is compared by, and which words of phrases are the same,
    words: HashMap<String, Bits>,
    /// which of these must follow a sign without a space,
    joined: Bits,
    /// which are the first and the last of a phrase,
    starts: Bits,
    ends: Bits,
    /// and how many words of its phrase there are up to each.
    lengths: Vec<usize>,
}

/// Numbers of words in phrases.
type Bits = Vec<u64>;

impl Places {
    pub(super) fn of(phrases: &[Vec<Token>]) -> Self {
        let none = || vec![0; phrases.iter().map(Vec::len).sum::<usize>().div_ceil(64)];
        let (words, lengths) = (HashMap::new(), Vec::new());
        let mut places = Self { words, joined: none(), starts: none(), ends: none(), lengths };
        for phrase in phrases {
            for (n, word) in phrase.iter().enumerate() {
                let number = places.lengths.len();
                set(places.words.entry(word.key.clone()).or_insert_with(none), number, true);
                set(&mut places.starts, number, n == 0);
                set(&mut places.joined, number, n > 0 && word.joined);
                set(&mut places.ends, number, n + 1 == phrase.len());
                places.lengths.push(n + 1);
            }
        }
        places
    }

    /// Whether each phrase stands in a text of these words.
    pub(super) fn are_all_in(&self, words: &[Token]) -> bool {
        let (mut state, mut missing) = (vec![0; self.ends.len()], self.ends.clone());
        for word in words {
            self.step(&mut state, word);
            let mut is_missing = false;
            for (missing, state) in missing.iter_mut().zip(&state) {
                *missing &= !state;
                is_missing |= *missing != 0;
            }
            if !is_missing {
                return true;
            }
        }
        missing.iter().all(|block| *block == 0)
    }

    /// Where phrases stand in a text of these words, in bytes.
    pub(super) fn all_in(&self, words: &[Token]) -> Vec<Range<usize>> {
        let mut state = vec![0; self.ends.len()];
        let mut found = Vec::new();
        for (last, word) in words.iter().enumerate() {
            self.step(&mut state, word);
            for (n, (state, ends)) in state.iter().zip(&self.ends).enumerate() {
                for bit in numbers(state & ends) {
                    let first = last + 1 - self.lengths[n * 64 + bit];
                    found.push(words[first].range.start..word.range.end);
                }
            }
        }
        found
    }

    /// Takes in the next word of a text.
    fn step(&self, state: &mut Bits, word: &Token) {
        let Some(same) = self.words.get(&word.key) else { return state.fill(0) };
        let mut carried = 0;
        for (n, block) in state.iter_mut().enumerate() {
            let next = *block << 1 | carried | self.starts[n];
            carried = *block >> 63;
            *block = next & same[n] & if word.joined { u64::MAX } else { !self.joined[n] };
        }
    }
}

fn set(bits: &mut Bits, number: usize, to: bool) {
    bits[number / 64] |= u64::from(to) << (number % 64);
}

/// Which bits are set.
fn numbers(mut bits: u64) -> impl Iterator<Item = usize> {
    iter::from_fn(move || {
        let number = bits.trailing_zeros();
        bits &= bits.checked_sub(1)?;
        usize::try_from(number).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::terms::tokens;

    /// By what it means for a phrase to stand somewhere.
    fn one_by_one(words: &[Token], phrase: &[Token]) -> Vec<Range<usize>> {
        let is_same = |n: usize, word: &Token| {
            word.key == phrase[n].key && (n == 0 || word.joined || !phrase[n].joined)
        };
        words
            .windows(phrase.len())
            .filter(|here| here.iter().enumerate().all(|(n, word)| is_same(n, word)))
            .map(|here| here[0].range.start..here[here.len() - 1].range.end)
            .collect()
    }

    /// Words from a few, so that many are the same.
    fn some_text(luck: &mut u64, words: usize) -> String {
        let mut pick = || {
            *luck = luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ["a ", "a ", "a ", "b ", "字", "字", "字 "][usize::try_from(*luck >> 33).unwrap() % 7]
        };
        (0..words).map(|_| pick()).collect()
    }

    #[test]
    fn finds_what_comparing_one_by_one_finds() {
        let mut luck = 1;
        let mut hits = 0;
        for n in 0..300 {
            let text = tokens(&some_text(&mut luck, 200));
            // Some that are certainly there, up to three blocks long, and some that may be.
            let cut = |from: usize, length: usize| text[from..from + length].to_vec();
            let other = |luck: &mut u64, length| tokens(&some_text(luck, length));
            let phrases =
                [cut(n % 7, 190), cut(n % 50, n % 70 + 1), other(&mut luck, 1 + n % 6), other(&mut luck, 2)];
            let places = Places::of(&phrases);
            let each = phrases.each_ref().map(|phrase| one_by_one(&text, phrase));
            let mut found = places.all_in(&text);
            let mut expected = each.concat();
            for ranges in [&mut found, &mut expected] {
                ranges.sort_unstable_by_key(|range| (range.start, range.end));
            }
            assert_eq!(found, expected);
            let is_everywhere = each.iter().all(|ranges| !ranges.is_empty());
            assert_eq!(places.are_all_in(&text), is_everywhere);
            hits += usize::from(is_everywhere);
        }
        assert!((50..250).contains(&hits), "{hits}");
        assert!(Places::of(&[]).are_all_in(&[]) && !Places::of(&[tokens("a")]).are_all_in(&[]));
    }
}
