//! Logging in and out.

use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{Route, State, post, routes};

use super::body::Fields;
use super::cookies;
use super::error::Error;
use super::log_in::LogIn;
use super::pages::PageAnswer;
use super::same_origin::SameOrigin;
use super::welcome::{AccountField, SentAccount, Welcome};
use crate::live::Live;
use crate::model::accounts::{Password, UsernameKey};
use crate::model::{Invalid, Refusal};
use crate::store::Store;

#[post("/session", data = "<sent>")]
async fn log_in(log_in: LogIn<'_>, sent: Fields<SentAccount>) -> PageAnswer {
    let opened = open(&log_in, &sent.0).await;
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

/// An unknown name and a wrong password are reported alike, and take alike long.
async fn open(log_in: &LogIn<'_>, sent: &SentAccount) -> Result<(), Error> {
    if sent.username.trim().is_empty() || sent.password.is_empty() {
        return Err(Invalid::new("Please give your username and your password.").into());
    }
    let session = log_in.new_session(sent)?;
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
    routes![log_in, log_out]
}
