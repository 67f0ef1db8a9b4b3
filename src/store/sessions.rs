//! Sessions: opened at log-in, extended by what a person does, ended by log-out or after 30 idle days.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::committed::{Changed, Committed};
use super::connection::Connection;
use super::credentials::{Credentials, require_credentials};
use super::database::Store;
use super::error::Error;
use super::events::{self, kind};
use super::locks::lock_account;
use super::memberships::{lock_room_of, remove_member, whereabouts};
use super::rows;
use super::session_limits::{end_beyond, end_sessions_of};
use crate::model::Timestamp;
use crate::model::accounts::AccountId;
use crate::model::log::Position;
use crate::model::memberships::Whereabouts;
use crate::model::nonces::Nonce;
use crate::model::sessions::{IDLE, REPEAT, Session, TokenHash};

/// A session about to be opened.
pub struct NewSession {
    /// The hash of its token.
    pub token: TokenHash,
    /// The nonce of the form it comes from, if that had one.
    pub nonce: Option<Nonce>,
    /// When the form came in.
    pub began: Timestamp,
    /// What the browser is called, if that is known.
    pub browser: Option<String>,
}

/// A session, where its person is, and the event log's head, all of one moment.
pub struct FoundSession {
    /// The session.
    pub session: Session,
    /// Where its person is.
    pub whereabouts: Whereabouts,
    /// Whether its person is an admin.
    pub is_admin: bool,
    /// The event log's head.
    pub head: Position,
}

impl Store {
    /// Logs in whoever has given the password of `known`. A session that the same form opened before it was sent again
    /// ends: nobody holds it. Beyond `most` sessions, the least recently used end.
    ///
    /// One that it opens while this request is under way lives on beside this one, since nobody knows which of
    /// the two answers the browser keeps; they end together ([`Store::end_session`]).
    ///
    /// # Errors
    /// [`Barred`](crate::model::Refusal::Barred); [`WrongPassword`](crate::model::Refusal::WrongPassword) when the password
    /// was changed meanwhile.
    pub async fn open_session(
        &self,
        known: &Credentials,
        session: &NewSession,
        most: u32,
    ) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            let account = known.account;
            lock_account(&mut writing, account).await?;
            require_credentials(&mut writing, known).await?;
            insert_session(&mut writing, account, session).await?;
            let repeated = end_repeated(&mut writing, account, session).await?;
            if !(end_beyond(&mut writing, account, &session.token, most).await? || repeated) {
                return Ok((Committed::new((), Changed::Nothing), writing));
            }
            after_session_ended(&mut writing, account).await?;
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// The active session with this token, in one statement.
    pub async fn session(&self, token: &TokenHash) -> Result<Option<FoundSession>, Error> {
        let row: Option<AnyRow> = sqlx::query(
            "select a.id as account_id, a.name as account, a.role, s.seen_at, s.expires_at,
                    r.id as room_id, r.name as room, d.name as deleted_by, h.last_seq, h.last_tag
             from session s
             join account a on a.id = s.account_id
             cross join site h
             left join membership m on m.account_id = a.id
             left join room r on r.id = m.room_id
             left join account d on d.id = r.deleted_by
             where s.token_hash = $1 and s.expires_at > $2 and h.id = 1",
        )
        .bind(token.0.to_vec())
        .bind(self.now().0)
        .fetch_optional(&mut self.reader().await?)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(FoundSession {
            session: Session {
                token: *token,
                person: rows::person(&row)?,
                seen_at: Timestamp(row.try_get("seen_at")?),
                expires_at: Timestamp(row.try_get("expires_at")?),
            },
            whereabouts: whereabouts(&row)?,
            is_admin: row.try_get::<Option<String>, _>("role")?.as_deref() == Some("admin"),
            head: rows::head(&row)?,
        }))
    }

    /// Writes down that the person of this session has just done something.
    pub async fn touch_session(&self, token: &TokenHash) -> Result<Committed<()>, Error> {
        self.write_statement(|| {
            let now = self.now();
            sqlx::query(
                "update session set seen_at = $2, expires_at = $3 where token_hash = $1 and expires_at > $2",
            )
            .bind(token.0.to_vec())
            .bind(now.0)
            .bind(now.after(IDLE).0)
        })
        .await?;
        Ok(Committed::new((), Changed::Session(*token)))
    }

    /// Logs a session out, with those that the same form opened when it was sent several times. With the
    /// account's last session its room is left too.
    pub async fn end_session(&self, token: &TokenHash) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            if let Some((account, nonce, created_at)) = lock_and_delete(&mut writing, token).await? {
                if let Some(nonce) = nonce {
                    let (from, to) = (created_at.before(REPEAT), created_at.after(REPEAT));
                    end_sessions_of(&mut writing, account, &nonce, (from, to), token).await?;
                }
                after_session_ended(&mut writing, account).await?;
            }
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Ends a session whose browser has been given another one, and nothing else.
    pub async fn end_former_session(&self, token: &TokenHash) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            if let Some((account, ..)) = lock_and_delete(&mut writing, token).await? {
                after_session_ended(&mut writing, account).await?;
            }
            Ok((Committed::events(()), writing))
        })
        .await
    }

    /// Ends the sessions of one account that have expired: of whoever's is the first but for `skipped` others. Says
    /// whether there was one.
    pub async fn end_expired_sessions(&self, skipped: i64) -> Result<bool, Error> {
        self.write(|mut writing| async move {
            let now = writing.now();
            let account: Option<i64> = sqlx::query_scalar(
                "update account set name = name where id =
                     (select account_id from session where expires_at <= $1 order by expires_at limit 1 offset $2)
                 returning id",
            )
            .bind(now.0)
            .bind(skipped)
            .fetch_optional(&mut writing)
            .await?;
            let Some(account) = account else { return Ok((false, writing)) };
            let ended = sqlx::query("delete from session where account_id = $1 and expires_at <= $2")
                .bind(account)
                .bind(now.0)
                .execute(&mut writing)
                .await?;
            if ended.rows_affected() > 0 {
                after_session_ended(&mut writing, AccountId(account)).await?;
            }
            Ok((true, writing))
        })
        .await
    }
}

/// A repeated insert is one whose answer to COMMIT was lost.
pub(super) async fn insert_session(
    connection: &mut Connection,
    account: AccountId,
    session: &NewSession,
) -> Result<(), Error> {
    let now = connection.now();
    sqlx::query(
        "insert into session (token_hash, account_id, created_at, seen_at, expires_at, nonce, browser)
         values ($1, $2, $3, $3, $4, $5, $6) on conflict (token_hash) do nothing",
    )
    .bind(session.token.0.to_vec())
    .bind(account.0)
    .bind(now.0)
    .bind(now.after(IDLE).0)
    .bind(session.nonce.as_ref().map(|nonce| nonce.as_str().to_owned()))
    .bind(session.browser.clone())
    .execute(connection)
    .await?;
    Ok(())
}

/// Whose session it was, the nonce of its form, and when it was opened.
type Deleted = (AccountId, Option<String>, Timestamp);

/// Deletes a session, once its account is locked: two that end several of its sessions might each hold one that
/// the other waits for.
async fn lock_and_delete(connection: &mut Connection, token: &TokenHash) -> Result<Option<Deleted>, Error> {
    sqlx::query(
        "update account set name = name where id = (select account_id from session where token_hash = $1)",
    )
    .bind(token.0.to_vec())
    .execute(&mut *connection)
    .await?;
    let row: Option<(i64, Option<String>, i64)> =
        sqlx::query_as("delete from session where token_hash = $1 returning account_id, nonce, created_at")
            .bind(token.0.to_vec())
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(account, nonce, created_at)| (AccountId(account), nonce, Timestamp(created_at))))
}

/// Ends the sessions that the form of `session` opened when it was sent before, and says whether there were any. The account
/// must be locked.
async fn end_repeated(
    connection: &mut Connection,
    account: AccountId,
    session: &NewSession,
) -> Result<bool, Error> {
    let Some(nonce) = &session.nonce else { return Ok(false) };
    let (from, to) = (session.began.before(REPEAT), session.began);
    end_sessions_of(connection, account, nonce.as_str(), (from, to), &session.token).await
}

/// Ends the sessions of `account`, which must be locked, but for one.
pub(super) async fn end_sessions_but(
    connection: &mut Connection,
    account: AccountId,
    but: Option<&TokenHash>,
) -> Result<(), Error> {
    // No token has the hash of no bytes.
    let ended = sqlx::query("delete from session where account_id = $1 and token_hash <> $2")
        .bind(account.0)
        .bind(but.map_or_else(Vec::new, |but| but.0.to_vec()))
        .execute(&mut *connection)
        .await?;
    if ended.rows_affected() > 0 {
        after_session_ended(connection, account).await?;
    }
    Ok(())
}

/// What follows the end of a session of `account`, which must be locked: the room is left with the last one, and
/// the event log tells of it.
pub(super) async fn after_session_ended(
    connection: &mut Connection,
    account: AccountId,
) -> Result<(), Error> {
    // Whatever a room has accepted from this session precedes its end, so the room is locked even where
    // it is not left.
    let here = lock_room_of(connection, account).await?;
    let other: Option<i64> = sqlx::query_scalar(
        "select account_id from session where account_id = $1 and expires_at > $2 limit 1",
    )
    .bind(account.0)
    .bind(connection.now().0)
    .fetch_optional(&mut *connection)
    .await?;
    if let (Some(room), None) = (here, other) {
        remove_member(connection, account, room, kind::MEMBER_LEFT).await?;
    }
    events::append(connection, kind::SESSION_ENDED, account, None, Timestamp::now()).await
}
