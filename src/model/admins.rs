//! Admins, who look after the site: what they see of it, and what they did.

use super::accounts::Person;
use super::rooms::{RoomId, RoomLink};
use super::timestamp::Timestamp;

/// How many rows a page of one of their lists has.
pub const ROWS_A_PAGE: i64 = 100;

/// A page of a list that admins see.
pub struct Listing<T> {
    /// What is on it.
    pub rows: Vec<T>,
    /// How many there are on all pages.
    pub count: i64,
}

/// An account, as admins see it.
pub struct ListedAccount {
    /// Whose it is.
    pub person: Person,
    /// Whether they are an admin.
    pub is_admin: bool,
    /// Since when they are barred, if they are.
    pub barred_at: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// How many sessions it has.
    pub sessions: i64,
    /// When in one of these something was done last, to the hour.
    pub seen_at: Option<Timestamp>,
}

/// An open room, as admins see it: nothing of what is said there.
pub struct ListedRoom {
    /// Which.
    pub room: RoomLink,
    /// Who made it.
    pub owner: Person,
    /// How many people are inside.
    pub inside: i64,
    /// How many messages it has.
    pub messages: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When something was said last.
    pub last_at: Option<Timestamp>,
}

/// What an admin did.
pub struct AdminAction {
    /// Its number: later ones have higher ones.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who did it, and where.
    pub by: ActionBy,
    /// What.
    pub what: ActionKind,
    /// Whom it concerned.
    pub account: Option<Person>,
    /// Which room it concerned: it is gone.
    pub room: Option<RoomId>,
    /// More about it: the name of the room, how people come in, how often an invitation may be used.
    pub detail: Option<String>,
}

/// Who did it, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionBy {
    /// An admin, on the page.
    Admin(Person),
    /// Whoever runs the program, in the shell.
    Shell,
    /// Whoever runs the program, in its settings.
    Settings,
}

/// Makes an enum of words that stand in the database, both ways.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// The word for it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What a word means, if anything.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// What can be done by admins.
    ActionKind {
        /// Somebody may not log in any more.
        Barred = "barred",
        /// Somebody may again.
        BarLifted = "bar-lifted",
        /// Somebody became an admin.
        AdminNamed = "admin-named",
        /// Somebody is no admin any more.
        AdminUnnamed = "admin-unnamed",
        /// Somebody was logged out everywhere.
        SessionsEnded = "sessions-ended",
        /// A link was made with which somebody can choose a new password.
        PasswordLinkMade = "password-link-made",
        /// A room was deleted.
        RoomDeleted = "room-deleted",
        /// An invitation was made.
        InvitationMade = "invitation-made",
        /// An invitation was taken back.
        InvitationRevoked = "invitation-revoked",
        /// Who may create an account was changed.
        SignUpSet = "sign-up-set",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_it_was_written() {
        for what in [ActionKind::Barred, ActionKind::AdminNamed, ActionKind::SignUpSet] {
            assert_eq!(ActionKind::parse(what.as_str()), Some(what));
        }
        assert_eq!(ActionKind::parse("robbed"), None);
    }
}
