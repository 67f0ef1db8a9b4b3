//! How the rules are worded when they refuse something.

use std::borrow::Cow;

use rocket::http::Status;

use super::too_many::in_words;
use crate::model::Refusal;

/// Status, type, title and detail.
pub(super) type Words = (Status, &'static str, &'static str, Cow<'static, str>);

/// The words of a refusal.
pub(super) fn words(refusal: &Refusal) -> Words {
    let (status, kind, title, detail) = match refusal {
        Refusal::LoggedOut => (Status::Unauthorized, "logged-out", "Logged out", "Please log in to go on."),
        Refusal::AnotherAccount(name) => {
            let detail = format!(
                "You are now logged in as “{name}”. The page that you used was made for another account, so nothing was done."
            );
            return (Status::Conflict, "another-account", "Another account", detail.into());
        }
        Refusal::WrongPassword => {
            let detail = "The username or the password is wrong.";
            (Status::Unauthorized, "wrong-password", "Not logged in", detail)
        }
        Refusal::TooManyGuesses { wait } => {
            let detail =
                format!("There were too many wrong passwords. Please try again in {}.", in_words(*wait));
            return (Status::TooManyRequests, "too-many-guesses", "Too many attempts", detail.into());
        }
        Refusal::NoSuchRoom => (Status::NotFound, "no-such-room", "No such room", "There is no room here."),
        Refusal::RoomDeleted { room, by } => {
            let detail = format!("The room “{room}” was deleted by {by}.");
            return (Status::Gone, "room-deleted", "Room deleted", detail.into());
        }
        Refusal::NotAMember { .. }
        | Refusal::InsideAnother(_)
        | Refusal::LeftAlready
        | Refusal::NotTheOwner
        | Refusal::TooManyRooms(_) => return of_rooms(refusal),
        Refusal::RoomNameTaken
        | Refusal::RoomNameLike(_)
        | Refusal::UsernameTaken
        | Refusal::UsernameLike(_) => return name_taken(refusal),
        Refusal::Barred
        | Refusal::SignUpClosed
        | Refusal::InvitationNeeded
        | Refusal::InvitationOver
        | Refusal::PasswordLinkOver => return kept_out(refusal),
        Refusal::NotAnAdmin
        | Refusal::NoSuchAccount
        | Refusal::Yourself
        | Refusal::LastAdmin
        | Refusal::PasswordOfAdmin => return of_admins(refusal),
        Refusal::NoSuchMessage | Refusal::NotYours | Refusal::MessageDeleted => return of_messages(refusal),
        Refusal::NonceReused | Refusal::Resync => return not_of_this_log(refusal),
    };
    (status, kind, title, detail.into())
}

/// Those of who may be in a room, delete or create one.
fn of_rooms(refusal: &Refusal) -> Words {
    let (status, kind, title, detail) = match refusal {
        Refusal::InsideAnother(room) => {
            let detail = format!("You’re in “{}”. Leave it to join another room.", room.name);
            return (Status::Conflict, "inside-another", "In another room", detail.into());
        }
        Refusal::TooManyRooms(most) => {
            let detail = format!(
                "You have created {most} rooms, as many as one person may. Delete one to create another."
            );
            return (Status::Conflict, "too-many-rooms", "Too many rooms", detail.into());
        }
        Refusal::LeftAlready => {
            let detail = "You had already left the room you were in. You can join this one now.";
            (Status::Conflict, "left-already", "Left already", detail)
        }
        Refusal::NotTheOwner => {
            let detail = "Only the person who made this room can delete it or save a copy.";
            (Status::Forbidden, "not-the-owner", "Not your room", detail)
        }
        _ => (Status::Forbidden, "not-a-member", "Not in this room", "You are not in this room."),
    };
    (status, kind, title, detail.into())
}

/// Those of changes of a message.
fn of_messages(refusal: &Refusal) -> Words {
    let (status, kind, title, detail) = match refusal {
        Refusal::NoSuchMessage => {
            (Status::NotFound, "no-such-message", "No such message", "There is no such message in this room.")
        }
        Refusal::NotYours => {
            let detail = "You can edit only what you wrote yourself. \
                          A message is deleted by who wrote it or by who made the room.";
            (Status::Forbidden, "not-yours", "Not your message", detail)
        }
        _ => (Status::Conflict, "message-deleted", "Message deleted", "This message was deleted."),
    };
    (status, kind, title, detail.into())
}

/// Those of a nonce or a cursor.
fn not_of_this_log(refusal: &Refusal) -> Words {
    let (kind, title, detail) = match refusal {
        Refusal::NonceReused => (
            "nonce-reused",
            "Sent before",
            "This was sent before with another text. Send it again to post it as a new message.",
        ),
        _ => ("resync", "Another history", "The cursor is not of this log. Read the room from the start."),
    };
    (Status::Conflict, kind, title, detail.into())
}

/// Those of a name that somebody else has, or one that looks like it.
fn name_taken(refusal: &Refusal) -> Words {
    const ROOM: &str = "room-name-taken";
    const USER: &str = "username-taken";
    let (kind, detail) = match refusal {
        Refusal::RoomNameTaken => {
            (ROOM, "There is a room of this name already. Please choose another name.".into())
        }
        Refusal::RoomNameLike(name) => {
            let detail = format!("This would be mistaken for the room “{name}”. Please choose another name.");
            (ROOM, detail.into())
        }
        Refusal::UsernameLike(name) => {
            let detail =
                format!("This would be mistaken for “{name}”, who is here already. Please choose another.");
            (USER, detail.into())
        }
        _ => (USER, "That username is taken. Please choose another.".into()),
    };
    (Status::Conflict, kind, "Name taken", detail)
}

/// Those of people who do not come in.
fn kept_out(refusal: &Refusal) -> Words {
    let (status, kind, title, detail) = match refusal {
        Refusal::Barred => {
            let detail = "This account is barred. Please ask those who look after this site.";
            (Status::Forbidden, "barred", "Barred", detail)
        }
        Refusal::InvitationNeeded => {
            let detail = "You need an invitation to create an account here. Please ask those who look after this site.";
            (Status::Forbidden, "invitation-needed", "Not open to all", detail)
        }
        Refusal::InvitationOver => {
            let detail = "This invitation is no longer valid. Please ask for a new one.";
            (Status::Gone, "invitation-over", "Invitation not valid", detail)
        }
        Refusal::PasswordLinkOver => {
            let detail = "This link is no longer valid. If you have just set a new password with it, log in with that; if not, please ask for a new link.";
            (Status::Gone, "password-link-over", "Link not valid", detail)
        }
        _ => {
            let detail = "No accounts can be created here at the moment.";
            (Status::Forbidden, "sign-up-closed", "Not open", detail)
        }
    };
    (status, kind, title, detail.into())
}

/// Those of what admins do.
fn of_admins(refusal: &Refusal) -> Words {
    let (status, kind, title, detail) = match refusal {
        Refusal::NoSuchAccount => {
            (Status::NotFound, "no-such-account", "No such account", "There is no such account.")
        }
        Refusal::Yourself => (Status::Conflict, "yourself", "Not yourself", "You cannot bar yourself."),
        Refusal::LastAdmin => {
            let detail = "They are the only admin. Please make somebody else an admin first.";
            (Status::Conflict, "last-admin", "The only admin", detail)
        }
        Refusal::PasswordOfAdmin => {
            let detail = "This person is an admin, and admins do not reset each other’s passwords. \
                          Whoever runs the server can, or you can after removing them as an admin.";
            (Status::Conflict, "password-of-admin", "An admin’s password", detail)
        }
        // As for any address that does not exist.
        _ => (Status::NotFound, "not-found", "Not found", "There is no such page."),
    };
    (status, kind, title, detail.into())
}
