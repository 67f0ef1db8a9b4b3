//! A new password by a link that an admin has made.

use rocket::response::Redirect;
use rocket::{FromForm, Route, State, get, post, routes};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::body::Fields;
use super::cookies::Cookies;
use super::error::{Error, Problem};
use super::guards::Visitor;
use super::known_browsers;
use super::pages::{self, Page, PageAnswer};
use super::passwords::Passwords;
use super::same_origin::SameOrigin;
use super::templates;
use super::waiter::Waiter;
use crate::live::Live;
use crate::model::Refusal;
use crate::model::accounts::Person;
use crate::model::passwords::acceptable;
use crate::model::sessions::{Token, TokenHash};
use crate::store::{Credentials, Store};

#[derive(Serialize)]
struct ResetView<'a> {
    name: &'a str,
    token: &'a str,
    error: Option<&'a str>,
}

/// Whose password the link is for.
async fn owner(store: &Store, token: &str) -> Result<(Person, TokenHash), Error> {
    let token = Token::from_hex(token).ok_or(Refusal::PasswordLinkOver)?.hash();
    let owner = store.owner_of_password_link(&token).await?.ok_or(Refusal::PasswordLinkOver)?;
    Ok((owner, token))
}

fn render(visitor: &Visitor<'_>, view: &ResetView<'_>) -> Template {
    pages::render(templates::PASSWORD_RESET, Page::new(visitor.0, view))
}

#[get("/password-reset/<token>")]
async fn show(visitor: Visitor<'_>, token: &str, store: &Store) -> Result<Template, Error> {
    let (owner, _) = owner(store, token).await?;
    Ok(render(&visitor, &ResetView { name: &owner.name, token, error: None }))
}

#[derive(FromForm)]
struct SentPassword {
    #[field(default = String::new())]
    token: String,
    #[field(default = String::new())]
    password: String,
}

#[expect(clippy::too_many_arguments, reason = "each is a guard")]
#[post("/password-reset", data = "<sent>")]
async fn reset(
    _same: SameOrigin,
    visitor: Visitor<'_>,
    sent: Fields<SentPassword>,
    waiter: Waiter,
    passwords: &State<Passwords>,
    cookies: Cookies<'_>,
    store: &Store,
    live: &State<Live>,
) -> Result<PageAnswer, Error> {
    let SentPassword { token, password } = &sent.0;
    let (owner, hash) = owner(store, token).await?;
    let password = match acceptable(password, &owner.name) {
        Ok(password) => password,
        Err(wrong) => {
            let problem = Problem::from(Error::from(wrong));
            let view = ResetView { name: &owner.name, token, error: Some(&problem.detail) };
            return Ok(PageAnswer::refused(problem.status, render(&visitor, &view)));
        }
    };
    let new_hash = passwords.hash(waiter, password).await?;
    // Hashing may have waited long for its turn.
    let reset = store.for_page().reset_password(owner.id, &hash, &new_hash).await?;
    tracing::info!(account = owner.id.0, client = %waiter.client, "password set by a link");
    live.applied(reset).await;
    // Whoever has tried too many old ones need not wait with the new one.
    known_browsers::remember(cookies, &Credentials { account: owner.id, password_hash: new_hash });
    Ok(Redirect::to("/password-reset/done").into())
}

#[get("/password-reset/done")]
fn done(visitor: Visitor<'_>) -> Template {
    pages::render(templates::PASSWORD_DONE, Page::new(visitor.0, ()))
}

pub(super) fn routes() -> Vec<Route> {
    routes![show, reset, done]
}
