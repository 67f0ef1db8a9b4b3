//! What names are compared by: who has a name already, and keys recomputed when the tables they come from have
//! changed.
//!
//! Where two names have come to be the same by that, the older one keeps what it is found by. The other stays as
//! it is shown and without a skeleton; should even its key be another's now, it keeps the one it had.

use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use crate::model::names::{self, NameKeys};

/// How many names are looked at in one transaction.
const STEP: i64 = 500;

/// Whose names.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Accounts,
    OpenRooms,
}

/// Why a name cannot be had.
pub(super) enum Conflict {
    /// It is the name of this account or room.
    Same(i64),
    /// It looks like this name of another.
    Like(String),
}

/// What a new name would conflict with.
pub(super) async fn conflict(
    connection: &mut Connection,
    kind: Kind,
    keys: &NameKeys,
) -> Result<Option<Conflict>, Error> {
    let query = match kind {
        Kind::Accounts => sqlx::query_as(
            "select id, name, cast(1 as bigint) from account where name_key = $1
             union all select id, name, cast(0 as bigint) from account where skeleton = $2",
        ),
        Kind::OpenRooms => sqlx::query_as(
            "select id, name, cast(1 as bigint) from room where name_key = $1 and deleted_at is null
             union all
             select id, name, cast(0 as bigint) from room where skeleton = $2 and deleted_at is null",
        ),
    };
    let query = query.bind(keys.folded().to_owned()).bind(keys.skeleton().to_owned());
    let rows: Vec<(i64, String, i64)> = query.fetch_all(connection).await?;
    let closest = rows.into_iter().max_by_key(|(_, _, same)| *same);
    Ok(closest.map(|(id, name, same)| if same == 1 { Conflict::Same(id) } else { Conflict::Like(name) }))
}

/// Number, name, key and skeleton.
type Row = (i64, String, String, Option<String>);

impl Store {
    /// Recomputes keys and skeletons of all names, if they come from other tables than this program's. If an
    /// instance ends in the midst of it, the next one starts over.
    pub(super) async fn renew_names(&self) -> Result<(), Error> {
        let tables: String = sqlx::query_scalar("select name_tables from site where id = 1")
            .fetch_one(&mut self.reader().await?)
            .await?;
        if tables == names::TABLES {
            return Ok(());
        }
        for kind in [Kind::Accounts, Kind::OpenRooms] {
            let mut done = Some(0);
            while let Some(last) = done {
                done = self.renew_some(kind, last).await?;
            }
        }
        let done = || sqlx::query("update site set name_tables = $1 where id = 1").bind(names::TABLES);
        self.write_statement(done).await
    }

    /// The same for some names, those after number `last`; the last of these, if there were any.
    async fn renew_some(&self, kind: Kind, last: i64) -> Result<Option<i64>, Error> {
        self.write(|mut writing| async move {
            let rows = names_after(&mut writing, kind, last).await?;
            let reached = rows.last().map(|row| row.0);
            for (id, name, key, skeleton) in rows {
                let keys = NameKeys::of(&name);
                if key != keys.folded() && !take_key(&mut writing, kind, id, keys.folded()).await? {
                    tracing::warn!("a name keeps its former key, its new one is another's: {kind:?}, {id}");
                }
                if skeleton.as_deref() != Some(keys.skeleton()) {
                    take_skeleton(&mut writing, kind, id, keys.skeleton()).await?;
                }
            }
            Ok((reached, writing))
        })
        .await
    }
}

async fn names_after(connection: &mut Connection, kind: Kind, last: i64) -> Result<Vec<Row>, Error> {
    let query = match kind {
        Kind::Accounts => sqlx::query_as(
            "select id, name, name_key, skeleton from account where id > $1 order by id limit $2",
        ),
        // By the primary key: PostgreSQL is not to sort what an index of open rooms has.
        Kind::OpenRooms => sqlx::query_as(
            "select id, name, name_key, skeleton from room
             where id > $1 and coalesce(deleted_at, 0) = 0 order by id limit $2",
        ),
    };
    Ok(query.bind(last).bind(STEP).fetch_all(connection).await?)
}

/// Whether nobody else has it.
async fn take_key(connection: &mut Connection, kind: Kind, id: i64, key: &str) -> Result<bool, Error> {
    let query = match kind {
        Kind::Accounts => sqlx::query(
            "update account set name_key = $2
             where id = $1 and not exists (select 1 from account o where o.name_key = $2)",
        ),
        Kind::OpenRooms => sqlx::query(
            "update room set name_key = $2 where id = $1 and not exists
                 (select 1 from room o where o.name_key = $2 and o.deleted_at is null)",
        ),
    };
    Ok(query.bind(id).bind(key.to_owned()).execute(connection).await?.rows_affected() > 0)
}

/// Takes it from whoever is younger, unless somebody older has it.
async fn take_skeleton(
    connection: &mut Connection,
    kind: Kind,
    id: i64,
    skeleton: &str,
) -> Result<(), Error> {
    let (give_up, take) = match kind {
        Kind::Accounts => (
            sqlx::query("update account set skeleton = null where skeleton = $2 and id > $1"),
            sqlx::query(
                "update account set skeleton = case
                     when exists (select 1 from account o where o.skeleton = $2 and o.id < $1)
                     then null else $2 end
                 where id = $1",
            ),
        ),
        Kind::OpenRooms => (
            sqlx::query(
                "update room set skeleton = null where skeleton = $2 and id > $1 and deleted_at is null",
            ),
            sqlx::query(
                "update room set skeleton = case
                     when exists (select 1 from room o
                                  where o.skeleton = $2 and o.id < $1 and o.deleted_at is null)
                     then null else $2 end
                 where id = $1",
            ),
        ),
    };
    for query in [give_up, take] {
        query.bind(id).bind(skeleton.to_owned()).execute(&mut *connection).await?;
    }
    Ok(())
}
