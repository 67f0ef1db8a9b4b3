//! Addresses: where pages are, and what a request's own address says.

use rocket::Request;
use rocket::http::Method;
use rocket::http::uri::{Origin, Path};
use rocket::response::Redirect;

use crate::model::digits::digits;
use crate::model::rooms::RoomId;

/// The list of rooms.
const LIST: &str = "/rooms";
/// The pages of admins.
const ADMIN: &str = "/admin";

/// One's own account.
const ACCOUNT: &str = "/account";

/// Sends the browser to the list.
pub(super) fn to_list() -> Redirect {
    Redirect::to(LIST)
}

/// Sends the browser to the list, where it is said that its person has deleted that room.
pub(super) fn to_list_without(deleted: RoomId) -> Redirect {
    Redirect::to(format!("{LIST}?deleted={deleted}"))
}

/// Sends the browser to a page of admins: `/rooms`, say.
pub(super) fn to_admin(rest: &str) -> Redirect {
    Redirect::to(format!("{ADMIN}{rest}"))
}

/// Sends the browser to one's own account, where it is said what was `done`.
pub(super) fn to_account(done: &str) -> Redirect {
    Redirect::to(format!("{ACCOUNT}?done={done}"))
}

/// Sends the browser to the page of room `id`.
pub(super) fn to_room(id: RoomId) -> Redirect {
    Redirect::to(room(id))
}

/// Sends the browser to message `seq` of room `id`, among those around it.
pub(super) fn to_message(id: RoomId, seq: i64) -> Redirect {
    Redirect::to(format!("{}?at={seq}#m{seq}", room(id)))
}

/// Sends the browser where it was going before it had to log in, a message's own place included: a form does not send
/// the fragment of its page's address.
pub(super) fn to_wanted(next: &str) -> Redirect {
    match message_in(next) {
        Some((id, seq)) => to_message(id, seq),
        None => Redirect::to(after_log_in(next)),
    }
}

/// The message that the address of a page names.
fn message_in(path: &str) -> Option<(RoomId, i64)> {
    let (id, seq) = path.strip_prefix(LIST)?.strip_prefix('/')?.split_once("?at=")?;
    Some((RoomId(digits(id)?), digits(seq)?))
}

fn room(id: RoomId) -> String {
    format!("{LIST}/{id}")
}

/// Where to go after log-in: to `next` if that is a page of ours, or else to the list.
pub(super) fn after_log_in(next: &str) -> String {
    let begins =
        |page| next.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let ours = begins(LIST) || begins(ADMIN) || next == ACCOUNT;
    let whole = Origin::parse(next).is_ok() && !next.contains("//");
    if ours && whole { next.to_owned() } else { LIST.to_owned() }
}

/// Where to go after a log-in: the page that was asked for, or the one that says what became of what was done.
pub(super) fn asked_for(request: &Request<'_>) -> String {
    let path = request.uri().path();
    let is_fragment = path == "/rooms/list" || path.ends_with("/people");
    match room_in(request) {
        _ if request.method() == Method::Get && !is_fragment => request.uri().to_string(),
        Some(id) => room(id),
        None => String::new(),
    }
}

/// What to open to try again what has failed: the page, or the one with the button that was pressed. To open a form
/// again would lose what was typed into it.
pub(super) fn to_try_again(request: &Request<'_>) -> Option<String> {
    match (request.method(), request.uri().path().segments().last()) {
        // Two slashes at the beginning would be another host.
        (Method::Get, _) => Some(format!("/{}", request.uri().to_string().trim_start_matches('/'))),
        (_, Some("join" | "leave" | "delete" | "dismiss" | "end" | "end-others")) => {
            Some(page_of_form(request))
        }
        _ => None,
    }
}

/// The page on which the form stands that is sent to this request's address.
pub(super) fn page_of_form(request: &Request<'_>) -> String {
    page_of(request.uri().path())
}

/// Nothing of the form's address is repeated but numbers, since anybody may have made it up.
fn page_of(form: Path<'_>) -> String {
    let segments = form.segments();
    match (room_of(form), segments.get(0)) {
        (_, Some("admin")) => page_of_admin_form(segments.get(1)),
        (Some(id), _) => page_of_message_form(id, form).unwrap_or_else(|| room(id)),
        (None, Some("rooms" | "notices")) => LIST.to_owned(),
        (None, Some("account")) => ACCOUNT.to_owned(),
        _ => "/".to_owned(),
    }
}

/// It has the address of the form itself.
fn page_of_message_form(id: RoomId, form: Path<'_>) -> Option<String> {
    let mut segments = form.segments().skip_while(|segment| *segment != "messages").skip(1);
    let seq: i64 = digits(segments.next()?)?;
    let wish = ["edit", "delete"].into_iter().find(|wish| segments.clone().eq([*wish]))?;
    Some(format!("{}/messages/{seq}/{wish}", room(id)))
}

fn page_of_admin_form(about: Option<&str>) -> String {
    let page = match about {
        Some("rooms") => "/rooms",
        Some("sign-up" | "invitations") => "/sign-up",
        _ => "",
    };
    format!("{ADMIN}{page}")
}

/// Whether a token may stand in the answer, in a link or in a form, or what only admins see. Then nothing of its address
/// is told to anybody, and it is not compressed together with what others wrote: the size would tell of it (BREACH).
pub(super) fn shows_secret(request: &Request<'_>) -> bool {
    let (is_post, mut segments) = (request.method() == Method::Post, request.uri().path().segments());
    match segments.next() {
        // What was searched for stands there beside names that others chose.
        Some("invitations" | "password-reset" | "admin") => true,
        Some("accounts") => is_post,
        _ => false,
    }
}

/// Whether what somebody searched for stands in the answer, beside what others wrote: the size of both, compressed
/// together, would tell of these (BREACH).
pub(super) fn shows_search(request: &Request<'_>) -> bool {
    let (path, query) = (request.uri().path(), request.uri().query());
    let is_filtered = || query.is_some_and(|query| query.segments().any(|(name, _)| name == "find"));
    path.ends_with("/search") || (path == LIST && is_filtered())
}

/// The room that a request is about, whatever its route.
pub(super) fn room_in(request: &Request<'_>) -> Option<RoomId> {
    room_of(request.uri().path())
}

fn room_of(path: Path<'_>) -> Option<RoomId> {
    let mut segments = path.segments();
    segments.find(|segment| *segment == "rooms")?;
    digits(segments.next()?).map(RoomId)
}

#[cfg(test)]
mod tests {
    use rocket::http::uri::Origin;

    use super::{after_log_in, message_in, page_of};
    use crate::model::rooms::RoomId;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(after_log_in("/rooms/7?before=3"), "/rooms/7?before=3");
        for next in [
            "",
            "//evil.example",
            "https://evil.example",
            "/rooms//evil",
            "/rooms/\\evil",
            "/rooms/\r\nX: y",
            "/rooms/{x",
            "/rooms/<x>",
        ] {
            assert_eq!(after_log_in(next), "/rooms", "{next:?}");
        }
    }

    #[test]
    fn nor_by_a_form_that_was_made_up() {
        for (form, page) in [
            ("/rooms/7/messages/41/delete?account=1", "/rooms/7/messages/41/delete"),
            ("/rooms/7/messages/41/edit", "/rooms/7/messages/41/edit"),
            ("//evil.example/x/messages/rooms/7/delete", "/rooms/7"),
            ("//evil.example/messages/rooms/7/messages/41/delete", "/rooms/7"),
            ("//evil.example/rooms/7/messages/41/delete", "/rooms/7/messages/41/delete"),
            ("/rooms/7/messages/x/delete", "/rooms/7"),
            ("/rooms/7/messages/41/delete/more", "/rooms/7"),
            ("//evil.example/messages/41/delete", "/"),
        ] {
            assert_eq!(page_of(Origin::parse(form).unwrap().path()), page, "{form:?}");
        }
    }

    #[test]
    fn a_message_is_named_by_two_numbers() {
        assert_eq!(message_in("/rooms/7?at=41"), Some((RoomId(7), 41)));
        for path in
            ["/rooms?at=41", "/rooms/7?at=", "/rooms/7?at=41#m41", "/rooms/7?at=4&at=1", "//rooms/7?at=41"]
        {
            assert_eq!(message_in(path), None, "{path:?}");
        }
    }
}
