//! Letting people in: what logging in and creating an account share.

use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::{Request, State};

use super::cookie_check::to_check;
use super::cookies::Cookies;
use super::database_slots::{QueuedStore, StoreWithSlot};
use super::error::{Attached, Error, Problem, attached};
use super::guards::Visitor;
use super::guesses::log_refused;
use super::known_browsers;
use super::pages::PageAnswer;
use super::passwords::Passwords;
use super::same_origin::SameOrigin;
use super::waiter::Waiter;
use super::welcome::{AccountField, AccountForm, Offer, SentAccount, Welcome};
use crate::config::Config;
use crate::live::Live;
use crate::model::Refusal;
use crate::model::browsers;
use crate::model::nonces::Nonce;
use crate::model::sessions::Token;
use crate::model::sign_up::SignUpRules;
use crate::store::{self, Credentials, NewSession};

/// Somebody who wants in, and what it takes to let them.
pub(super) struct LogIn<'r> {
    store: QueuedStore<'r>,
    pub(super) passwords: &'r Passwords,
    live: &'r Live,
    pub(super) rules: &'r SignUpRules,
    config: &'r Config,
    visitor: Visitor<'r>,
    pub(super) waiter: Waiter,
    cookies: Cookies<'r>,
    /// Of the session that is to be opened.
    token: Token,
    browser: Option<String>,
    attached: &'r Attached,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for LogIn<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        try_outcome!(request.guard::<SameOrigin>().await);
        Outcome::Success(Self {
            visitor: try_outcome!(request.guard::<Visitor<'_>>().await),
            store: try_outcome!(request.guard::<QueuedStore<'_>>().await),
            passwords: try_outcome!(request.guard::<&State<Passwords>>().await),
            live: try_outcome!(request.guard::<&State<Live>>().await),
            rules: try_outcome!(request.guard::<&State<SignUpRules>>().await),
            config: try_outcome!(request.guard::<&State<Config>>().await),
            waiter: Waiter::of(request),
            cookies: Cookies::of(request),
            token: Token::random(),
            browser: request.headers().get_one("User-Agent").and_then(browsers::in_words),
            attached: attached(request),
        })
    }
}

impl LogIn<'_> {
    /// The session that is to be opened for this browser.
    pub(super) fn new_session(&self, sent: &SentAccount) -> Result<NewSession, Error> {
        let nonce = sent.nonce.as_deref().map(Nonce::parse).transpose()?;
        let (token, browser) = (self.token.hash(), self.browser.clone());
        Ok(NewSession { token, nonce, began: self.store.at_once().now(), browser })
    }

    /// The database, when there is a slot for this request.
    pub(super) async fn store(&self) -> Result<StoreWithSlot<'_>, Error> {
        self.store.slot().await
    }

    /// Opens a session for whoever has given the password of `known`, and has memory forget one that it replaces.
    pub(super) async fn open(&self, known: &Credentials, session: &NewSession) -> Result<(), Error> {
        let most = self.config.limits.sessions_per_account;
        let opened = self.store().await?.open_session(known, session, most).await;
        if let Err(store::Error::Refused(why)) = &opened {
            log_refused(Some(known.account.0), self.waiter.client, why);
        }
        self.live.applied(opened?).await;
        Ok(())
    }

    /// Lets somebody in whose session was opened, or shows the forms again: `put` puts the one that was sent in its
    /// place, and `wrong` says which of its fields the error is about.
    pub(super) async fn answer(
        &self,
        sent: &SentAccount,
        opened: Result<Credentials, Error>,
        wrong: fn(&SentAccount, &Error) -> Option<AccountField>,
        put: for<'f> fn(Welcome<'f>, AccountForm<'f>) -> Welcome<'f>,
    ) -> PageAnswer {
        let error = match opened {
            Ok(account) => return self.enter(&account, &sent.next).await,
            Err(error) => error,
        };
        let wrong = wrong(sent, &error);
        let problem = Problem::from(error);
        let form = AccountForm { username: &sent.username, error: Some(&problem.detail), wrong };
        let welcome = Welcome { next: &sent.next, ..Welcome::new(self.offer(sent, &problem).await) };
        let page = put(welcome, form).render(&self.visitor);
        let refused = PageAnswer::refused(problem.status, page);
        // Where it is said when to try again.
        *self.attached.lock() = Some(problem);
        refused
    }

    /// The forms that are shown again: whoever has an invitation keeps it.
    async fn offer(&self, sent: &SentAccount, problem: &Problem) -> Offer {
        let is_over = problem.refusal == Some(Refusal::InvitationOver);
        match &sent.invitation {
            Some(token) if !is_over => Offer::Invitation(token.clone()),
            _ => Offer::to_all(&self.store.at_once(), self.rules).await,
        }
    }

    /// Ends the session that this browser had before, but only now: whoever logs in again stays in their room.
    async fn enter(&self, account: &Credentials, next: &str) -> PageAnswer {
        if let Some(former) = self.cookies.token() {
            match self.store.at_once().end_former_session(&former.hash()).await {
                Ok(ended) => self.live.applied(ended).await,
                Err(error) => tracing::warn!("a replaced session could not be ended: {error}"),
            }
        }
        self.cookies.set_token(&self.token);
        known_browsers::remember(self.cookies, account);
        to_check(next).into()
    }
}
