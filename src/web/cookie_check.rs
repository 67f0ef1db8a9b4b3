//! The cookie check: on the way in, whether the browser has kept the cookie that it was given.

use std::convert::Infallible;

use rocket::http::CookieJar;
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest};
use rocket::response::Redirect;
use rocket::{Request, Route, State, get, routes, uri};

use super::guards::Visitor;
use super::pages::PageAnswer;
use super::welcome::Welcome;
use super::{cookies, paths};
use crate::config::Config;

/// Where a browser that has just been logged in shows that it has kept the cookie, on its way to `next`.
pub(super) fn to_check(next: &str) -> Redirect {
    Redirect::to(uri!(check(paths::after_log_in(next))))
}

#[get("/session/begun?<next>")]
fn check(
    visitor: Visitor<'_>,
    referer: Referer<'_>,
    jar: &CookieJar<'_>,
    config: &State<Config>,
    next: &str,
) -> PageAnswer {
    if visitor.0.is_some() {
        return Redirect::to(paths::after_log_in(next)).into();
    }
    let alert = match jar.get(cookies::NAME) {
        Some(_) => "Please log in to go on.",
        None if config.secure_cookie && !referer.is_over_https() => {
            "You are not logged in: Parlor’s cookie is for https only here (the setting secure_cookie), and was not \
             kept. Please open Parlor by its https address."
        }
        None => {
            "You are not logged in: your browser has not kept Parlor’s cookie. Please allow cookies for this site."
        }
    };
    let welcome = Welcome { next, alert: Some(alert), ..Welcome::new() };
    PageAnswer::refused(401, welcome.render(&visitor))
}

/// The page of ours that led here, as the browser knows it: whether a proxy speaks TLS is not seen from here.
struct Referer<'r>(Option<&'r str>);

impl Referer<'_> {
    fn is_over_https(&self) -> bool {
        self.0.is_some_and(|referer| referer.starts_with("https://"))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Referer<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Infallible> {
        Outcome::Success(Self(request.headers().get_one("Referer")))
    }
}

pub(super) fn routes() -> Vec<Route> {
    routes![check]
}
