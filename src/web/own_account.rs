//! One's own account: where one is logged in, and the password.

use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::response::Redirect;
use rocket::{FromForm, Request, Route, State, get, post, routes};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::body::Fields;
use super::client::ClientAddress;
use super::cookies::Cookies;
use super::error::{Attached, Error, Problem, attached};
use super::guards::User;
use super::guesses::Guesses;
use super::known_browsers;
use super::pages::{self, Page, PageAnswer};
use super::passwords::Passwords;
use super::paths::to_account;
use super::templates;
use super::waiter::Waiter;
use crate::live::Live;
use crate::model::passwords::acceptable;
use crate::model::sessions::{ListedSession, Session, SessionId};
use crate::model::{Invalid, Refusal, Timestamp};
use crate::store::{Credentials, Store};

#[derive(Serialize)]
struct OwnAccount<'a> {
    sessions: Vec<SessionView>,
    done: Option<&'static str>,
    password: PasswordForm<'a>,
}

#[derive(Serialize)]
struct SessionView {
    id: String,
    browser: String,
    began: Moment,
    seen: Moment,
    is_this: bool,
}

#[derive(Serialize)]
struct Moment {
    at: String,
    text: String,
}

/// What is wrong with it, if anything is.
#[derive(Default, Serialize)]
struct PasswordForm<'a> {
    error: Option<&'a str>,
    wrong: Option<PasswordField>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum PasswordField {
    Old,
    New,
}

impl SessionView {
    fn new(session: ListedSession, this: &Session) -> Self {
        Self {
            id: session.token.id().0,
            browser: session.browser.unwrap_or_else(|| "A browser".to_owned()),
            began: session.created_at.into(),
            seen: session.seen_at.into(),
            is_this: session.token == this.token,
        }
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self { at: at.rfc_3339(), text: at.readable() }
    }
}

/// What was done before the page is shown: nothing of what somebody else may put into a link.
fn words_of(done: &str) -> Option<&'static str> {
    match done {
        "ended" => Some("That browser is logged out."),
        "ended-others" => Some("You are logged out everywhere else."),
        "password" => Some("Your password is changed, and you are logged out everywhere else."),
        _ => None,
    }
}

#[get("/account?<done>")]
async fn show(user: &User, store: &Store, done: Option<&str>) -> Result<Template, Error> {
    let done = done.and_then(words_of);
    page(user, store, done, PasswordForm::default()).await
}

async fn page(
    user: &User,
    store: &Store,
    done: Option<&'static str>,
    password: PasswordForm<'_>,
) -> Result<Template, Error> {
    let sessions = store.sessions_of(user.session.person.id).await?;
    let sessions = sessions.into_iter().map(|session| SessionView::new(session, &user.session)).collect();
    let content = OwnAccount { sessions, done, password };
    Ok(pages::render(templates::OWN_ACCOUNT, Page::new(Some(user), content)))
}

#[post("/account/sessions/<id>/end")]
async fn end_one(
    user: &User,
    id: &str,
    client: ClientAddress,
    store: &Store,
    live: &State<Live>,
) -> Result<Redirect, Error> {
    let ended = store.end_other_session(&user.session, &SessionId(id.to_owned())).await?;
    tracing::info!(account = user.session.person.id.0, %client, "logged out in another browser");
    live.applied(ended).await;
    Ok(to_account("ended"))
}

#[post("/account/sessions/end-others")]
async fn end_others(
    user: &User,
    client: ClientAddress,
    store: &Store,
    live: &State<Live>,
) -> Result<Redirect, Error> {
    let ended = store.end_other_sessions(&user.session).await?;
    tracing::info!(account = user.session.person.id.0, %client, "logged out in all other browsers");
    live.applied(ended).await;
    Ok(to_account("ended-others"))
}

#[derive(FromForm)]
struct SentPasswords {
    #[field(default = String::new())]
    old_password: String,
    #[field(default = String::new())]
    new_password: String,
}

/// What it takes to change a password.
struct Change<'r> {
    guesses: Guesses<'r>,
    passwords: &'r Passwords,
    waiter: Waiter,
    store: &'r Store,
    live: &'r Live,
    attached: &'r Attached,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Change<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        Outcome::Success(Self {
            guesses: try_outcome!(request.guard::<Guesses<'_>>().await),
            passwords: try_outcome!(request.guard::<&State<Passwords>>().await),
            waiter: Waiter::of(request),
            store: try_outcome!(request.guard::<&Store>().await),
            live: try_outcome!(request.guard::<&State<Live>>().await),
            attached: attached(request),
        })
    }
}

impl Change<'_> {
    /// The old one is looked at last: it may be a guess, and each is counted.
    async fn make(&self, user: &User, sent: &SentPasswords) -> Result<Credentials, Error> {
        let name = &user.session.person.name;
        if sent.old_password.is_empty() {
            return Err(Invalid::new("Please enter your current password.").into());
        }
        let new = acceptable(&sent.new_password, name)?;
        let old = match self.guesses.check(name, &sent.old_password).await {
            // A form that is sent twice has another old password by then. It is a guess like the other, and counted.
            Err(Error::Refused(Refusal::WrongPassword)) => {
                let unchanged = self.guesses.check(name, &sent.new_password).await?;
                // The answer says so, and this may be no repeat.
                let ended = self.store.for_page().end_other_sessions(&user.session).await?;
                self.live.applied(ended).await;
                return Ok(unchanged);
            }
            checked => checked?,
        };
        let password_hash = self.passwords.hash(self.waiter, new).await?;
        let store = self.store.for_page();
        let changed = store.change_password(&user.session, &old.password_hash, &password_hash).await?;
        self.live.applied(changed).await;
        tracing::info!(account = old.account.0, client = %self.waiter.client, "password changed");
        Ok(Credentials { password_hash, ..old })
    }
}

#[post("/account/password", data = "<sent>")]
async fn change_password(
    user: &User,
    change: Change<'_>,
    cookies: Cookies<'_>,
    sent: Fields<SentPasswords>,
) -> Result<PageAnswer, Error> {
    let error = match change.make(user, &sent.0).await {
        Ok(credentials) => {
            known_browsers::remember(cookies, &credentials);
            return Ok(to_account("password").into());
        }
        Err(Error::Refused(Refusal::LoggedOut)) => return Err(Refusal::LoggedOut.into()),
        Err(error) => error,
    };
    let wrong = wrong_field(&sent.0, &error);
    let problem = Problem::from(in_words_of_form(error));
    let form = PasswordForm { error: Some(&problem.detail), wrong };
    let page = page(user, &change.store.for_page(), None, form).await?;
    let refused = PageAnswer::refused(problem.status, page);
    // Where it is said when to try again.
    *change.attached.lock() = Some(problem);
    Ok(refused)
}

fn wrong_field(sent: &SentPasswords, error: &Error) -> Option<PasswordField> {
    match error {
        Error::Refused(Refusal::WrongPassword) => Some(PasswordField::Old),
        Error::Invalid(_) if sent.old_password.is_empty() => Some(PasswordField::Old),
        Error::Invalid(_) => Some(PasswordField::New),
        _ => None,
    }
}

/// Whoever is logged in has no other name to give.
fn in_words_of_form(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::WrongPassword) => Invalid::new("That is not your current password.").into(),
        error => error,
    }
}

pub(super) fn routes() -> Vec<Route> {
    routes![show, end_one, end_others, change_password]
}
