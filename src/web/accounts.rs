//! Creating an account.

use rocket::{Route, post, routes};

use super::body::Fields;
use super::error::{Error, Problem};
use super::welcome::{AccountForm, Entered, Entrance, SentAccount, Welcome};
use crate::model::accounts::{Password, Username};
use crate::model::sessions::Token;
use crate::store::NewSession;

#[post("/accounts", data = "<sent>")]
async fn create(entrance: Entrance<'_>, sent: Fields<SentAccount>) -> Entered {
    let token = Token::random();
    match make(&entrance, &sent.0, &token).await {
        Ok(()) => entrance.enter(&token, &sent.0.next).await,
        Err(error) => {
            let problem = Problem::from(error);
            let create = AccountForm { username: &sent.0.username, error: Some(&problem.detail) };
            let welcome = Welcome { next: &sent.0.next, create, ..Welcome::default() };
            entrance.refuse(problem.status, &welcome)
        }
    }
}

async fn make(entrance: &Entrance<'_>, sent: &SentAccount, token: &Token) -> Result<(), Error> {
    let name = Username::parse(&sent.username)?;
    let password = Password::parse(&sent.password)?;
    let hash = entrance.passwords.hash(password).await?;
    let account = entrance.store.create_account(&name, &hash, &NewSession { token: token.hash() }).await?;
    tracing::info!(account = account.0, client = %entrance.client, "account created");
    Ok(())
}

pub(super) fn routes() -> Vec<Route> {
    routes![create]
}
