//! Accounts.

use super::connection::Connection;
use super::credentials::{Credentials, credentials};
use super::database::Store;
use super::error::Error;
use super::names::{Conflict, Kind, conflict};
use super::sessions::{NewSession, insert_session};
use super::sign_up::{sign_up_now, use_invitation};
use crate::model::accounts::{AccountId, Username};
use crate::model::sessions::{REPEAT, TokenHash};
use crate::model::sign_up::{SignUp, SignUpRules};
use crate::model::{Refusal, Timestamp};

/// What is known of a name that somebody new wants, if it is not taken.
pub enum NameCheck {
    /// Nobody has it, or one that looks like it.
    Free,
    /// Whoever has it has just sent this very form.
    SentBefore(Credentials),
}

impl Store {
    /// Creates an account and logs it in.
    ///
    /// # Errors
    /// [`Refusal::UsernameTaken`], [`Refusal::UsernameLike`], [`Refusal::SignUpClosed`],
    /// [`Refusal::InvitationNeeded`], [`Refusal::InvitationOver`].
    pub async fn create_account(
        &self,
        name: &Username,
        password_hash: &str,
        session: &NewSession,
        (rules, invitation): (&SignUpRules, Option<&TokenHash>),
    ) -> Result<AccountId, Error> {
        self.write(|mut writing| async move {
            let account: Option<i64> = sqlx::query_scalar(
                "insert into account (name, name_key, skeleton, password_hash, created_at)
                 values ($1, $2, $3, $4, $5) on conflict do nothing returning id",
            )
            .bind(name.shown())
            .bind(name.keys().folded())
            .bind(name.keys().skeleton())
            .bind(password_hash)
            .bind(Timestamp::now().0)
            .fetch_optional(&mut writing)
            .await?;
            if let Some(account) = account.map(AccountId) {
                insert_session(&mut writing, account, session).await?;
                come_in(&mut writing, account, name, (rules, invitation)).await?;
                return Ok((account, writing));
            }
            match already_made(&mut writing, session).await? {
                Some(account) => Ok((account, writing)),
                None => Err(taken(conflict(&mut writing, Kind::Accounts, name.keys()).await?).into()),
            }
        })
        .await
    }

    /// Whether `account` is the latest there is.
    pub async fn is_latest(&self, account: AccountId) -> Result<bool, Error> {
        let later: Option<i64> =
            sqlx::query_scalar("select id from account where id > $1 order by id limit 1")
                .bind(account.0)
                .fetch_optional(&mut self.reader().await?)
                .await?;
        Ok(later.is_none())
    }

    /// Whether `name` is free for `session`, so that a password need not be hashed for nothing.
    ///
    /// # Errors
    /// [`Refusal::UsernameTaken`], [`Refusal::UsernameLike`].
    pub async fn check_name(&self, name: &Username, session: &NewSession) -> Result<NameCheck, Error> {
        let mut reader = self.reader().await?;
        let Some(conflict) = conflict(&mut reader, Kind::Accounts, name.keys()).await? else {
            return Ok(NameCheck::Free);
        };
        if let (Conflict::Same(id), Some(nonce)) = (&conflict, &session.nonce) {
            let row: Option<(i64, String)> = sqlx::query_as(
                "select a.id, a.password_hash from account a join session s on s.account_id = a.id
                 where a.id = $1 and s.nonce = $2 and s.created_at > $3 limit 1",
            )
            .bind(*id)
            .bind(nonce.as_str())
            .bind(session.began.before(REPEAT).0)
            .fetch_optional(&mut reader)
            .await?;
            if let Some(row) = row {
                return Ok(NameCheck::SentBefore(credentials(row)));
            }
        }
        Err(taken(Some(conflict)).into())
    }
}

/// Lets a new account in, if it may come in, and makes it an admin's if it is to be one.
async fn come_in(
    connection: &mut Connection,
    account: AccountId,
    name: &Username,
    (rules, invitation): (&SignUpRules, Option<&TokenHash>),
) -> Result<(), Error> {
    let now = sign_up_now(connection, rules.set).await?;
    // Of two at once only one takes the place of the first.
    let is_admin = rules.makes_admin(name, now.is_new)
        && (take_first_place(connection).await? || rules.makes_admin(name, false));
    if is_admin {
        return set_admin(connection, account).await;
    }
    now.admits(invitation.is_some())?;
    match invitation {
        Some(invitation) if now.sign_up == SignUp::Invited => use_invitation(connection, invitation).await,
        _ => Ok(()),
    }
}

/// Whether there had been no admin until now. It locks the site's row if so.
async fn take_first_place(connection: &mut Connection) -> Result<bool, Error> {
    let taken = sqlx::query("update site set had_admin = 1 where id = 1 and had_admin = 0");
    Ok(taken.execute(connection).await?.rows_affected() > 0)
}

/// Makes `account`, which must be locked, an admin's.
pub(super) async fn make_admin(connection: &mut Connection, account: AccountId) -> Result<(), Error> {
    take_first_place(connection).await?;
    set_admin(connection, account).await
}

async fn set_admin(connection: &mut Connection, account: AccountId) -> Result<(), Error> {
    let update = sqlx::query("update account set role = 'admin' where id = $1").bind(account.0);
    update.execute(connection).await?;
    Ok(())
}

fn taken(conflict: Option<Conflict>) -> Refusal {
    match conflict {
        Some(Conflict::Like(like)) => Refusal::UsernameLike(like),
        _ => Refusal::UsernameTaken,
    }
}

/// The account, if the name is taken by this very request: an earlier run of it whose answer was lost.
async fn already_made(connection: &mut Connection, session: &NewSession) -> Result<Option<AccountId>, Error> {
    let ours: Option<i64> = sqlx::query_scalar("select account_id from session where token_hash = $1")
        .bind(session.token.0.to_vec())
        .fetch_optional(connection)
        .await?;
    Ok(ours.map(AccountId))
}
