//! Everybody who has an account, and what admins do about them.

use rocket::response::Redirect;
use rocket::{FromForm, State, get, post};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::{Admin, Moment, NewLink, Pages, Search};
use crate::live::Live;
use crate::model::accounts::AccountId;
use crate::model::admins::ListedAccount;
use crate::model::sessions::Token;
use crate::model::sign_up::SignUpRules;
use crate::store::{Actor, Store};
use crate::web::body::Fields;
use crate::web::client::ClientAddress;
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
    /// Sends the browser back to it.
    fn back(&self) -> Redirect {
        to_admin(&self.list.query())
    }
}

/// What a deed needs, and the trace that it leaves in the log.
fn log(admin: &Admin<'_>, client: ClientAddress, account: i64, what: &str) {
    tracing::info!(admin = admin.0.session.person.id.0, account, %client, "admin: {what}");
}

#[post("/admin/people/bar", data = "<sent>")]
pub(super) async fn bar(
    admin: Admin<'_>,
    sent: Fields<SentPerson>,
    client: ClientAddress,
    store: &Store,
    live: &State<Live>,
) -> Result<Redirect, Error> {
    let account = sent.0.account;
    let barred = store.bar(Actor::Admin(&admin.0.session), AccountId(account)).await?;
    log(&admin, client, account, "account barred");
    live.applied(barred).await;
    Ok(sent.0.back())
}

#[post("/admin/people/lift-bar", data = "<sent>")]
pub(super) async fn lift_bar(
    admin: Admin<'_>,
    sent: Fields<SentPerson>,
    client: ClientAddress,
    store: &Store,
) -> Result<Redirect, Error> {
    let account = sent.0.account;
    store.lift_bar(Actor::Admin(&admin.0.session), AccountId(account)).await?;
    log(&admin, client, account, "account no longer barred");
    Ok(sent.0.back())
}

#[post("/admin/people/name-admin", data = "<sent>")]
pub(super) async fn name_admin(
    admin: Admin<'_>,
    sent: Fields<SentPerson>,
    client: ClientAddress,
    store: &Store,
) -> Result<Redirect, Error> {
    let account = sent.0.account;
    store.name_admin(Actor::Admin(&admin.0.session), AccountId(account)).await?;
    log(&admin, client, account, "made an admin");
    Ok(sent.0.back())
}

/// Whoever is no admin any more has nothing to see there.
#[post("/admin/people/unname-admin", data = "<sent>")]
pub(super) async fn unname_admin(
    admin: Admin<'_>,
    sent: Fields<SentPerson>,
    client: ClientAddress,
    store: &Store,
) -> Result<Redirect, Error> {
    let account = sent.0.account;
    store.unname_admin(Actor::Admin(&admin.0.session), AccountId(account)).await?;
    log(&admin, client, account, "no admin any more");
    let is_me = account == admin.0.session.person.id.0;
    Ok(if is_me { Redirect::to("/rooms") } else { sent.0.back() })
}

#[post("/admin/people/end-sessions", data = "<sent>")]
pub(super) async fn end_sessions(
    admin: Admin<'_>,
    sent: Fields<SentPerson>,
    client: ClientAddress,
    store: &Store,
    live: &State<Live>,
) -> Result<Redirect, Error> {
    let account = sent.0.account;
    let ended = store.end_sessions(Actor::Admin(&admin.0.session), AccountId(account)).await?;
    log(&admin, client, account, "logged out everywhere");
    live.applied(ended).await;
    Ok(sent.0.back())
}

#[post("/admin/people/password-link", data = "<sent>")]
pub(super) async fn make_password_link(
    admin: Admin<'_>,
    sent: Fields<SentPerson>,
    client: ClientAddress,
    store: &Store,
) -> Result<Template, Error> {
    let (account, token) = (sent.0.account, Token::random());
    let actor = Actor::Admin(&admin.0.session);
    store.make_password_link(actor, AccountId(account), &token.hash()).await?;
    log(&admin, client, account, "link to a new password made");
    let owner = store.owner_of_password_link(&token.hash()).await?;
    let link = NewLink {
        name: Some(owner.as_ref().map_or("", |owner| owner.name.as_str())),
        address: format!("/password-reset/{}", token.to_hex()),
        expires: "24 hours",
        back: format!("/admin{}", sent.0.list.query()),
    };
    Ok(link.render(&admin))
}
