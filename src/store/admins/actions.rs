//! What admins did.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use super::via;
use crate::model::Timestamp;
use crate::model::accounts::{AccountId, Person};
use crate::model::admins::{ActionBy, ActionKind, AdminAction, ROWS_A_PAGE};
use crate::model::rooms::RoomId;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::rows;

impl Store {
    /// The latest things that admins did, or those before number `before`, the latest first:
    /// [`ROWS_A_PAGE`] at most.
    pub async fn admin_actions(&self, before: Option<i64>) -> Result<Vec<AdminAction>, Error> {
        let actions = sqlx::query_as(
            "select l.id, l.at, l.via, l.what, l.room_id, l.detail, l.admin_id, d.name as admin,
                    l.account_id, a.name as account
             from admin_action l
             left join account d on d.id = l.admin_id
             left join account a on a.id = l.account_id
             where l.id < $1 order by l.id desc limit $2",
        );
        let actions = actions.bind(before.unwrap_or(i64::MAX)).bind(ROWS_A_PAGE);
        Ok(actions.fetch_all(&mut self.reader().await?).await?)
    }
}

impl FromRow<'_, AnyRow> for AdminAction {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        let what: String = row.try_get("what")?;
        let room: Option<i64> = row.try_get("room_id")?;
        Ok(Self {
            id: row.try_get("id")?,
            at: Timestamp(row.try_get("at")?),
            by: by(row)?,
            what: ActionKind::parse(&what)
                .ok_or_else(|| sqlx::Error::Decode(format!("an unknown action: {what}").into()))?,
            account: rows::joined_person(row)?,
            room: room.map(RoomId),
            detail: row.try_get("detail")?,
        })
    }
}

fn by(row: &AnyRow) -> sqlx::Result<ActionBy> {
    let (via, admin): (String, Option<i64>) = (row.try_get("via")?, row.try_get("admin_id")?);
    Ok(match (&*via, admin) {
        (via::PAGE, Some(admin)) => {
            ActionBy::Admin(Person { id: AccountId(admin), name: row.try_get("admin")? })
        }
        (via::SETTINGS, _) => ActionBy::Settings,
        _ => ActionBy::Shell,
    })
}
