//! Logging in and out.

use std::convert::Infallible;

use rocket::http::CookieJar;
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest};
use rocket::response::Redirect;
use rocket::{Request, Route, State, get, post, routes};

use super::body::Fields;
use super::error::{Error, Problem};
use super::guards::Visitor;
use super::log_in::LogIn;
use super::pages::Answer;
use super::same_origin::SameOrigin;
use super::welcome::{AccountForm, SentAccount, Welcome};
use super::{cookies, paths};
use crate::config::Config;
use crate::live::Live;
use crate::model::accounts::{Password, UsernameKey};
use crate::model::sessions::Token;
use crate::model::{Invalid, Refusal};
use crate::store::Store;

#[post("/session", data = "<sent>")]
async fn log_in(log_in: LogIn<'_>, sent: Fields<SentAccount>) -> Answer {
    let token = Token::random();
    match open(&log_in, &sent.0, &token).await {
        Ok(()) => log_in.enter(&token, &sent.0.next).await,
        Err(error) => {
            let problem = Problem::from(error);
            let form = AccountForm { username: &sent.0.username, error: Some(&problem.detail) };
            let welcome = Welcome { next: &sent.0.next, log_in: form, ..Welcome::new() };
            log_in.refuse(&problem, &welcome)
        }
    }
}

/// An unknown name and a wrong password are told alike, and take alike long.
async fn open(log_in: &LogIn<'_>, sent: &SentAccount, token: &Token) -> Result<(), Error> {
    if sent.username.trim().is_empty() || sent.password.is_empty() {
        return Err(Invalid::new("Please give your username and your password.").into());
    }
    let session = sent.session(token, log_in.now())?;
    let known = match UsernameKey::of(&sent.username) {
        Some(name) => log_in.store().await?.find_credentials(&name).await?,
        None => None,
    };
    let account = known.as_ref().map(|known| known.account);
    let known = known.map(|known| known.password_hash);
    let client = log_in.client;
    let matches = log_in.passwords.verify(client, Password::presented(&sent.password), known).await?;
    let Some(account) = account.filter(|_| matches) else {
        // Not the name: people type passwords there.
        let account = account.map(|account| account.0);
        tracing::info!(account, %client, "log-in refused: wrong username or password");
        return Err(Refusal::WrongPassword.into());
    };
    log_in.open(account, &session).await?;
    tracing::info!(account = account.0, %client, "logged in");
    Ok(())
}

/// On the way in: whether the browser has kept the cookie it was given.
#[get("/session/begun?<next>")]
pub(super) fn begun(
    visitor: Visitor<'_>,
    came: CameFrom<'_>,
    jar: &CookieJar<'_>,
    config: &State<Config>,
    next: &str,
) -> Answer {
    if visitor.0.is_some() {
        return Redirect::to(paths::after_log_in(next)).into();
    }
    let alert = match jar.get(cookies::NAME) {
        Some(_) => "Please log in to go on.",
        None if config.secure_cookie && !came.is_over_https() => {
            "You are not logged in: Parlor’s cookie is for https only here (the setting secure_cookie), and was not \
             kept. Please open Parlor by its https address."
        }
        None => {
            "You are not logged in: your browser has not kept Parlor’s cookie. Please allow cookies for this site."
        }
    };
    let welcome = Welcome { next, alert: Some(alert), ..Welcome::new() };
    Answer::refused(401, welcome.render(&visitor))
}

/// The page of ours that led here, as the browser knows it: whether a proxy speaks TLS is not seen from here.
pub(super) struct CameFrom<'r>(Option<&'r str>);

impl CameFrom<'_> {
    fn is_over_https(&self) -> bool {
        self.0.is_some_and(|referer| referer.starts_with("https://"))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for CameFrom<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Infallible> {
        Outcome::Success(Self(request.headers().get_one("Referer")))
    }
}

#[post("/session/end")]
async fn log_out(
    _same: SameOrigin,
    jar: &CookieJar<'_>,
    store: &Store,
    live: &State<Live>,
) -> Result<Redirect, Error> {
    if let Some(token) = cookies::token(jar) {
        live.applied(store.end_session(&token.hash()).await?).await;
    }
    cookies::clear(jar);
    Ok(Redirect::to("/"))
}

pub(super) fn routes() -> Vec<Route> {
    routes![log_in, begun, log_out]
}
