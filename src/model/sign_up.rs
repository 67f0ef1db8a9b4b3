//! How people come in: who may create an account.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::accounts::{Username, UsernameKey};
use super::invalid::Invalid;
use super::names::NameKeys;
use super::refusal::Refusal;
use super::sessions::TokenHash;
use super::timestamp::Timestamp;

/// How long an invitation is good for.
pub const INVITATION: Duration = Duration::from_hours(14 * 24);
/// How long a link with which somebody chooses a new password is good for.
pub const PASSWORD_LINK: Duration = Duration::from_hours(24);
/// How many accounts may be made with one invitation at most.
pub const USES_MAX: i64 = 1000;

/// Who may create an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUp {
    /// Everybody.
    #[default]
    Open,
    /// Whoever has an invitation.
    Invited,
    /// Nobody.
    Closed,
}

impl SignUp {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invited => "invited",
            Self::Closed => "closed",
        }
    }

    /// What a word means, if anything.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Invited, Self::Closed].into_iter().find(|one| one.as_str() == word)
    }
}

/// What the settings say of who comes in.
#[derive(Clone, Debug, Default)]
pub struct SignUpRules {
    /// Who may create an account; if nothing is set, admins choose.
    pub set: Option<SignUp>,
    /// Who is an admin; if nobody is named, the first account is.
    pub admins: Vec<UsernameKey>,
}

impl SignUpRules {
    /// Whether an account of this name, the first if it `is_first`, is an admin's.
    pub fn makes_admin(&self, name: &Username, is_first: bool) -> bool {
        self.names(name.shown()) || is_first && self.admins.is_empty()
    }

    /// Whether the settings name `name` as an admin's, in whatever letter case.
    pub fn names(&self, name: &str) -> bool {
        let key = NameKeys::of(name);
        self.admins.iter().any(|admin| admin.as_str() == key.folded())
    }
}

/// How people come in, as the site stands now.
#[derive(Clone, Copy, Debug)]
pub struct SignUpNow {
    /// Who may create an account.
    pub sign_up: SignUp,
    /// Whether there has never been an admin: then the first account may be made all the same.
    pub is_new: bool,
}

impl SignUpNow {
    /// Whether somebody comes in who becomes no admin by it, and has an invitation or not.
    ///
    /// # Errors
    /// [`Refusal::SignUpClosed`], [`Refusal::InvitationNeeded`].
    pub fn admits(self, is_invited: bool) -> Result<(), Refusal> {
        match self.sign_up {
            SignUp::Open => Ok(()),
            SignUp::Invited if is_invited => Ok(()),
            SignUp::Invited => Err(Refusal::InvitationNeeded),
            SignUp::Closed => Err(Refusal::SignUpClosed),
        }
    }
}

/// How many accounts may be made with an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uses(i64);

impl Uses {
    /// From 1 to [`USES_MAX`].
    ///
    /// # Errors
    /// When `typed` is no such number.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        let uses = typed.trim().parse().ok().filter(|uses| (1..=USES_MAX).contains(uses));
        uses.map(Self).ok_or_else(|| Invalid::new(format!("Please give a number from 1 to {USES_MAX}.")))
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

/// An invitation about to be made.
pub struct NewInvitation {
    /// The hash of its token.
    pub token: TokenHash,
    /// How many accounts may be made with it.
    pub uses: Uses,
}

/// An invitation, as admins see it.
pub struct Invitation {
    /// Its number.
    pub id: i64,
    /// The name of whoever made it, if it was not the shell.
    pub by: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// How many accounts may be made with it.
    pub uses: i64,
    /// And how many were.
    pub used: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_an_admin_unless_others_are_named() {
        let name = |name| Username::parse(name).unwrap();
        let rules = SignUpRules::default();
        assert!(rules.makes_admin(&name("ana"), true));
        assert!(!rules.makes_admin(&name("ana"), false));
        let admins = vec![UsernameKey::of("Bo").unwrap()];
        let rules = SignUpRules { admins, ..rules };
        assert!(!rules.makes_admin(&name("ana"), true));
        assert!(rules.makes_admin(&name("bO"), false));
    }

    #[test]
    fn an_invitation_is_used_a_number_of_times() {
        assert_eq!(Uses::parse(" 7 ").unwrap().get(), 7);
        for wrong in ["", "0", "-1", "1001", "many", "1.5"] {
            assert!(Uses::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_word_is_read_as_it_was_written() {
        for one in [SignUp::Open, SignUp::Invited, SignUp::Closed] {
            assert_eq!(SignUp::parse(one.as_str()), Some(one));
        }
        assert_eq!(SignUp::parse("ajar"), None);
    }
}
