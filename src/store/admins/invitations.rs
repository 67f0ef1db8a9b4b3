//! Invitations, and how people come in without one.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use super::{Actor, NewAction, complete};
use crate::model::Timestamp;
use crate::model::admins::{ActionKind, ROWS_A_PAGE};
use crate::model::sign_up::{INVITATION, Invitation, NewInvitation, SignUp};
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::locks::lock_site;

impl Store {
    /// Sets who may create an account, used where the settings do not say.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::LoggedOut`, `NotAnAdmin`.
    pub async fn set_sign_up(&self, actor: Actor<'_>, sign_up: SignUp) -> Result<(), Error> {
        self.write(|mut writing| async move {
            let set = sqlx::query("update site set sign_up = $1 where id = 1 and sign_up <> $1");
            let set = set.bind(sign_up.as_str()).execute(&mut writing).await?;
            if set.rows_affected() > 0 {
                let action = NewAction::of_site(ActionKind::SignUpSet, Some(sign_up.as_str()));
                complete(&mut writing, actor, action).await?;
            }
            Ok(((), writing))
        })
        .await
    }

    /// Makes an invitation, which is good for [`INVITATION`].
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::LoggedOut`, `NotAnAdmin`.
    pub async fn invite(&self, actor: Actor<'_>, new: &NewInvitation) -> Result<(), Error> {
        self.write(|mut writing| async move {
            let now = writing.now();
            let made = sqlx::query(
                "insert into invitation (token_hash, created_by, created_at, expires_at, uses, used)
                 values ($1, $2, $3, $4, $5, 0) on conflict (token_hash) do nothing",
            )
            .bind(new.token.0.to_vec())
            .bind(actor.account().map(|admin| admin.0))
            .bind(now.0)
            .bind(now.after(INVITATION).0)
            .bind(new.uses.get())
            .execute(&mut writing)
            .await?;
            if made.rows_affected() > 0 {
                let uses = new.uses.get().to_string();
                complete(&mut writing, actor, NewAction::of_site(ActionKind::InvitationMade, Some(&uses)))
                    .await?;
            }
            Ok(((), writing))
        })
        .await
    }

    /// The latest invitations that are good still or were used up, or those before number `before`, the latest first:
    /// [`ROWS_A_PAGE`] at most.
    pub async fn invitations(&self, before: Option<i64>) -> Result<Vec<Invitation>, Error> {
        let invitations = sqlx::query_as(
            "select i.id, a.name as by_name, i.created_at, i.expires_at, i.uses, i.used
             from invitation i left join account a on a.id = i.created_by
             where i.id < $1 and i.expires_at > $2 order by i.id desc limit $3",
        );
        let invitations = invitations.bind(before.unwrap_or(i64::MAX)).bind(self.now().0).bind(ROWS_A_PAGE);
        Ok(invitations.fetch_all(&mut self.reader().await?).await?)
    }

    /// Takes an invitation back. Who came in with it stays.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::LoggedOut`, `NotAnAdmin`.
    pub async fn revoke_invitation(&self, actor: Actor<'_>, id: i64) -> Result<(), Error> {
        self.write(|mut writing| async move {
            lock_site(&mut writing).await?;
            let deleted = sqlx::query("delete from invitation where id = $1").bind(id);
            if deleted.execute(&mut writing).await?.rows_affected() > 0 {
                complete(&mut writing, actor, NewAction::of_site(ActionKind::InvitationRevoked, None))
                    .await?;
            }
            Ok(((), writing))
        })
        .await
    }
}

impl FromRow<'_, AnyRow> for Invitation {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            by: row.try_get("by_name")?,
            created_at: Timestamp(row.try_get("created_at")?),
            expires_at: Timestamp(row.try_get("expires_at")?),
            uses: row.try_get("uses")?,
            used: row.try_get("used")?,
        })
    }
}
