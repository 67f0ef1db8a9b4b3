//! Letting people in: what logging in and creating an account share.

use std::ops::Deref;

use rocket::http::CookieJar;
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::tokio::sync::{Semaphore, SemaphorePermit};
use rocket::tokio::time::timeout;
use rocket::{Request, State};

use super::client::ClientAddress;
use super::cookie_check::to_check;
use super::cookies;
use super::error::{Attached, Error, Problem, attached};
use super::guards::Visitor;
use super::pages::PageAnswer;
use super::passwords::{self, Passwords};
use super::same_origin::SameOrigin;
use super::welcome::{AccountField, AccountForm, SentAccount, Welcome};
use crate::config::Config;
use crate::live::Live;
use crate::model::accounts::AccountId;
use crate::model::nonces::Nonce;
use crate::model::sessions::Token;
use crate::store::{NewSession, Store};

/// How many of those who want in are at the database at a time. Every checkout has to be over soon, and a
/// class that comes at once would spend that time waiting for each other's checkouts.
pub(super) struct DatabaseSlots(Semaphore);

impl DatabaseSlots {
    const SLOTS: usize = 4;

    pub(super) fn new() -> Self {
        Self(Semaphore::new(Self::SLOTS))
    }
}

/// The database, and a slot there for as long as this lives: not to be kept.
pub(super) struct StoreWithSlot<'a> {
    store: Store,
    _slot: SemaphorePermit<'a>,
}

impl Deref for StoreWithSlot<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// Somebody who wants in, and what it takes to let them.
pub(super) struct LogIn<'r> {
    store: &'r Store,
    slots: &'r DatabaseSlots,
    pub(super) passwords: &'r Passwords,
    live: &'r Live,
    config: &'r Config,
    visitor: Visitor<'r>,
    pub(super) client: ClientAddress,
    jar: &'r CookieJar<'r>,
    /// Of the session that is to be opened.
    token: Token,
    attached: &'r Attached,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for LogIn<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        try_outcome!(request.guard::<SameOrigin>().await);
        Outcome::Success(Self {
            visitor: try_outcome!(request.guard::<Visitor<'_>>().await),
            store: try_outcome!(request.guard::<&Store>().await),
            slots: try_outcome!(request.guard::<&State<DatabaseSlots>>().await),
            passwords: try_outcome!(request.guard::<&State<Passwords>>().await),
            live: try_outcome!(request.guard::<&State<Live>>().await),
            config: try_outcome!(request.guard::<&State<Config>>().await),
            client: ClientAddress::of(request),
            jar: request.cookies(),
            token: Token::random(),
            attached: attached(request),
        })
    }
}

impl LogIn<'_> {
    /// The session that is to be opened for this browser.
    pub(super) fn new_session(&self, sent: &SentAccount) -> Result<NewSession, Error> {
        let nonce = sent.nonce.as_deref().map(Nonce::parse).transpose()?;
        Ok(NewSession { token: self.token.hash(), nonce, began: self.store.now() })
    }

    /// The database, when it is this request's turn there. However long it has waited for that, and for its
    /// password to be hashed, what it asks has the time that other requests have.
    pub(super) async fn store(&self) -> Result<StoreWithSlot<'_>, Error> {
        let turn = timeout(passwords::TIMEOUT, self.slots.0.acquire()).await;
        let slot = turn.map_err(|_| Error::TooManyLogIns)?.map_err(|_| Error::Failed)?;
        Ok(StoreWithSlot { store: self.store.for_page(), _slot: slot })
    }

    /// Opens a session of `account`, and has memory forget one that it replaces.
    pub(super) async fn open(&self, account: AccountId, session: &NewSession) -> Result<(), Error> {
        let opened = self.store().await?.open_session(account, session).await?;
        self.live.applied(opened).await;
        Ok(())
    }

    /// Lets somebody in whose session was opened, or shows the forms again: `put` puts the one that was sent in its
    /// place, and `wrong` says which of its fields the error is about.
    pub(super) async fn answer(
        &self,
        sent: &SentAccount,
        opened: Result<(), Error>,
        wrong: fn(&SentAccount, &Error) -> Option<AccountField>,
        put: for<'f> fn(Welcome<'f>, AccountForm<'f>) -> Welcome<'f>,
    ) -> PageAnswer {
        let Err(error) = opened else { return self.enter(&sent.next).await };
        let wrong = wrong(sent, &error);
        let problem = Problem::from(error);
        let form = AccountForm { username: &sent.username, error: Some(&problem.detail), wrong };
        let page = put(Welcome { next: &sent.next, ..Welcome::new() }, form).render(&self.visitor);
        let refused = PageAnswer::refused(problem.status, page);
        // Where it is said when to try again.
        *self.attached.lock() = Some(problem);
        refused
    }

    /// Who was logged in here before is logged out, but only now: whoever logs in again stays in their room.
    async fn enter(&self, next: &str) -> PageAnswer {
        if let Some(former) = cookies::token(self.jar) {
            match self.store.for_page().end_former_session(&former.hash()).await {
                Ok(ended) => self.live.applied(ended).await,
                Err(error) => tracing::warn!("a replaced session could not be ended: {error}"),
            }
        }
        cookies::set(self.jar, &self.token, self.config);
        to_check(next).into()
    }
}
