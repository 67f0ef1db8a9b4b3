//! The steps that bring a schema up to this program's.

use std::borrow::Cow;
use std::fmt::Display;
use std::path::Path;

use sqlx::AnyConnection;
use sqlx::migrate::{Migrate as _, MigrateError, Migration, MigrationType, Migrator};

use super::Engine;
use super::copies::vacuum_into;
use crate::new_file::NewFile;
use crate::store::error::OpenError;

/// A migration: version, description, text. The same versions on both engines.
type Script = (i64, &'static str, &'static str);

const SQLITE: &[Script] = &[(1, "parlor", include_str!("../migrations/sqlite/0001_parlor.sql"))];
const POSTGRES: &[Script] = &[(1, "parlor", include_str!("../migrations/postgres/0001_parlor.sql"))];

/// Brings the schema up to this program's.
///
/// # Errors
/// When the schema is one that this program does not know, or a step or the copy before it fails.
pub(super) async fn migrate(engine: &Engine, connection: &mut AnyConnection) -> Result<(), OpenError> {
    apply(engine, connection, scripts(engine)).await
}

/// The last step there is.
pub(super) fn newest(engine: &Engine) -> i64 {
    scripts(engine).last().map_or(0, |(version, ..)| *version)
}

fn scripts(engine: &Engine) -> &'static [Script] {
    if matches!(engine, Engine::Postgres) { POSTGRES } else { SQLITE }
}

async fn apply(engine: &Engine, connection: &mut AnyConnection, scripts: &[Script]) -> Result<(), OpenError> {
    let migrations = scripts.iter().map(|&(version, description, sql)| {
        let description = Cow::Borrowed(description);
        Migration::new(version, description, MigrationType::Simple, sqlx::SqlStr::from_static(sql), false)
    });
    let migrator = Migrator::with_migrations(migrations.collect());
    if let Engine::Sqlite(database) = engine
        && let Some(version) = pending(&migrator, connection).await.map_err(refused)?
    {
        let copy = database.with_added_extension(format!("before-{version}"));
        keep_copy(connection, &copy).await?;
        tracing::info!(
            "the database's schema is about to be changed (step {version}); as it was it is kept in {}",
            copy.display()
        );
    }
    // Not `run`, whose future the compiler cannot prove to be `Send` ("not general enough").
    migrator.run_direct(None, connection, false).await.map_err(refused)
}

/// Copies the database to the file at `to`, in the place of what an earlier try has left there.
async fn keep_copy(connection: &mut AnyConnection, to: &Path) -> Result<(), OpenError> {
    let failed = |error: &dyn Display| {
        OpenError::new(format!("cannot copy the database to {}: {error}", to.display()))
    };
    let file = NewFile::over(to).map_err(|error| failed(&error))?;
    vacuum_into(connection, file.path()).await.map_err(|error| failed(&error))?;
    file.keep().map_err(|error| failed(&error))
}

/// The first step that a database which is not new has yet to take.
async fn pending(migrator: &Migrator, connection: &mut AnyConnection) -> Result<Option<i64>, MigrateError> {
    connection.ensure_migrations_table(&migrator.table_name).await?;
    let applied = connection.list_applied_migrations(&migrator.table_name).await?;
    let Some(last) = applied.iter().map(|step| step.version).max() else { return Ok(None) };
    Ok(migrator.iter().map(|step| step.version).find(|version| *version > last))
}

fn refused(error: MigrateError) -> OpenError {
    OpenError::new(match error {
        MigrateError::VersionMissing(version) => {
            format!("a newer Parlor has used this database (its schema has step {version}): run that one")
        }
        error => format!("the database’s schema does not fit this Parlor: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use sqlx::Connection as _;

    use super::*;

    const ADDED: Script = (2, "added", "create table added (id integer primary key)");
    const BROKEN: Script = (2, "broken", "create table broken (");

    async fn connect(file: &Path) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await.unwrap()
    }

    async fn open(file: &Path, scripts: &[Script]) -> Result<(), OpenError> {
        let mut connection = connect(file).await;
        let outcome = apply(&Engine::Sqlite(file.to_owned()), &mut connection, scripts).await;
        connection.close().await.unwrap();
        outcome
    }

    async fn tables(file: &Path) -> Vec<String> {
        let names = "select name from sqlite_master where type = 'table' order by name";
        sqlx::query_scalar(names).fetch_all(&mut connect(file).await).await.unwrap()
    }

    fn files(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_database_is_copied_before_its_schema_is_changed_and_only_then() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("parlor.db");
        open(&file, SQLITE).await.unwrap();
        open(&file, SQLITE).await.unwrap();
        assert_eq!(files(folder.path()), ["parlor.db"], "a new one, and one that is up to date");

        let before = tables(&file).await;
        open(&file, &[SQLITE, &[ADDED]].concat()).await.unwrap();
        assert!(tables(&file).await.contains(&"added".to_owned()));
        assert_eq!(files(folder.path()), ["parlor.db", "parlor.db.before-2"]);
        let copy = folder.path().join("parlor.db.before-2");
        assert_eq!(tables(&copy).await, before);
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        open(&copy, SQLITE).await.unwrap();
    }

    #[tokio::test]
    async fn a_copy_of_a_step_that_failed_is_replaced_when_it_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("parlor.db");
        open(&file, SQLITE).await.unwrap();
        assert!(open(&file, &[SQLITE, &[BROKEN]].concat()).await.is_err());
        sqlx::raw_sql("create table later (id)").execute(&mut connect(&file).await).await.unwrap();
        open(&file, &[SQLITE, &[ADDED]].concat()).await.unwrap();
        assert!(tables(&folder.path().join("parlor.db.before-2")).await.contains(&"later".to_owned()));
    }

    #[tokio::test]
    async fn without_the_copy_nothing_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("parlor.db");
        open(&file, SQLITE).await.unwrap();
        fs::create_dir(folder.path().join("parlor.db.before-2")).unwrap();
        let error = open(&file, &[SQLITE, &[ADDED]].concat()).await.unwrap_err().to_string();
        assert!(error.contains("cannot copy") && error.contains("before-2"), "{error}");
        assert!(!tables(&file).await.contains(&"added".to_owned()));
        assert_eq!(files(folder.path()), ["parlor.db", "parlor.db.before-2"]);
    }
}
