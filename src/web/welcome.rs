//! The first page: log in, or create an account.

use rocket::http::Method;
use rocket::response::Redirect;
use rocket::{Request, Responder, Route, get, routes, uri};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::guards::Visitor;
use super::pages::{self, Page};
use super::rooms;

/// The two forms as they are shown; what was typed stays in them, the password aside.
#[derive(Default, Serialize)]
pub(super) struct Welcome<'a> {
    pub(super) next: &'a str,
    pub(super) alert: Option<&'a str>,
    pub(super) log_in: AccountForm<'a>,
    pub(super) create: AccountForm<'a>,
}

#[derive(Default, Serialize)]
pub(super) struct AccountForm<'a> {
    pub(super) username: &'a str,
    pub(super) error: Option<&'a str>,
}

impl Welcome<'_> {
    pub(super) fn render(&self) -> Template {
        pages::render("welcome/show", Page::new(None, self))
    }
}

#[derive(Responder)]
enum Shown {
    Page(Template),
    Elsewhere(Redirect),
}

#[get("/?<next>")]
fn show(visitor: Visitor<'_>, next: Option<&str>) -> Shown {
    match visitor.0 {
        Some(_) => Shown::Elsewhere(Redirect::to(destination(next.unwrap_or_default()))),
        None => Shown::Page(Welcome { next: next.unwrap_or_default(), ..Welcome::default() }.render()),
    }
}

/// Where to go after log-in: a page of ours, or else the list.
pub(super) fn destination(next: &str) -> String {
    let ours = next == "/rooms" || next.starts_with("/rooms/") || next.starts_with("/rooms?");
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') && !next.contains("//");
    if ours && plain { next.to_owned() } else { uri!(rooms::index(_)).to_string() }
}

/// What someone sees who has to log in first. After that they go on to what they asked for, or where
/// it is said what became of it.
pub(super) fn asked_to_log_in(request: &Request<'_>, alert: &str, unsent: Option<&str>) -> Template {
    let asked_for = match rooms::id_in_path(request) {
        _ if request.method() == Method::Get && !rooms::is_fragment(request) => request.uri().to_string(),
        Some(room) => format!("/rooms/{room}"),
        None => String::new(),
    };
    let welcome = Welcome { next: &asked_for, alert: Some(alert), ..Welcome::default() };
    pages::render("welcome/show", Page::new(None, welcome).with_unsent(unsent))
}

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}

#[cfg(test)]
mod tests {
    use super::destination;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(destination("/rooms/7?before=3"), "/rooms/7?before=3");
        for next in
            ["", "//evil.example", "https://evil.example", "/rooms//evil", "/rooms/\\evil", "/rooms/\r\nX: y"]
        {
            assert_eq!(destination(next), "/rooms", "{next:?}");
        }
    }
}
