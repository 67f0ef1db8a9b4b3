//! The first page, with its two forms: log in, or create an account.

use rocket::http::{CookieJar, Status};
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::response::Redirect;
use rocket::{FromForm, Request, Responder, Route, State, get, routes};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::client::ClientAddress;
use super::guards::{SameOrigin, Visitor};
use super::pages::{self, Page};
use super::templates;
use super::{Passwords, cookies, paths};
use crate::config::Config;
use crate::live::Live;
use crate::model::sessions::Token;
use crate::store::Store;

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
    /// The page for `visitor`, who may be logged in: an old tab can still show the forms.
    fn render(&self, visitor: &Visitor<'_>) -> Template {
        pages::render(templates::WELCOME, Page::new(visitor.0, self))
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
        Some(_) => Shown::Elsewhere(Redirect::to(paths::after_log_in(next.unwrap_or_default()))),
        None => {
            let welcome = Welcome { next: next.unwrap_or_default(), ..Welcome::default() };
            Shown::Page(welcome.render(&visitor))
        }
    }
}

/// What someone sees who has to log in first.
pub(super) fn asked_to_log_in(request: &Request<'_>, alert: &str, unsent: Option<&str>) -> Template {
    let next = paths::asked_for(request);
    let welcome = Welcome { next: &next, alert: Some(alert), ..Welcome::default() };
    pages::render(templates::WELCOME, Page::new(None, welcome).with_unsent(unsent))
}

/// What the two forms of the welcome page send.
#[derive(FromForm)]
pub(super) struct SentAccount {
    #[field(default = String::new())]
    pub(super) username: String,
    #[field(default = String::new())]
    pub(super) password: String,
    #[field(default = String::new())]
    pub(super) next: String,
}

/// What became of someone who wanted in.
#[derive(Responder)]
pub(super) enum Entered {
    /// They are in.
    In(Redirect),
    /// The form again, with what is wrong.
    Refused((Status, Template)),
}

/// Somebody who wants in, and what it takes to let them.
pub(super) struct Entrance<'r> {
    pub(super) store: &'r Store,
    pub(super) passwords: &'r Passwords,
    live: &'r Live,
    config: &'r Config,
    visitor: Visitor<'r>,
    pub(super) client: ClientAddress,
    jar: &'r CookieJar<'r>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Entrance<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        try_outcome!(request.guard::<SameOrigin>().await);
        Outcome::Success(Self {
            visitor: try_outcome!(request.guard::<Visitor<'_>>().await),
            store: try_outcome!(request.guard::<&Store>().await),
            passwords: try_outcome!(request.guard::<&State<Passwords>>().await),
            live: try_outcome!(request.guard::<&State<Live>>().await),
            config: try_outcome!(request.guard::<&State<Config>>().await),
            client: ClientAddress::of(request),
            jar: request.cookies(),
        })
    }
}

impl Entrance<'_> {
    /// Lets somebody in whose session has just been opened. Who was logged in here before is logged
    /// out, but only now: whoever logs in again stays in their room.
    pub(super) async fn enter(&self, token: &Token, next: &str) -> Entered {
        if let Some(former) = cookies::token(self.jar) {
            match self.store.end_session(&former.hash()).await {
                Ok(()) => self.live.settle().await,
                Err(error) => tracing::warn!("a replaced session could not be ended: {error}"),
            }
        }
        cookies::keep(self.jar, token, self.config);
        Entered::In(Redirect::to(paths::after_log_in(next)))
    }

    /// Shows the forms again.
    pub(super) fn refuse(&self, status: u16, welcome: &Welcome<'_>) -> Entered {
        Entered::Refused((Status::new(status), welcome.render(&self.visitor)))
    }
}

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}
