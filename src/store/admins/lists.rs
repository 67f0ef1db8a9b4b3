//! All people and all rooms, in the order of their names: nothing of what is said in rooms.
//!
//! A page begins at the name that stands after those of the pages before it. Rows themselves are not skipped: PostgreSQL
//! counts the sessions, or the people, of each that is.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use crate::model::Timestamp;
use crate::model::admins::{ListedAccount, ListedRoom, Listing, ROWS_A_PAGE};
use crate::model::names::NameKeys;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::rows;

impl Store {
    /// Page `page`, from 1, of the accounts whose names begin with `beginning`, in any letter case.
    pub async fn list_accounts(&self, beginning: &str, page: i64) -> Result<Listing<ListedAccount>, Error> {
        let (first, end) = range(beginning);
        let mut snapshot = self.snapshot().await?;
        let count = sqlx::query_scalar(
            "select count(*) from account
             where name_key >= $1 and name_key < $2 and coalesce(role, '') <> 'site'",
        );
        let count = count.bind(first.clone()).bind(end.clone()).fetch_one(&mut snapshot).await?;
        let rows = sqlx::query_as(
            "select a.id as account_id, a.name as account, a.role, a.barred_at, a.created_at,
                    (select count(*) from session s where s.account_id = a.id) as sessions,
                    (select max(s.seen_at) from session s where s.account_id = a.id) as seen_at
             from account a
             where a.name_key >= (select f.name_key from account f
                                  where f.name_key >= $1 and f.name_key < $2 and coalesce(f.role, '') <> 'site'
                                  order by f.name_key limit 1 offset $4)
                   and a.name_key < $2 and coalesce(a.role, '') <> 'site'
             order by a.name_key limit $3",
        );
        let rows = rows.bind(first).bind(end).bind(ROWS_A_PAGE).bind(offset(page));
        let rows = rows.fetch_all(&mut snapshot).await?;
        snapshot.end().await;
        Ok(Listing { rows, count })
    }

    /// Page `page`, from 1, of the open rooms whose names begin with `beginning`, in any letter case.
    pub async fn list_rooms(&self, beginning: &str, page: i64) -> Result<Listing<ListedRoom>, Error> {
        let (first, end) = range(beginning);
        let mut snapshot = self.snapshot().await?;
        let count = sqlx::query_scalar(
            "select count(*) from room where name_key >= $1 and name_key < $2 and deleted_at is null",
        );
        let count = count.bind(first.clone()).bind(end.clone()).fetch_one(&mut snapshot).await?;
        let rows = sqlx::query_as(
            "select r.id as room_id, r.name as room, o.id as owner_id, o.name as owner, r.message_count,
                    r.created_at, r.last_at,
                    (select count(*) from membership m where m.room_id = r.id) as inside
             from room r join account o on o.id = r.owner_id
             where r.name_key >= (select f.name_key from room f
                                  where f.name_key >= $1 and f.name_key < $2 and f.deleted_at is null
                                  order by f.name_key limit 1 offset $4)
                   and r.name_key < $2 and r.deleted_at is null
             order by r.name_key limit $3",
        );
        let rows = rows.bind(first).bind(end).bind(ROWS_A_PAGE).bind(offset(page));
        let rows = rows.fetch_all(&mut snapshot).await?;
        snapshot.end().await;
        Ok(Listing { rows, count })
    }
}

/// The first key that begins like that, and one after all that do. PostgreSQL refuses NUL, which no name has, and what is
/// put in its place has none, either.
fn range(beginning: &str) -> (String, String) {
    let first = NameKeys::of(beginning.trim()).folded().replace('\0', "\u{1}");
    let end = format!("{first}{}", char::MAX);
    (first, end)
}

fn offset(page: i64) -> i64 {
    (page - 1).max(0).saturating_mul(ROWS_A_PAGE)
}

impl FromRow<'_, AnyRow> for ListedAccount {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        let role: Option<String> = row.try_get("role")?;
        Ok(Self {
            person: rows::person(row)?,
            is_admin: role.as_deref() == Some("admin"),
            barred_at: row.try_get::<Option<i64>, _>("barred_at")?.map(Timestamp),
            created_at: Timestamp(row.try_get("created_at")?),
            sessions: row.try_get("sessions")?,
            seen_at: row.try_get::<Option<i64>, _>("seen_at")?.map(Timestamp),
        })
    }
}

impl FromRow<'_, AnyRow> for ListedRoom {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            room: rows::room_link(row)?,
            owner: rows::owner(row)?,
            inside: row.try_get("inside")?,
            messages: row.try_get("message_count")?,
            created_at: Timestamp(row.try_get("created_at")?),
            last_at: row.try_get::<Option<i64>, _>("last_at")?.map(Timestamp),
        })
    }
}
