//! New passwords for accounts: chosen by whoever is logged in, or by whoever has a link that an admin made.

use sqlx::any::AnyRow;

use super::committed::Committed;
use super::connection::Connection;
use super::credentials::password_hash;
use super::database::Store;
use super::error::Error;
use super::locks::{active_session, lock_account};
use super::rows;
use super::sessions::end_sessions_but;
use crate::model::Refusal;
use crate::model::accounts::{AccountId, Person};
use crate::model::sessions::{Session, TokenHash};

impl Store {
    /// Changes the password of the person of `session`, and ends their other sessions. `old_hash` is the one that the
    /// old password was found right by.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`]; [`Refusal::WrongPassword`] when the password was changed meanwhile.
    pub async fn change_password(
        &self,
        session: &Session,
        old_hash: &str,
        new_hash: &str,
    ) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            let account = session.person.id;
            lock_account(&mut writing, account).await?;
            active_session(&mut writing, &session.token).await?;
            let current = password_hash(&mut writing, account).await?;
            if current == new_hash {
                return Ok((Committed::events(()), writing));
            }
            if current != old_hash {
                return Err(Refusal::WrongPassword.into());
            }
            set_password(&mut writing, account, new_hash, Some(&session.token)).await?;
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Whose password can be chosen with this link.
    pub async fn owner_of_password_link(&self, token: &TokenHash) -> Result<Option<Person>, Error> {
        let row: Option<AnyRow> = sqlx::query(
            "select a.id as account_id, a.name as account
             from password_link l join account a on a.id = l.account_id
             where l.token_hash = $1 and l.expires_at > $2",
        )
        .bind(token.0.to_vec())
        .bind(self.now().0)
        .fetch_optional(&mut self.reader().await?)
        .await?;
        Ok(row.as_ref().map(rows::person).transpose()?)
    }

    /// Sets the password of `account` by a link, which is used up, and ends all sessions.
    ///
    /// # Errors
    /// [`Refusal::PasswordLinkOver`].
    pub async fn reset_password(
        &self,
        account: AccountId,
        token: &TokenHash,
        new_hash: &str,
    ) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            lock_account(&mut writing, account).await?;
            // An earlier run of this, whose answer was lost.
            if password_hash(&mut writing, account).await? == new_hash {
                return Ok((Committed::events(()), writing));
            }
            let now = writing.now();
            let link: Option<i64> = sqlx::query_scalar(
                "select account_id from password_link
                 where account_id = $1 and token_hash = $2 and expires_at > $3",
            )
            .bind(account.0)
            .bind(token.0.to_vec())
            .bind(now.0)
            .fetch_optional(&mut writing)
            .await?;
            link.ok_or(Refusal::PasswordLinkOver)?;
            set_password(&mut writing, account, new_hash, None).await?;
            Ok((Committed::events(()), writing))
        })
        .await
    }
}

/// Sets the password of `account`, which must be locked, makes its link void, and ends its sessions but for one.
async fn set_password(
    connection: &mut Connection,
    account: AccountId,
    hash: &str,
    but: Option<&TokenHash>,
) -> Result<(), Error> {
    sqlx::query("update account set password_hash = $2 where id = $1")
        .bind(account.0)
        .bind(hash.to_owned())
        .execute(&mut *connection)
        .await?;
    end_sessions_but(connection, account, but).await?;
    remove_password_link(connection, account).await
}

/// Makes the link void with which the owner of `account` could choose a password.
pub(super) async fn remove_password_link(
    connection: &mut Connection,
    account: AccountId,
) -> Result<(), Error> {
    let delete = sqlx::query("delete from password_link where account_id = $1").bind(account.0);
    delete.execute(connection).await?;
    Ok(())
}
