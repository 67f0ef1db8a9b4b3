//! One's own sessions: which there are, and ending those in other browsers.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use super::committed::Committed;
use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use super::locks::{active_session, lock_account};
use super::sessions::{after_session_ended, end_sessions_but};
use crate::model::Timestamp;
use crate::model::accounts::AccountId;
use crate::model::sessions::{ListedSession, Session, SessionId, TokenHash};

impl Store {
    /// The active sessions of `account`, those in use last first.
    pub async fn sessions_of(&self, account: AccountId) -> Result<Vec<ListedSession>, Error> {
        let now = self.now();
        let mut sessions: Vec<ListedSession> = sqlx::query_as(
            "select token_hash, browser, created_at, seen_at from session where account_id = $1 and expires_at > $2",
        )
        .bind(account.0)
        .bind(now.0)
        .fetch_all(&mut self.reader().await?)
        .await?;
        sessions.sort_by_key(|session| std::cmp::Reverse((session.seen_at, session.created_at)));
        Ok(sessions)
    }

    /// Ends another session of the person of `session`, if it has not ended yet.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::LoggedOut`.
    pub async fn end_other_session(
        &self,
        session: &Session,
        other: &SessionId,
    ) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            let account = lock_own(&mut writing, session).await?;
            let tokens: Vec<AnyRow> = sqlx::query("select token_hash from session where account_id = $1")
                .bind(account.0)
                .fetch_all(&mut writing)
                .await?;
            let tokens = tokens.iter().map(token_hash).collect::<sqlx::Result<Vec<_>>>()?;
            let others = tokens.into_iter().filter(|token| token != &session.token);
            for token in others.filter(|token| token.id() == *other) {
                delete(&mut writing, &token).await?;
                after_session_ended(&mut writing, account).await?;
            }
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Ends all other sessions of the person of `session`.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::LoggedOut`.
    pub async fn end_other_sessions(&self, session: &Session) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            let account = lock_own(&mut writing, session).await?;
            end_sessions_but(&mut writing, account, Some(&session.token)).await?;
            Ok((Committed::events(()), writing))
        })
        .await
    }
}

async fn lock_own(connection: &mut Connection, session: &Session) -> Result<AccountId, Error> {
    lock_account(connection, session.person.id).await?;
    active_session(connection, &session.token).await
}

async fn delete(connection: &mut Connection, token: &TokenHash) -> Result<(), Error> {
    let delete = sqlx::query("delete from session where token_hash = $1").bind(token.0.to_vec());
    delete.execute(connection).await?;
    Ok(())
}

fn token_hash(row: &AnyRow) -> sqlx::Result<TokenHash> {
    let bytes: Vec<u8> = row.try_get("token_hash")?;
    bytes.try_into().map(TokenHash).map_err(|_| sqlx::Error::Decode("a hash of another length".into()))
}

impl FromRow<'_, AnyRow> for ListedSession {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            token: token_hash(row)?,
            browser: row.try_get("browser")?,
            created_at: Timestamp(row.try_get("created_at")?),
            seen_at: Timestamp(row.try_get("seen_at")?),
        })
    }
}
