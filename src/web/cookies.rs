//! Cookies: what each is called, and that nobody but this host, over HTTPS where there is any, is given one or can set
//! one.
//!
//! Where people come in by HTTPS their names begin with `__Host-`: browsers accept such a cookie only over HTTPS and
//! for this very host, so that neither another host of the domain nor somebody on the line can plant one.

use std::borrow::Cow;
use std::convert::Infallible;

use rocket::Request;
use rocket::http::{Cookie, CookieJar, SameSite};
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest};
use rocket::time::Duration;

use crate::config::Config;
use crate::model::sessions::Token;

/// A cookie, by its name over plain HTTP.
#[derive(Clone, Copy)]
pub(super) struct Name(&'static str);

/// Holds a session's token.
const SESSION: Name = Name("parlor");
/// Knows who has been logged in in this browser.
pub(super) const BROWSER: Name = Name("parlor_browser");

/// Says to the script of the next page that somebody has just logged out, and holds nothing else.
const LEFT: &str = "parlor_left";

/// The cookies of the browser that sends a request. All that hold something are encrypted.
#[derive(Clone, Copy)]
pub(super) struct Cookies<'r> {
    jar: &'r CookieJar<'r>,
    https: bool,
}

impl<'r> Cookies<'r> {
    pub(super) fn of(request: &'r Request<'_>) -> Self {
        let https = request.rocket().state().is_some_and(Config::is_https);
        Self { jar: request.cookies(), https }
    }

    /// What the cookie holds, if it is whole and of our making.
    pub(super) fn get(&self, name: Name) -> Option<String> {
        Some(self.jar.get_private(&self.full(name))?.value().to_owned())
    }

    /// Gives this browser a cookie. 400 days is the longest that Chrome keeps one.
    pub(super) fn set(&self, name: Name, value: String) {
        let mut cookie = self.build(name, value);
        cookie.set_max_age(Duration::days(400));
        self.jar.add_private(cookie);
    }

    /// The token this browser holds.
    pub(super) fn token(&self) -> Option<Token> {
        Token::from_hex(&self.get(SESSION)?)
    }

    /// Gives this browser a token. When the session ends is for the database to say; when the browser drops the cookie
    /// even a daily visitor logs in again.
    pub(super) fn set_token(&self, token: &Token) {
        self.set(SESSION, token.to_hex());
    }

    /// Takes the token away from this browser.
    pub(super) fn clear_token(&self) {
        // One of a `__Host-` cookie is accepted only as it was set.
        self.jar.remove_private(self.build(SESSION, String::new()));
    }

    /// Has the next page remove what others have kept in this browser, where the page with *Log out* could not: its script
    /// may not have come yet.
    pub(super) fn set_left(&self) {
        let left =
            Cookie::build((LEFT, "1")).path("/").same_site(SameSite::Lax).max_age(Duration::minutes(1));
        self.jar.add(left);
    }

    /// Whether this browser has sent a session's cookie, of whatever content.
    pub(super) fn has_token(&self) -> bool {
        self.jar.get(&self.full(SESSION)).is_some()
    }

    fn build(&self, name: Name, value: String) -> Cookie<'static> {
        Cookie::build((self.full(name), value))
            .path("/")
            .same_site(SameSite::Lax)
            .http_only(true)
            .secure(self.https)
            .build()
    }

    fn full(&self, Name(name): Name) -> Cow<'static, str> {
        if self.https { format!("__Host-{name}").into() } else { name.into() }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Cookies<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Infallible> {
        Outcome::Success(Self::of(request))
    }
}
