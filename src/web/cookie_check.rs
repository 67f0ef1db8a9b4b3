//! The cookie check: on the way in, whether the browser has kept the cookie that it was given.

use std::convert::Infallible;

use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest};
use rocket::response::Redirect;
use rocket::{Request, Route, State, get, routes, uri};

use super::cookies::Cookies;
use super::guards::Visitor;
use super::pages::PageAnswer;
use super::paths;
use super::welcome::{Alert, Offer, Welcome};
use crate::config::{Config, PublicUrl};
use crate::model::sign_up::SignUpRules;
use crate::store::Store;

/// Where a browser that has just been logged in shows that it has kept the cookie, on its way to `next`.
pub(super) fn to_check(next: &str) -> Redirect {
    Redirect::to(uri!(check(paths::after_log_in(next))))
}

#[get("/session/begun?<next>")]
async fn check(
    visitor: Visitor<'_>,
    referer: Referer<'_>,
    cookies: Cookies<'_>,
    config: &State<Config>,
    store: &Store,
    rules: &State<SignUpRules>,
    next: &str,
) -> PageAnswer {
    if visitor.0.is_some() {
        return paths::to_wanted(next).into();
    }
    let lost = config.is_https() && !referer.is_over_https();
    let is_kept = cookies.has_token();
    let text = match is_kept {
        true => "Please log in to go on.".to_owned(),
        false if lost => format!(
            "You are not logged in: this site only works over HTTPS. Please open {}.",
            config.public_url.as_ref().map_or("Parlor by its https address", PublicUrl::origin)
        ),
        false => {
            "You are not logged in: your browser has not kept Parlor’s cookie. Please allow cookies for this \
                  site."
                .to_owned()
        }
    };
    let offer = Offer::to_all(store, rules).await;
    let alert = Alert { text: &text, is_error: !is_kept };
    let welcome = Welcome { next, alert: Some(alert), ..Welcome::new(offer) };
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
