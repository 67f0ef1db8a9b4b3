//! Domain errors: why something a person asked for was refused.

use std::time::Duration;

use super::rooms::RoomLink;

/// Why a request was refused by the rules. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The session has ended, or there was none.
    LoggedOut,
    /// The page that this was sent from was made for another account than this person's, of that name.
    AnotherAccount(String),
    /// No such account, or not its password.
    WrongPassword,
    /// There were too many wrong passwords: no password is looked at for so long.
    TooManyGuesses {
        /// How long.
        wait: Duration,
    },
    /// No such room was ever created.
    NoSuchRoom,
    /// The room was deleted.
    RoomDeleted {
        /// What it was called.
        room: String,
        /// Who deleted it.
        by: String,
    },
    /// The person is not in this room…
    NotAMember {
        /// …but in that one, if in any.
        inside: Option<RoomLink>,
    },
    /// The person is in another room, and one is in one room at a time.
    InsideAnother(RoomLink),
    /// The person wanted to leave a room for another, but is in none any more.
    LeftAlready,
    /// Only who created a room may delete it.
    NotTheOwner,
    /// The person has created so many rooms that are open, which is as many as one may have.
    TooManyRooms(u32),
    /// An open room has this name.
    RoomNameTaken,
    /// An open room's name, this one, looks like that.
    RoomNameLike(String),
    /// An account has this name, in whatever letter case.
    UsernameTaken,
    /// The name of an account, this one, looks like that.
    UsernameLike(String),
    /// The account is barred: it may not log in.
    Barred,
    /// Nobody may create an account now.
    SignUpClosed,
    /// Whoever creates an account needs an invitation.
    InvitationNeeded,
    /// The invitation has expired, was used up or taken back, or there was none.
    InvitationOver,
    /// The link to a new password has expired, was used or made void, or there was none.
    PasswordLinkOver,
    /// Only admins do this. To others it is as if there were nothing.
    NotAnAdmin,
    /// There is no such account.
    NoSuchAccount,
    /// Nobody bars themselves.
    Yourself,
    /// The site would be without an admin.
    LastAdmin,
    /// An admin's password is not for other admins to reset.
    PasswordOfAdmin,
    /// No message of the room has this number.
    NoSuchMessage,
    /// Only who wrote a message may edit it, and only they or who made the room may delete it.
    NotYours,
    /// The message was deleted.
    MessageDeleted,
    /// The nonce belongs to another message of the same author.
    NonceReused,
    /// The cursor is ahead of the log, or of another history: read again from the start.
    Resync,
}
