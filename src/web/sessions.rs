//! Logging in and out.

use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{Route, State, post, routes};

use super::body::Fields;
use super::cookies;
use super::error::{Error, Problem};
use super::guards::SameOrigin;
use super::welcome::{AccountForm, Entered, Entrance, SentAccount, Welcome};
use crate::live::Live;
use crate::model::accounts::{Password, Username};
use crate::model::sessions::Token;
use crate::model::{Invalid, Refusal};
use crate::store::{NewSession, Store};

#[post("/session", data = "<sent>")]
async fn log_in(entrance: Entrance<'_>, sent: Fields<SentAccount>) -> Entered {
    let token = Token::random();
    match open(&entrance, &sent.0, &token).await {
        Ok(()) => entrance.enter(&token, &sent.0.next).await,
        Err(error) => {
            let problem = Problem::from(error);
            let log_in = AccountForm { username: &sent.0.username, error: Some(&problem.detail) };
            let welcome = Welcome { next: &sent.0.next, log_in, ..Welcome::default() };
            entrance.refuse(problem.status, &welcome)
        }
    }
}

/// An unknown name and a wrong password are told alike, and take alike long.
async fn open(entrance: &Entrance<'_>, sent: &SentAccount, token: &Token) -> Result<(), Error> {
    if sent.username.trim().is_empty() || sent.password.is_empty() {
        return Err(Invalid::new("Please give your username and your password.").into());
    }
    let known = match Username::parse(&sent.username) {
        Ok(name) => entrance.store.find_credentials(&name).await?,
        Err(_) => None,
    };
    let account = known.as_ref().map(|known| known.account);
    let known = known.map(|known| known.password_hash);
    let matches = entrance.passwords.verify(Password::presented(&sent.password), known).await?;
    let client = entrance.client;
    let Some(account) = account.filter(|_| matches) else {
        // Not the name: people type passwords there.
        let account = account.map(|account| account.0);
        tracing::info!(account, %client, "log-in refused: wrong username or password");
        return Err(Refusal::WrongPassword.into());
    };
    entrance.store.open_session(account, &NewSession { token: token.hash() }).await?;
    tracing::info!(account = account.0, %client, "logged in");
    Ok(())
}

#[post("/session/end")]
async fn log_out(
    _same: SameOrigin,
    jar: &CookieJar<'_>,
    store: &Store,
    live: &State<Live>,
) -> Result<Redirect, Error> {
    if let Some(token) = cookies::token(jar) {
        store.end_session(&token.hash()).await?;
        live.settle().await;
    }
    cookies::drop(jar);
    Ok(Redirect::to("/"))
}

pub(super) fn routes() -> Vec<Route> {
    routes![log_in, log_out]
}
