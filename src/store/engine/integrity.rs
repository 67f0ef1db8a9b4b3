//! What an engine itself can say about whether a database is whole.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::Engine;
use crate::store::connection::Connection;
use crate::store::error::Error;

/// References to rows that are not there, by table and column.
const SQLITE_DANGLING: &str =
    "select f.\"table\" as child, l.\"from\" as reference, f.parent as parent, count(*) as amount
     from pragma_foreign_key_check f join pragma_foreign_key_list(f.\"table\") l on l.id = f.fkid
     group by f.\"table\", l.\"from\", f.parent";

/// The references there are; each has one column.
const POSTGRES_REFERENCES: &str = "select cast(cast(c.conrelid as regclass) as text) as child,
            cast(a.attname as text) as reference,
            cast(cast(c.confrelid as regclass) as text) as parent, cast(p.attname as text) as key
     from pg_constraint c
     join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     join pg_attribute p on p.attrelid = c.confrelid and p.attnum = c.confkey[1]
     where c.contype = 'f' and c.connamespace = cast(current_schema() as regnamespace)
     order by 1, 2";

impl Engine {
    /// What is wrong with the database as a whole, one sentence each: its pages and indexes (SQLite), and references
    /// to what is not there.
    pub(in crate::store) async fn damage(&self, connection: &mut Connection) -> Result<Vec<String>, Error> {
        match self {
            Self::Sqlite(_) => {
                let mut damage = broken_pages(connection).await?;
                match sqlite_dangling(connection).await {
                    Ok(dangling) => damage.extend(dangling),
                    Err(error) => damage.push(format!("references cannot be followed: {error}")),
                }
                Ok(damage)
            }
            Self::Postgres => postgres_dangling(connection).await,
        }
    }
}

/// What SQLite finds in its own file.
async fn broken_pages(connection: &mut Connection) -> Result<Vec<String>, Error> {
    let said: Vec<String> = sqlx::query_scalar("pragma integrity_check").fetch_all(connection).await?;
    Ok(said
        .into_iter()
        .filter(|line| line != "ok")
        .map(|line| format!("the file is damaged: {line}"))
        .collect())
}

async fn sqlite_dangling(connection: &mut Connection) -> Result<Vec<String>, Error> {
    let rows: Vec<AnyRow> = sqlx::query(SQLITE_DANGLING).fetch_all(connection).await?;
    Ok(rows.iter().map(|row| dangling(row, row.try_get("amount")?)).collect::<sqlx::Result<_>>()?)
}

async fn postgres_dangling(connection: &mut Connection) -> Result<Vec<String>, Error> {
    let mut damage = Vec::new();
    let references: Vec<AnyRow> = sqlx::query(POSTGRES_REFERENCES).fetch_all(&mut *connection).await?;
    for row in &references {
        let name = |column: &str| row.try_get::<String, _>(column);
        let (child, reference, parent, key) =
            (name("child")?, name("reference")?, name("parent")?, name("key")?);
        // Names from the catalogue, of tables that our migrations made.
        let count = format!(
            "select count(*) from {child} c where c.{reference} is not null
             and not exists (select 1 from {parent} p where p.{key} = c.{reference})"
        );
        let amount: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *connection).await?;
        if amount > 0 {
            damage.push(dangling(row, amount)?);
        }
    }
    Ok(damage)
}

/// The columns `child`, `reference` and `parent`.
fn dangling(row: &AnyRow, amount: i64) -> sqlx::Result<String> {
    let name = |column: &str| row.try_get::<String, _>(column);
    let (child, reference, parent) = (name("child")?, name("reference")?, name("parent")?);
    let rows = if amount == 1 { "1 row".to_owned() } else { format!("{amount} rows") };
    Ok(format!("{rows} of {child}: {reference} names a row of {parent} that is not there"))
}
