//! Creating an account.

use rocket::http::{CookieJar, Status};
use rocket::{Route, State, post, routes};

use super::Passwords;
use super::body::Fields;
use super::error::{Error, Problem};
use super::guards::{SameOrigin, Visitor};
use super::welcome::{AccountForm, Browser, Entered, SentAccount, Welcome};
use crate::config::Config;
use crate::live::Live;
use crate::model::accounts::{Password, Username};
use crate::model::sessions::Token;
use crate::store::Store;

#[post("/accounts", data = "<sent>")]
async fn create(
    _same: SameOrigin,
    visitor: Visitor<'_>,
    browser: Browser<'_>,
    sent: Fields<SentAccount>,
    jar: &CookieJar<'_>,
    store: &State<Store>,
    live: &State<Live>,
    passwords: &State<Passwords>,
    config: &State<Config>,
) -> Entered {
    let token = Token::random();
    match make(&sent.0, &browser, &token, store, passwords).await {
        Ok(()) => browser.enter(jar, &token, config, store, live, &sent.0.next).await,
        Err(error) => refused(error, &sent.0, &visitor),
    }
}

async fn make(
    sent: &SentAccount,
    browser: &Browser<'_>,
    token: &Token,
    store: &Store,
    passwords: &Passwords,
) -> Result<(), Error> {
    let name = Username::parse(&sent.username)?;
    let password = Password::parse(&sent.password)?;
    let hash = passwords.hash(password).await?;
    Ok(store.create_account(&name, &hash, &browser.session(token)).await?)
}

fn refused(error: Error, sent: &SentAccount, visitor: &Visitor<'_>) -> Entered {
    let problem = Problem::from(error);
    let create = AccountForm { username: &sent.username, error: Some(&problem.detail) };
    let page = Welcome { next: &sent.next, create, ..Welcome::default() }.render(visitor);
    Entered::Refused((Status::new(problem.status), page))
}

pub(super) fn routes() -> Vec<Route> {
    routes![create]
}
