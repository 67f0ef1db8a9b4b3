//! Logging in and out.

use rocket::http::{CookieJar, Status};
use rocket::response::Redirect;
use rocket::{Route, State, post, routes};

use super::body::Fields;
use super::error::{Error, Problem};
use super::guards::{SameOrigin, Visitor};
use super::welcome::{AccountForm, Browser, Entered, SentAccount, Welcome};
use super::{Passwords, cookies};
use crate::config::Config;
use crate::live::Live;
use crate::model::Invalid;
use crate::model::accounts::Username;
use crate::model::sessions::Token;
use crate::store::Store;

#[post("/session", data = "<sent>")]
async fn log_in(
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
    match open(&sent.0, &browser, &token, store, passwords).await {
        Ok(()) => browser.enter(jar, &token, config, store, live, &sent.0.next).await,
        Err(refusal) => refused(refusal, &sent.0, &visitor),
    }
}

/// Why nobody was let in.
enum NotOpened {
    /// No such name, or not its password: the two are told alike, and take alike long.
    Wrong,
    /// Anything else.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for NotOpened {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

async fn open(
    sent: &SentAccount,
    browser: &Browser<'_>,
    token: &Token,
    store: &Store,
    passwords: &Passwords,
) -> Result<(), NotOpened> {
    if sent.username.trim().is_empty() || sent.password.is_empty() {
        return Err(NotOpened::from(Invalid::new("Please give your username and your password.")));
    }
    let known = match Username::parse(&sent.username) {
        Ok(name) => store.find_credentials(&name).await?,
        Err(_) => None,
    };
    let account = known.as_ref().map(|known| known.account);
    let matches = passwords.verify(sent.password.clone(), known.map(|known| known.password_hash)).await?;
    let account = account.filter(|_| matches).ok_or(NotOpened::Wrong)?;
    Ok(store.open_session(account, &browser.session(token)).await?)
}

fn refused(refusal: NotOpened, sent: &SentAccount, visitor: &Visitor<'_>) -> Entered {
    let (status, detail) = match refusal {
        NotOpened::Wrong => (Status::Unauthorized, "The username or the password is wrong.".to_owned()),
        NotOpened::Failed(error) => {
            let problem = Problem::from(error);
            (Status::new(problem.status), problem.detail)
        }
    };
    let log_in = AccountForm { username: &sent.username, error: Some(&detail) };
    let page = Welcome { next: &sent.next, log_in, ..Welcome::default() }.render(visitor);
    Entered::Refused((status, page))
}

#[post("/session/end")]
async fn log_out(
    _same: SameOrigin,
    jar: &CookieJar<'_>,
    store: &State<Store>,
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
