//! The page that an invitation leads to: the form for a new account.

use rocket::response::Redirect;
use rocket::{Route, State, get, routes};

use super::error::Error;
use super::guards::Visitor;
use super::pages::PageAnswer;
use super::welcome::{Offer, Welcome};
use crate::model::Refusal;
use crate::model::sessions::Token;
use crate::model::sign_up::SignUpRules;
use crate::store::Store;

#[get("/invitations/<token>")]
async fn show(
    visitor: Visitor<'_>,
    token: &str,
    store: &Store,
    rules: &State<SignUpRules>,
) -> Result<PageAnswer, Error> {
    if visitor.0.is_some() {
        return Ok(Redirect::to("/rooms").into());
    }
    let invitation = Token::from_hex(token).ok_or(Refusal::InvitationOver)?;
    if !store.is_invitation(&invitation.hash()).await? {
        return Err(Refusal::InvitationOver.into());
    }
    let now = store.sign_up(rules.set).await?;
    if !now.is_new {
        now.admits(true)?;
    }
    let welcome = Welcome::new(Offer::Invitation(token.to_owned()));
    Ok(PageAnswer::Page(welcome.render(&visitor)))
}

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}
