//! Creating an account.

use rocket::{Route, post, routes};

use super::body::Fields;
use super::error::{Error, Problem};
use super::log_in::LogIn;
use super::pages::Answer;
use super::welcome::{AccountForm, SentAccount, Welcome};
use crate::model::Refusal;
use crate::model::accounts::{Password, Username};
use crate::model::sessions::Token;
use crate::store::{Credentials, NewSession};

#[post("/accounts", data = "<sent>")]
async fn create(log_in: LogIn<'_>, sent: Fields<SentAccount>) -> Answer {
    let token = Token::random();
    match make(&log_in, &sent.0, &token).await {
        Ok(()) => log_in.enter(&token, &sent.0.next).await,
        Err(error) => {
            let problem = Problem::from(error);
            let create = AccountForm { username: &sent.0.username, error: Some(&problem.detail) };
            let welcome = Welcome { next: &sent.0.next, create, ..Welcome::new() };
            log_in.refuse(&problem, &welcome)
        }
    }
}

async fn make(log_in: &LogIn<'_>, sent: &SentAccount, token: &Token) -> Result<(), Error> {
    let name = Username::parse(&sent.username)?;
    let password = Password::parse(&sent.password)?;
    let session = sent.session(token, log_in.now())?;
    // A name that is taken costs no hash.
    let ours = log_in.store().await?.require_free(&name, &session).await?;
    if let Some(ours) = ours {
        return repeat(log_in, ours, password, &session).await;
    }
    let hash = log_in.passwords.hash(log_in.client, password.clone()).await?;
    let made = log_in.store().await?.create_account(&name, &hash, &session).await;
    match made.map_err(Error::from) {
        Ok(account) => {
            tracing::info!(account = account.0, client = %log_in.client, "account created");
            Ok(())
        }
        Err(Error::Refused(taken)) => {
            // The same form may have been sent twice, and the other one was faster.
            let ours = log_in.store().await?.require_free(&name, &session).await?;
            repeat(log_in, ours.ok_or(taken)?, password, &session).await
        }
        Err(error) => Err(error),
    }
}

/// A form that is sent again with its nonce and the same password logs in.
async fn repeat(
    log_in: &LogIn<'_>,
    ours: Credentials,
    password: Password,
    session: &NewSession,
) -> Result<(), Error> {
    if !log_in.passwords.verify(log_in.client, password, Some(ours.password_hash)).await? {
        return Err(Refusal::UsernameTaken.into());
    }
    log_in.open(ours.account, session).await?;
    tracing::info!(account = ours.account.0, client = %log_in.client, "logged in by a form sent again");
    Ok(())
}

pub(super) fn routes() -> Vec<Route> {
    routes![create]
}
