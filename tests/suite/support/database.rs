//! A database for one test: a file in a directory of its own, or a database in the PostgreSQL of `tests/run`.

use std::env;
use std::path::PathBuf;

use sqlx::any::install_default_drivers;
use sqlx::postgres::PgConnection;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use tempfile::TempDir;

/// Where a house keeps its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded file.
    Sqlite,
    /// A server, shared by several instances.
    Postgres,
}

/// An empty database, gone after the test.
#[derive(Debug)]
pub struct Database {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Directory(TempDir),
    Server { name: String },
}

impl Database {
    /// Makes an empty one.
    pub async fn create(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let directory = tempfile::tempdir().expect("a temporary directory");
                let url = format!("sqlite:{}", directory.path().join("parlor.db").display());
                Self { url, place: Place::Directory(directory) }
            }
            Engine::Postgres => {
                let name = format!("parlor_{:016x}", rand::random::<u64>());
                on_server(format!("create database {name} template template0")).await;
                let url = server().rsplit_once('/').expect("a database in the url").0.to_owned();
                Self { url: format!("{url}/{name}"), place: Place::Server { name } }
            }
        }
    }

    /// What goes into `parlor.database_url`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A file beside that of SQLite.
    pub fn beside(&self, suffix: &str) -> PathBuf {
        let file = self.url.strip_prefix("sqlite:").expect("a file");
        format!("{file}{suffix}").into()
    }

    /// Hangs up on whoever is connected and lets nobody in, like a server that is gone.
    pub async fn refuses_connections(&self) {
        let name = self.name();
        on_server(format!("alter database {name} with allow_connections false")).await;
        let of_this = format!("from pg_stat_activity where datname = '{name}'");
        on_server(format!("select pg_terminate_backend(pid) {of_this}")).await;
    }

    /// Lets them in again.
    pub async fn allows_connections(&self) {
        on_server(format!("alter database {} with allow_connections true", self.name())).await;
    }

    fn name(&self) -> &str {
        match &self.place {
            Place::Server { name } => name,
            Place::Directory(_) => panic!("nobody connects to a file"),
        }
    }

    /// Throws it away, with whoever is still connected.
    pub async fn discard(self) {
        match self.place {
            Place::Directory(directory) => directory.close().expect("to remove the directory"),
            Place::Server { name } => on_server(format!("drop database {name} with (force)")).await,
        }
    }
}

/// Changes the database at `url` behind the back of the house.
pub async fn meddle(url: &str, statement: &str) {
    install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.expect("the database");
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.expect("to meddle");
    connection.close().await.expect("to hang up");
}

/// The address of the server that `tests/run` has started.
fn server() -> String {
    env::var("PARLOR_TEST_POSTGRES")
        .expect("PARLOR_TEST_POSTGRES is not set: run tests/run, which starts a PostgreSQL for the tests")
}

async fn on_server(statement: String) {
    let mut connection = PgConnection::connect(&server()).await.expect("the PostgreSQL of tests/run");
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.expect("to run the statement");
    connection.close().await.expect("to hang up");
}
