//! Everybody who has an account, and what admins do about them.

use rocket::response::Redirect;
use rocket::{FromForm, State, get, post};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::guard::AdminRequest;
use super::{Admin, Moment, NewLink, Pages, Search, in_words};
use crate::model::accounts::AccountId;
use crate::model::admins::ListedAccount;
use crate::model::sessions::Token;
use crate::model::sign_up::{PASSWORD_LINK, SignUpRules};
use crate::store::Store;
use crate::web::body::Fields;
use crate::web::error::Error;
use crate::web::pages::{self, Page};
use crate::web::paths::to_admin;
use crate::web::templates;

#[derive(Serialize)]
struct PeopleView {
    pages: Pages,
    people: Vec<PersonView>,
}

#[derive(Serialize)]
struct PersonView {
    id: i64,
    name: String,
    is_me: bool,
    is_admin: bool,
    /// Whether the settings name them: whose right was taken would have it again at the next start.
    is_named: bool,
    barred: Option<Moment>,
    created: Moment,
    sessions: i64,
    seen: Option<Moment>,
}

impl PersonView {
    fn new(listed: ListedAccount, me: AccountId, rules: &SignUpRules) -> Self {
        let ListedAccount { person, is_admin, barred_at, created_at, sessions, seen_at } = listed;
        let is_named = is_admin && rules.names(&person.name);
        Self {
            id: person.id.0,
            name: person.name,
            is_me: person.id == me,
            is_admin,
            is_named,
            barred: barred_at.map(Moment::from),
            created: created_at.into(),
            sessions,
            seen: seen_at.map(Moment::from),
        }
    }
}

#[get("/admin?<search..>")]
pub(super) async fn show(
    admin: Admin<'_>,
    search: Search,
    rules: &State<SignUpRules>,
    store: &Store,
) -> Result<Template, Error> {
    let (page, me) = (search.page()?, admin.0.session.person.id);
    let listing = store.list_accounts(&search.beginning, page).await?;
    let people = listing.rows.into_iter().map(|listed| PersonView::new(listed, me, rules)).collect();
    let view = PeopleView { pages: Pages::new(search, page, listing.count), people };
    Ok(pages::render(templates::ADMIN_PEOPLE, Page::new(Some(admin.0), view)))
}

/// What the forms about a person send.
#[derive(FromForm)]
pub(super) struct SentPerson {
    #[field(default = 0)]
    account: i64,
    /// Which list the form stands in.
    list: Search,
}

impl SentPerson {
    fn account(&self) -> AccountId {
        AccountId(self.account)
    }

    /// Sends the browser back to it.
    fn back(&self) -> Redirect {
        to_admin(&self.list.query())
    }
}

#[post("/admin/people/bar", data = "<sent>")]
pub(super) async fn bar(request: AdminRequest<'_>, sent: Fields<SentPerson>) -> Result<Redirect, Error> {
    let barred = request.store.bar(request.actor(), sent.0.account()).await?;
    request.log("account barred", sent.0.account);
    request.applied(barred).await;
    Ok(sent.0.back())
}

#[post("/admin/people/lift-bar", data = "<sent>")]
pub(super) async fn lift_bar(request: AdminRequest<'_>, sent: Fields<SentPerson>) -> Result<Redirect, Error> {
    request.store.lift_bar(request.actor(), sent.0.account()).await?;
    request.log("account no longer barred", sent.0.account);
    Ok(sent.0.back())
}

#[post("/admin/people/name-admin", data = "<sent>")]
pub(super) async fn name_admin(
    request: AdminRequest<'_>,
    sent: Fields<SentPerson>,
) -> Result<Redirect, Error> {
    request.store.name_admin(request.actor(), sent.0.account()).await?;
    request.log("account made an admin's", sent.0.account);
    Ok(sent.0.back())
}

/// Whoever is no admin any more has nothing to see there.
#[post("/admin/people/unname-admin", data = "<sent>")]
pub(super) async fn unname_admin(
    request: AdminRequest<'_>,
    sent: Fields<SentPerson>,
) -> Result<Redirect, Error> {
    let account = sent.0.account();
    request.store.unname_admin(request.actor(), account).await?;
    request.log("account no longer an admin's", account.0);
    let is_me = account == request.admin.0.session.person.id;
    Ok(if is_me { Redirect::to("/rooms") } else { sent.0.back() })
}

#[post("/admin/people/end-sessions", data = "<sent>")]
pub(super) async fn end_sessions(
    request: AdminRequest<'_>,
    sent: Fields<SentPerson>,
) -> Result<Redirect, Error> {
    let ended = request.store.end_sessions(request.actor(), sent.0.account()).await?;
    request.log("account logged out everywhere", sent.0.account);
    request.applied(ended).await;
    Ok(sent.0.back())
}

#[post("/admin/people/password-link", data = "<sent>")]
pub(super) async fn make_password_link(
    request: AdminRequest<'_>,
    sent: Fields<SentPerson>,
) -> Result<Template, Error> {
    let (store, token) = (request.store, Token::random());
    store.make_password_link(request.actor(), sent.0.account(), &token.hash()).await?;
    request.log("link to a new password made for account", sent.0.account);
    let owner = store.owner_of_password_link(&token.hash()).await?;
    let link = NewLink {
        name: Some(owner.as_ref().map_or("", |owner| owner.name.as_str())),
        address: format!("/password-reset/{}", token.to_hex()),
        expires: in_words(PASSWORD_LINK),
        back: format!("/admin{}", sent.0.list.query()),
    };
    Ok(link.render(&request.admin))
}
