//! Accounts: usernames and passwords.

use std::ops::Deref;

use unicode_normalization::char::is_combining_mark;

use super::invalid::Invalid;
use super::names::{MARKS_MAX, Name, NameKeys, has_piled_marks};
use super::text::{compose, compose_opaque, fold, has_scripts_that_mix, is_ignorable};

/// The most characters a username may have.
pub const USERNAME_MAX: usize = 32;
/// The fewest characters a password may have (OWASP ASVS 5.0, 6.2.1).
pub const PASSWORD_MIN: usize = 8;
/// The most characters a password may have.
pub const PASSWORD_MAX: usize = 128;

/// How many colours there are to tell people apart by: `static/css/initials.css`.
const HUES: i64 = 12;

/// An account's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub i64);

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account's number.
    pub id: AccountId,
    /// The name, as it is shown.
    pub name: String,
}

impl AccountId {
    /// Which colour stands for this account beside its name. Those who sign up one after the other have different ones.
    pub fn hue(self) -> i64 {
        self.0.rem_euclid(HUES)
    }
}

/// A username.
#[derive(Clone, Debug)]
pub struct Username(Name);

impl Username {
    /// A name for somebody new: letters of one script (or of those that are written together), digits, `_`,
    /// `-` and `.`; 1 to [`USERNAME_MAX`] characters; no reserved word.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        let shown = compose(typed.trim());
        if shown.is_empty() {
            return Err(Invalid::new("Please choose a username."));
        }
        if shown.chars().count() > USERNAME_MAX {
            return Err(Invalid::new(format!("A username has at most {USERNAME_MAX} characters.")));
        }
        // The key is checked as well: compatibility forms such as ½ unfold into other characters.
        let keys = NameKeys::of(&shown);
        if !has_only_name_characters(&shown) || !has_only_name_characters(keys.folded()) {
            return Err(Invalid::new("A username is made of letters, digits, “_”, “-” and “.” only."));
        }
        if has_piled_marks(&shown) {
            return Err(Invalid::new(format!("A letter in a username can have at most {MARKS_MAX} marks.")));
        }
        if !has_scripts_that_mix(&shown) {
            return Err(Invalid::new(
                "The letters of a username must be of one script: not Latin and Cyrillic together, for example.",
            ));
        }
        if keys.are_reserved() {
            return Err(Invalid::new(format!(
                "“{shown}” would be read as Parlor’s own word. Please choose another."
            )));
        }
        Ok(Self(Name::new(shown, keys)))
    }
}

impl Deref for Username {
    type Target = Name;

    fn deref(&self) -> &Name {
        &self.0
    }
}

/// The folded form of a username, as it is looked up at log-in; the rules for new names do not apply to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsernameKey(String);

impl UsernameKey {
    /// None if nobody can have such a name.
    pub fn of(typed: &str) -> Option<Self> {
        let key = fold(typed.trim());
        (!key.is_empty() && has_only_name_characters(&key)).then_some(Self(key))
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Letters, digits and signs; a combining mark only where there is something to combine with.
fn has_only_name_characters(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '_' | '-' | '.');
    name.chars().all(|c| allowed(c) && !is_ignorable(c)) && !name.starts_with(is_combining_mark)
}

/// A password, as it is hashed: composed, and every kind of space the same. Any characters; never trimmed, never
/// shown.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// One of a length that is allowed: [`PASSWORD_MIN`] to [`PASSWORD_MAX`] characters. What else is asked of a new
    /// one: [`passwords::acceptable`](super::passwords::acceptable).
    pub(super) fn parse(typed: &str) -> Result<Self, Invalid> {
        let password = Self::presented(typed);
        match password.0.chars().count() {
            length if length < PASSWORD_MIN => {
                Err(Invalid::new(format!("A password has at least {PASSWORD_MIN} characters.")))
            }
            length if length > PASSWORD_MAX => {
                Err(Invalid::new(format!("A password has at most {PASSWORD_MAX} characters.")))
            }
            _ => Ok(password),
        }
    }

    /// One that somebody logs in with, whatever it is.
    pub fn presented(typed: &str) -> Self {
        Self(compose_opaque(typed))
    }

    /// The bytes to hash.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> String {
        Username::parse(name).unwrap().keys().folded().to_owned()
    }

    #[test]
    fn one_name_in_any_letter_case_and_width_is_one_key() {
        for same in ["ANN", "Ann", "Ａｎｎ", " ann "] {
            assert_eq!(key(same), key("ann"), "{same}");
            assert_eq!(UsernameKey::of(same).unwrap().as_str(), key("ann"), "{same}");
        }
        assert_eq!(key("STRASSE"), key("straße"));
        assert_eq!(key("ΟΔΟΣ"), key("οδος"));
        assert_ne!(key("ann"), key("anne"));
    }

    #[test]
    fn letters_of_any_script_make_a_name() {
        for name in ["Zoë", "李雷", "हिन्दी", "a.b-c_d", "7", "Ωμέγα"] {
            assert!(Username::parse(name).is_ok(), "{name}");
        }
        for name in [
            "",
            "  ",
            "a b",
            "a\0",
            "a\u{202e}b",
            "<b>",
            "½",
            "\u{301}a",
            "😀",
            "Ann\u{fe0f}",
            "A\u{34f}nn",
            "\u{3164}",
        ] {
            assert!(Username::parse(name).is_err(), "{name:?}");
        }
        assert!(Username::parse(&"é".repeat(USERNAME_MAX)).is_ok());
        assert!(Username::parse(&"e".repeat(USERNAME_MAX + 1)).is_err());
    }

    #[test]
    fn scripts_are_mixed_only_as_they_are_written_together() {
        for name in [
            "山田太郎_Yamada",
            "やまだタロー山田",
            "김Kim",
            "Yamada.カナ",
            "Anna-1",
            "Анна_1",
            "Αννα",
            "ⴰⵎⴰⵣⵉⵖ",
        ] {
            assert!(Username::parse(name).is_ok(), "{name}");
        }
        for name in ["аnna", "bοb", "Annaя", "раypal", "김や"] {
            assert!(Username::parse(name).is_err(), "{name}");
            assert!(UsernameKey::of(name).is_some(), "its owner may log in: {name}");
        }
        for name in ["you", "Everyone", "PARLOR"] {
            assert!(Username::parse(name).is_err(), "{name}");
        }
        for nobody in ["", " ", "a\0b", "😀", "a b"] {
            assert_eq!(UsernameKey::of(nobody), None, "{nobody:?}");
        }
    }

    #[test]
    fn marks_do_not_pile_up() {
        assert!(Username::parse(&format!("q{}", "\u{323}".repeat(MARKS_MAX))).is_ok());
        assert!(Username::parse(&format!("q{}", "\u{323}".repeat(MARKS_MAX + 1))).is_err());
    }

    #[test]
    fn a_password_is_one_however_its_letters_and_spaces_are_typed() {
        let bytes = |typed| Password::presented(typed).as_bytes().to_vec();
        assert_eq!(bytes("cafe\u{301} noir"), bytes("café\u{a0}noir"));
        assert_ne!(bytes("café noir"), bytes("cafe noir"));
        assert_ne!(bytes("Café noir"), bytes("café noir"));
        assert!(Password::parse(&"e\u{301}".repeat(PASSWORD_MAX)).is_ok(), "counted as it is hashed");
        assert!(Password::parse(&"e\u{301}".repeat(PASSWORD_MIN - 1)).is_err());
    }

    #[test]
    fn a_password_is_counted_in_characters_and_kept_as_typed() {
        assert!(Password::parse("七文字のです。").is_err());
        assert!(Password::parse(&"😀".repeat(PASSWORD_MAX)).is_ok());
        assert!(Password::parse(&"x".repeat(PASSWORD_MAX + 1)).is_err());
        assert_eq!(Password::parse("  spaces  ").unwrap().as_bytes(), b"  spaces  ");
        assert_eq!(format!("{:?}", Password::parse("open sesame").unwrap()), "Password(…)");
    }
}
