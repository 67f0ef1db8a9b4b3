//! Creating an account.

use rocket::{Route, post, routes};

use super::body::Fields;
use super::error::Error;
use super::guesses::Guesses;
use super::limits::Allowance;
use super::log_in::LogIn;
use super::pages::PageAnswer;
use super::welcome::{AccountField, SentAccount, Welcome};
use crate::model::Refusal;
use crate::model::accounts::{Password, Username};
use crate::model::passwords::acceptable;
use crate::model::sessions::{Token, TokenHash};
use crate::model::sign_up::{SignUp, SignUpNow};
use crate::store::{Credentials, NameCheck, NewSession};

#[post("/accounts", data = "<sent>")]
async fn create(
    log_in: LogIn<'_>,
    guesses: Guesses<'_>,
    allowance: Allowance<'_>,
    sent: Fields<SentAccount>,
) -> PageAnswer {
    let made = make(&log_in, &guesses, &allowance, &sent.0).await;
    log_in.answer(&sent.0, made, wrong_field, |welcome, create| Welcome { create, ..welcome }).await
}

fn wrong_field(sent: &SentAccount, error: &Error) -> Option<AccountField> {
    match error {
        Error::Refused(Refusal::UsernameTaken | Refusal::UsernameLike(_)) => Some(AccountField::Username),
        Error::Invalid(_) if Username::parse(&sent.username).is_err() => Some(AccountField::Username),
        Error::Invalid(_) if acceptable(&sent.password, &sent.username).is_err() => {
            Some(AccountField::Password)
        }
        _ => None,
    }
}

async fn make(
    log_in: &LogIn<'_>,
    guesses: &Guesses<'_>,
    allowance: &Allowance<'_>,
    sent: &SentAccount,
) -> Result<Credentials, Error> {
    let name = Username::parse(&sent.username)?;
    let password = acceptable(&sent.password, &sent.username)?;
    let session = log_in.new_session(sent)?;
    let invitation = sent.invitation.as_deref().map(invitation).transpose()?;
    let repeat = |ours, password| repeat(log_in, guesses, (&name, ours), password, &session);
    // Neither a name that is taken costs a hash, nor somebody who may not come in.
    if let Some(ours) = check(log_in, &name, &session, invitation.as_ref()).await? {
        return repeat(ours, password).await;
    }
    allowance.sign_up(log_in.waiter.client)?;
    let hash = log_in.passwords.hash(log_in.waiter, password.clone()).await?;
    let made = log_in
        .store()
        .await?
        .create_account(&name, &hash, &session, (log_in.rules, invitation.as_ref()))
        .await;
    match made.map_err(Error::from) {
        Ok(account) => {
            tracing::info!(account = account.0, client = %log_in.waiter.client, "account created");
            Ok(Credentials { account, password_hash: hash })
        }
        // The same form may have been sent twice, and the other one was faster.
        Err(Error::Refused(taken)) => {
            let checked = log_in.store().await?.check_name(&name, &session).await?;
            match checked {
                NameCheck::SentBefore(ours) => repeat(ours, password).await,
                NameCheck::Free => Err(taken.into()),
            }
        }
        Err(error) => Err(error),
    }
}

/// Whether an account of this name can be made; if this very form has made it, its credentials. Whoever may not come in
/// is not told whether somebody has the name.
async fn check(
    log_in: &LogIn<'_>,
    name: &Username,
    session: &NewSession,
    invitation: Option<&TokenHash>,
) -> Result<Option<Credentials>, Error> {
    let now = log_in.store().await?.sign_up(log_in.rules.set).await?;
    let admitted = admit(log_in, now, invitation).await;
    let checked = log_in.store().await?.check_name(name, session).await.map_err(Error::from);
    match checked {
        Ok(NameCheck::SentBefore(ours)) => return Ok(Some(ours)),
        Ok(NameCheck::Free) if log_in.rules.makes_admin(name, now.is_new) => {}
        checked => {
            admitted?;
            checked?;
        }
    }
    Ok(None)
}

/// Refuses whoever does not come in by `invitation`, or without one.
async fn admit(log_in: &LogIn<'_>, now: SignUpNow, invitation: Option<&TokenHash>) -> Result<(), Error> {
    now.admits(invitation.is_some())?;
    match invitation {
        Some(token) if now.sign_up == SignUp::Invited => {
            let is_good = log_in.store().await?.is_invitation(token).await?;
            if is_good { Ok(()) } else { Err(Refusal::InvitationOver.into()) }
        }
        _ => Ok(()),
    }
}

/// The hash of the token of an invitation.
fn invitation(token: &str) -> Result<TokenHash, Refusal> {
    Token::from_hex(token).map(|token| token.hash()).ok_or(Refusal::InvitationOver)
}

/// A form that is sent again with its nonce and the same password logs in. Its password may be a guess like any other.
async fn repeat(
    log_in: &LogIn<'_>,
    guesses: &Guesses<'_>,
    (name, ours): (&Username, Credentials),
    password: Password,
    session: &NewSession,
) -> Result<Credentials, Error> {
    let checked = guesses.check_known(name.keys().folded(), Some(ours), password).await;
    let ours = checked.map_err(|error| match error {
        Error::Refused(Refusal::WrongPassword) => Refusal::UsernameTaken.into(),
        error => error,
    })?;
    log_in.open(&ours, session).await?;
    tracing::info!(account = ours.account.0, client = %log_in.waiter.client, "logged in by a form sent again");
    Ok(ours)
}

pub(super) fn routes() -> Vec<Route> {
    routes![create]
}
