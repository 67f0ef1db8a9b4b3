//! The first page, with its two forms: log in, or create an account.

use rocket::{FromForm, Request, Route, State, get, routes};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::guards::Visitor;
use super::pages::{self, Page, PageAnswer};
use super::{paths, templates};
use crate::model::Refusal;
use crate::model::nonces::Nonce;
use crate::model::sign_up::SignUpRules;
use crate::store::Store;

/// The two forms as they are shown; what was typed stays in them, the password aside.
#[derive(Serialize)]
pub(super) struct Welcome<'a> {
    pub(super) nonce: String,
    pub(super) next: &'a str,
    pub(super) alert: Option<Alert<'a>>,
    pub(super) log_in: AccountForm<'a>,
    pub(super) create: AccountForm<'a>,
    pub(super) offer: Offer,
}

/// What stands above the forms.
#[derive(Serialize)]
pub(super) struct Alert<'a> {
    pub(super) text: &'a str,
    /// Whether something went wrong; that one has to log in first is none of that.
    pub(super) is_error: bool,
}

/// Which forms there are.
#[derive(Clone, Serialize)]
#[serde(tag = "kind", content = "invitation", rename_all = "snake_case")]
pub(super) enum Offer {
    /// Both.
    Open,
    /// To log in, and word that it takes an invitation to create an account.
    Invited,
    /// To log in, and word that nobody can create an account.
    Closed,
    /// To create an account, with the token of this invitation.
    Invitation(String),
}

impl Offer {
    /// What anybody is offered now. If the database cannot tell, whoever sends a form will be told.
    pub(super) async fn to_all(store: &Store, rules: &SignUpRules) -> Self {
        match store.sign_up(rules.set).await {
            Ok(now) => match now.admits(false) {
                Err(Refusal::InvitationNeeded) if !now.is_new => Self::Invited,
                Err(_) if !now.is_new => Self::Closed,
                _ => Self::Open,
            },
            Err(_) => Self::Open,
        }
    }
}

#[derive(Default, Serialize)]
pub(super) struct AccountForm<'a> {
    pub(super) username: &'a str,
    pub(super) error: Option<&'a str>,
    /// Which field that is about, if it is about one.
    pub(super) wrong: Option<AccountField>,
}

/// A field of these forms.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AccountField {
    Username,
    Password,
}

impl Welcome<'_> {
    /// Empty forms, with a nonce of their own: whichever of them is sent, and however often, it is one sign-up or log-in.
    pub(super) fn new(offer: Offer) -> Self {
        let (log_in, create) = (AccountForm::default(), AccountForm::default());
        Self { nonce: Nonce::fresh().as_str().to_owned(), next: "", alert: None, log_in, create, offer }
    }

    /// The page for `visitor`, who may be logged in: an old tab can still show the forms.
    pub(super) fn render(&self, visitor: &Visitor<'_>) -> Template {
        pages::render(templates::WELCOME, Page::new(visitor.0, self))
    }
}

#[get("/?<next>")]
async fn show(
    visitor: Visitor<'_>,
    next: Option<&str>,
    store: &Store,
    rules: &State<SignUpRules>,
) -> PageAnswer {
    match visitor.0 {
        Some(_) => paths::to_wanted(next.unwrap_or_default()).into(),
        None => {
            let offer = Offer::to_all(store, rules).await;
            let welcome = Welcome { next: next.unwrap_or_default(), ..Welcome::new(offer) };
            PageAnswer::Page(welcome.render(&visitor))
        }
    }
}

/// What someone sees who has to log in first.
pub(super) fn asked_to_log_in(
    request: &Request<'_>,
    offer: Offer,
    alert: &str,
    unsent: Option<&str>,
) -> Template {
    let next = paths::asked_for(request);
    let alert = Alert { text: alert, is_error: false };
    let welcome = Welcome { next: &next, alert: Some(alert), ..Welcome::new(offer) };
    pages::render(templates::WELCOME, Page::new(None, welcome).with_unsent(unsent))
}

/// What the two forms of the welcome page send.
#[derive(FromForm)]
pub(super) struct SentAccount {
    #[field(default = String::new())]
    pub(super) username: String,
    #[field(default = String::new())]
    pub(super) password: String,
    #[field(default = String::new())]
    pub(super) next: String,
    /// The token of the invitation that led here.
    pub(super) invitation: Option<String>,
    /// Missing in what a program sends: then nothing is ever taken for the same.
    pub(super) nonce: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}
