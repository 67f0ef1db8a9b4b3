//! Passwords that anybody would guess, which are refused.
//!
//! `common_passwords.txt` has the 30,000 that were found most often in leaks, from four characters on, in lower case
//! (of zxcvbn, Copyright 2012-2016 Dan Wheeler and Dropbox, Inc., MIT licence). Guesses are slow here, so what counts is
//! that the first few thousand are in vain (OWASP ASVS 5.0, 6.2.4); an estimate of strength would refuse more and be
//! harder to understand.

use std::sync::LazyLock;

use super::accounts::{PASSWORD_MIN, Password};
use super::invalid::Invalid;
use super::text::fold;

/// In ascending order.
static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());
/// The shortest word with which a password is not to be made up.
const WORD_MIN: usize = 4;
/// The shortest name that is looked for inside a password.
const NAME_MIN: usize = 3;
/// What is tried first here.
const SITE: &str = "parlor";

const ADVICE: &str = "Please choose another: a few words in a row are easy to keep in mind.";

/// A password that somebody called `name` wants to use from now on.
///
/// # Errors
/// A sentence for them: when it is too short or too long, one that is tried first, or made of their name.
pub fn acceptable(typed: &str, name: &str) -> Result<Password, Invalid> {
    let password = Password::parse(typed)?;
    let (typed, name) = (fold(typed), fold(name.trim()));
    if is_made_of(&typed, &name) {
        return Err(Invalid::new(format!("A password that is mostly your name is easy to guess. {ADVICE}")));
    }
    if is_pattern(&typed) || is_common(&typed) || is_made_of(&typed, SITE) {
        return Err(Invalid::new(format!(
            "That password is one of the first that others would try. {ADVICE}"
        )));
    }
    Ok(password)
}

/// Whether too little of `password` is left beside `name`.
fn is_made_of(password: &str, name: &str) -> bool {
    let is_there = name.chars().count() >= NAME_MIN && password.contains(name);
    is_there && password.replace(name, "").chars().count() < PASSWORD_MIN
}

/// Whether it is common, or a common word among digits and signs.
fn is_common(password: &str) -> bool {
    let word = password.trim_matches(|c: char| !c.is_alphabetic());
    let has_word = word.len() >= WORD_MIN && word.len() + WORD_MIN >= password.len();
    let is_listed = |word| COMMON.binary_search(&word).is_ok();
    is_listed(password) || has_word && is_listed(word)
}

/// Whether it repeats a piece of itself, or goes one up or one down at every step: `abababab`, `23456789`.
fn is_pattern(password: &str) -> bool {
    let signs: Vec<u32> = password.chars().map(u32::from).collect();
    let repeats = |length: usize| signs.iter().zip(&signs[length..]).all(|(one, other)| one == other);
    let steps = |step: i64| signs.windows(2).all(|two| i64::from(two[1]) - i64::from(two[0]) == step);
    (1..=signs.len() / 2).any(repeats) || steps(1) || steps(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(password: &str, name: &str, why: &str) {
        let refused = acceptable(password, name).expect_err(password);
        assert!(refused.to_string().contains(why), "{password}: {refused}");
    }

    #[test]
    fn what_anybody_would_try_is_refused() {
        for password in [
            "password",
            "PassWord",
            "Ｐassword",
            "password1",
            "Password123!",
            "2026monkey",
            "12345678",
            "qwertyuiop",
            "trustno1",
            "iloveyou",
            "        ",
            "aaaaaaaa",
            "abababab",
            "annaanna",
            "abcabcab",
            "23456789",
            "98765432",
            "αβγδεζηθ",
            "parlor2026",
            "Parlor-Parlor",
            "passwordpassword",
        ] {
            refuses(password, "bo", "first that others would try");
        }
    }

    #[test]
    fn ones_own_name_is_refused() {
        for (password, name) in [
            ("margarete", "Margarete"),
            ("Margarete1", "margarete"),
            ("ana-ana-2026", "ana"),
            ("ＡＮＡ12345", "ana"),
            ("straße-1", " STRASSE "),
        ] {
            refuses(password, name, "your name");
        }
    }

    #[test]
    fn other_passwords_are_accepted() {
        for (password, name) in [
            ("correct horse battery", "ana"),
            ("ana likes soup", "ana"),
            ("8 signs!", "8"),
            ("八文字のです。。", "ana"),
            ("Tr4mpelpfad", "ana"),
            ("banana-split", "a"),
            ("monkey eats soup", "ana"),
            ("кошка на окне", "кот"),
        ] {
            assert!(acceptable(password, name).is_ok(), "{password}");
        }
    }

    #[test]
    fn the_rules_of_length_come_first() {
        refuses("short", "ana", "at least 8");
        refuses(&"long ".repeat(30), "ana", "at most 128");
    }

    #[test]
    fn the_list_is_as_it_is_compared() {
        assert!(COMMON.iter().filter(|common| common.chars().count() >= PASSWORD_MIN).count() > 3000);
        assert!(COMMON.iter().all(|common| common.len() >= WORD_MIN && fold(common) == **common));
        assert!(COMMON.is_sorted());
    }
}
