//! What admins do about accounts.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::links::remove_links_by;
use super::{Actor, NewAction, complete};
use crate::model::Refusal;
use crate::model::accounts::{AccountId, UsernameKey};
use crate::model::admins::ActionKind;
use crate::model::sessions::TokenHash;
use crate::model::sign_up::PASSWORD_LINK;
use crate::store::accounts::make_admin;
use crate::store::committed::Committed;
use crate::store::connection::Connection;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::locks::lock_site;
use crate::store::passwords::remove_password_link;
use crate::store::sessions::end_sessions_but;

impl Store {
    /// Bars an account: all its sessions end, its room is left, links that it made and the one for it are void, and it may
    /// not log in until [that is lifted](Store::lift_bar). Barring twice is barring once.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NotAnAdmin`], [`Refusal::NoSuchAccount`], [`Refusal::Yourself`],
    /// [`Refusal::LastAdmin`].
    pub async fn bar(&self, actor: Actor<'_>, account: AccountId) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            let locked = lock(&mut writing, actor, account).await?;
            if locked.is_barred {
                return Ok((Committed::events(()), writing));
            }
            if actor.account() == Some(account) {
                return Err(Refusal::Yourself.into());
            }
            let now = writing.now();
            sqlx::query("update account set barred_at = $2 where id = $1")
                .bind(account.0)
                .bind(now.0)
                .execute(&mut writing)
                .await?;
            end_sessions_but(&mut writing, account, None).await?;
            complete(&mut writing, actor, NewAction::about(ActionKind::Barred, account)).await?;
            remove_password_link(&mut writing, account).await?;
            remove_links_by(&mut writing, account).await?;
            if locked.is_admin {
                require_another_admin(&mut writing).await?;
            }
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Lets a barred account log in again.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NotAnAdmin`], [`Refusal::NoSuchAccount`].
    pub async fn lift_bar(&self, actor: Actor<'_>, account: AccountId) -> Result<(), Error> {
        self.write(|mut writing| async move {
            if lock(&mut writing, actor, account).await?.is_barred {
                sqlx::query("update account set barred_at = null where id = $1")
                    .bind(account.0)
                    .execute(&mut writing)
                    .await?;
                complete(&mut writing, actor, NewAction::about(ActionKind::BarLifted, account)).await?;
            }
            Ok(((), writing))
        })
        .await
    }

    /// Makes somebody an admin. A link to a new password is void: with it somebody else would be one.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NotAnAdmin`], [`Refusal::NoSuchAccount`].
    pub async fn name_admin(&self, actor: Actor<'_>, account: AccountId) -> Result<(), Error> {
        self.write(|mut writing| async move {
            if !lock(&mut writing, actor, account).await?.is_admin {
                complete(&mut writing, actor, NewAction::about(ActionKind::AdminNamed, account)).await?;
                make_admin(&mut writing, account).await?;
                remove_password_link(&mut writing, account).await?;
            }
            Ok(((), writing))
        })
        .await
    }

    /// Makes admins of the accounts with these names, those that are there: at each start, so that nobody who is named
    /// in the settings is locked out, whatever other admins have done.
    pub async fn name_admins(&self, names: &[UsernameKey]) -> Result<(), Error> {
        for name in names {
            if let Some(account) = self.account_named(name).await? {
                self.name_admin(Actor::Settings, account).await?;
                self.lift_bar(Actor::Settings, account).await?;
            }
        }
        Ok(())
    }

    /// Takes somebody's right as an admin; they stay logged in. Links that they made are void.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NotAnAdmin`], [`Refusal::NoSuchAccount`], [`Refusal::LastAdmin`].
    pub async fn unname_admin(&self, actor: Actor<'_>, account: AccountId) -> Result<(), Error> {
        self.write(|mut writing| async move {
            let locked = match lock(&mut writing, actor, account).await {
                // An earlier run of this about oneself, whose answer was lost.
                Err(Error::Refused(Refusal::NotAnAdmin)) if actor.account() == Some(account) => {
                    return Ok(((), writing));
                }
                locked => locked?,
            };
            if locked.is_admin {
                complete(&mut writing, actor, NewAction::about(ActionKind::AdminUnnamed, account)).await?;
                sqlx::query("update account set role = null where id = $1")
                    .bind(account.0)
                    .execute(&mut writing)
                    .await?;
                remove_links_by(&mut writing, account).await?;
                require_another_admin(&mut writing).await?;
            }
            Ok(((), writing))
        })
        .await
    }

    /// Logs somebody out everywhere.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NotAnAdmin`], [`Refusal::NoSuchAccount`].
    pub async fn end_sessions(&self, actor: Actor<'_>, account: AccountId) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            match lock(&mut writing, actor, account).await {
                // An earlier run of this about oneself, whose answer was lost.
                Err(Error::Refused(Refusal::LoggedOut)) if actor.account() == Some(account) => {
                    return Ok((Committed::events(()), writing));
                }
                locked => locked?,
            };
            if has_session(&mut writing, account).await? {
                end_sessions_but(&mut writing, account, None).await?;
                complete(&mut writing, actor, NewAction::about(ActionKind::SessionsEnded, account)).await?;
            }
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Makes a link with which the owner of `account` can choose a new password, once; an earlier one is void.
    ///
    /// Admins cannot make one for each other, or for themselves: what is written down as done by somebody is to be done
    /// by them. It takes whoever has the shell, or first the right of the other.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::NotAnAdmin`], [`Refusal::NoSuchAccount`], [`Refusal::PasswordOfAdmin`].
    pub async fn make_password_link(
        &self,
        actor: Actor<'_>,
        account: AccountId,
        token: &TokenHash,
    ) -> Result<(), Error> {
        self.write(|mut writing| async move {
            let locked = lock(&mut writing, actor, account).await?;
            if locked.is_admin && actor.account().is_some() {
                return Err(Refusal::PasswordOfAdmin.into());
            }
            lock_site(&mut writing).await?;
            let expires_at = writing.now().after(PASSWORD_LINK);
            let made = sqlx::query(
                "insert into password_link (account_id, token_hash, created_by, expires_at) values ($1, $2, $3, $4)
                 on conflict (account_id) do update set token_hash = excluded.token_hash,
                     created_by = excluded.created_by, expires_at = excluded.expires_at
                 where password_link.token_hash <> excluded.token_hash",
            );
            let made = made.bind(account.0).bind(token.0.to_vec());
            let made = made.bind(actor.account().map(|admin| admin.0)).bind(expires_at.0);
            if made.execute(&mut writing).await?.rows_affected() > 0 {
                complete(&mut writing, actor, NewAction::about(ActionKind::PasswordLinkMade, account)).await?;
            }
            Ok(((), writing))
        })
        .await
    }

    /// The account with this name.
    pub async fn account_named(&self, name: &UsernameKey) -> Result<Option<AccountId>, Error> {
        let id: Option<i64> =
            sqlx::query_scalar("select id from account where name_key = $1 and coalesce(role, '') <> 'site'")
                .bind(name.as_str().to_owned())
                .fetch_optional(&mut self.reader().await?)
                .await?;
        Ok(id.map(AccountId))
    }
}

/// What is known of an account whose row is locked.
struct LockedAccount {
    is_admin: bool,
    is_barred: bool,
}

/// Locks an account for something that an admin does about it.
async fn lock(
    connection: &mut Connection,
    actor: Actor<'_>,
    account: AccountId,
) -> Result<LockedAccount, Error> {
    let row: Option<AnyRow> =
        sqlx::query("update account set name = name where id = $1 returning role, barred_at")
            .bind(account.0)
            .fetch_optional(&mut *connection)
            .await?;
    // Before the answer tells anything about the account.
    actor.require_right(connection).await?;
    let row = row.ok_or(Refusal::NoSuchAccount)?;
    let (role, barred_at): (Option<String>, Option<i64>) = (row.try_get("role")?, row.try_get("barred_at")?);
    match role.as_deref() {
        Some("site") => Err(Refusal::NoSuchAccount.into()),
        role => Ok(LockedAccount { is_admin: role == Some("admin"), is_barred: barred_at.is_some() }),
    }
}

async fn has_session(connection: &mut Connection, account: AccountId) -> Result<bool, Error> {
    let session: Option<i64> =
        sqlx::query_scalar("select account_id from session where account_id = $1 limit 1")
            .bind(account.0)
            .fetch_optional(connection)
            .await?;
    Ok(session.is_some())
}

/// Refuses what would leave the site without an admin. The site's row must be locked.
async fn require_another_admin(connection: &mut Connection) -> Result<(), Error> {
    let other: Option<i64> =
        sqlx::query_scalar("select id from account where role = 'admin' and barred_at is null limit 1")
            .fetch_optional(connection)
            .await?;
    other.map(|_| ()).ok_or_else(|| Refusal::LastAdmin.into())
}
