//! What admins do, and what is kept of it.
//!
//! An action ends with [`complete`]: it locks the site's row, reads the right of whoever does it, and appends to
//! `admin_action`. So actions follow each other, and of two admins who take each other's right one comes second and is
//! refused.

mod accounts;
mod actions;
mod invitations;
mod links;
mod lists;
mod rooms;

use super::connection::Connection;
use super::error::Error;
use super::locks::{active_session, lock_site};
use crate::model::accounts::AccountId;
use crate::model::admins::ActionKind;
use crate::model::sessions::Session;
use crate::model::{Refusal, Timestamp};

/// Who does it.
#[derive(Clone, Copy)]
pub enum Actor<'a> {
    /// An admin, on the page.
    Admin(&'a Session),
    /// Whoever runs the program, in the shell.
    Shell,
    /// Whoever runs the program, in its settings.
    Settings,
}

impl Actor<'_> {
    /// Their account, if they have one here.
    pub(super) fn account(self) -> Option<AccountId> {
        match self {
            Self::Admin(session) => Some(session.person.id),
            Self::Shell | Self::Settings => None,
        }
    }

    /// Refuses whoever is no admin, or not any more.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NotAnAdmin`].
    pub(super) async fn require_right(self, connection: &mut Connection) -> Result<(), Error> {
        let Self::Admin(session) = self else { return Ok(()) };
        let account = active_session(connection, &session.token).await?;
        let admin: Option<i64> =
            sqlx::query_scalar("select id from account where id = $1 and role = 'admin'")
                .bind(account.0)
                .fetch_optional(connection)
                .await?;
        admin.map(|_| ()).ok_or_else(|| Refusal::NotAnAdmin.into())
    }

    /// The word that stands in `admin_action.via`.
    fn via(self) -> &'static str {
        match self {
            Self::Admin(_) => via::PAGE,
            Self::Shell => via::SHELL,
            Self::Settings => via::SETTINGS,
        }
    }
}

/// The words that stand in `admin_action.via`.
mod via {
    pub(super) const PAGE: &str = "page";
    pub(super) const SHELL: &str = "shell";
    pub(super) const SETTINGS: &str = "settings";
}

/// What is written down of an action.
pub(super) struct NewAction<'a> {
    pub(super) what: ActionKind,
    /// Whom it concerns.
    pub(super) account: Option<AccountId>,
    /// The number of the room that it concerns.
    pub(super) room: Option<i64>,
    pub(super) detail: Option<&'a str>,
}

impl<'a> NewAction<'a> {
    pub(super) fn about(what: ActionKind, account: AccountId) -> Self {
        Self { what, account: Some(account), room: None, detail: None }
    }

    pub(super) fn of_site(what: ActionKind, detail: Option<&'a str>) -> Self {
        Self { what, account: None, room: None, detail }
    }
}

/// Ends an action, in the transaction that did it: nothing is locked afterwards but links. What somebody does about
/// their own account may have ended the session that their right is read by; they had it when the account was locked,
/// and keep it until the commit.
///
/// # Errors
/// [`Refusal::LoggedOut`], [`Refusal::NotAnAdmin`].
pub(super) async fn complete(
    connection: &mut Connection,
    actor: Actor<'_>,
    action: NewAction<'_>,
) -> Result<(), Error> {
    lock_site(connection).await?;
    if actor.account().is_none_or(|admin| action.account != Some(admin)) {
        actor.require_right(connection).await?;
    }
    sqlx::query(
        "insert into admin_action (at, via, admin_id, what, account_id, room_id, detail)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(Timestamp::now().0)
    .bind(actor.via())
    .bind(actor.account().map(|admin| admin.0))
    .bind(action.what.as_str())
    .bind(action.account.map(|account| account.0))
    .bind(action.room)
    .bind(action.detail.map(str::to_owned))
    .execute(connection)
    .await?;
    Ok(())
}
