//! Logging in and out.

use rocket::http::Header;
use rocket::response::Redirect;
use rocket::{Responder, Route, State, post, routes};

use super::body::Fields;
use super::cookies::Cookies;
use super::error::Error;
use super::guards::Visitor;
use super::guesses::Guesses;
use super::log_in::LogIn;
use super::page_account;
use super::pages::PageAnswer;
use super::same_origin::SameOrigin;
use super::welcome::{AccountField, SentAccount, Welcome};
use crate::config::Config;
use crate::live::Live;
use crate::model::{Invalid, Refusal};
use crate::store::{Credentials, Store};

#[post("/session", data = "<sent>")]
async fn log_in(log_in: LogIn<'_>, guesses: Guesses<'_>, sent: Fields<SentAccount>) -> PageAnswer {
    let opened = open(&log_in, &guesses, &sent.0).await;
    log_in.answer(&sent.0, opened, wrong_field, |welcome, log_in| Welcome { log_in, ..welcome }).await
}

/// Of a wrong username and a wrong password it is more often the latter.
fn wrong_field(sent: &SentAccount, error: &Error) -> Option<AccountField> {
    match error {
        Error::Refused(Refusal::WrongPassword) => Some(AccountField::Password),
        Error::Invalid(_) if sent.username.trim().is_empty() => Some(AccountField::Username),
        Error::Invalid(_) if sent.password.is_empty() => Some(AccountField::Password),
        _ => None,
    }
}

async fn open(log_in: &LogIn<'_>, guesses: &Guesses<'_>, sent: &SentAccount) -> Result<Credentials, Error> {
    if sent.username.trim().is_empty() || sent.password.is_empty() {
        return Err(Invalid::new("Please give your username and your password.").into());
    }
    let session = log_in.new_session(sent)?;
    let account = guesses.check(&sent.username, &sent.password).await?;
    log_in.open(&account, &session).await?;
    tracing::info!(account = account.account.0, client = %log_in.waiter.client, "logged in");
    Ok(account)
}

/// Ends the session of whom the page was made for, and nobody else's.
#[post("/session/end?<account>")]
async fn log_out(
    _same: SameOrigin,
    visitor: Visitor<'_>,
    account: Option<&str>,
    cookies: Cookies<'_>,
    store: &Store,
    live: &State<Live>,
    config: &State<Config>,
) -> Result<LoggedOut, Error> {
    if let Some(user) = visitor.0 {
        page_account::require(account, &user.session.person)?;
    }
    if let Some(token) = cookies.token() {
        live.applied(store.end_session(&token.hash()).await?).await;
    }
    cookies.clear_token();
    let redirect = Box::new(Redirect::to("/"));
    if !config.is_https() {
        cookies.set_left();
        return Ok(LoggedOut::There(redirect));
    }
    // Not the cookies: that which knows this browser stays.
    Ok(LoggedOut::Forgotten(redirect, Header::new("Clear-Site-Data", "\"storage\"")))
}

/// On the way to the first page.
#[derive(Responder)]
enum LoggedOut {
    /// There the script removes what pages have kept in this browser.
    There(Box<Redirect>),
    /// The browser does, where it obeys that header: over HTTPS.
    Forgotten(Box<Redirect>, Header<'static>),
}

pub(super) fn routes() -> Vec<Route> {
    routes![log_in, log_out]
}
