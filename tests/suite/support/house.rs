//! One running instance of Parlor, without a socket.

use rocket::config::LogLevel;
use rocket::fairing::{AdHoc, Fairing};
use rocket::figment::Figment;
use rocket::local::asynchronous::Client;
use rocket::{Config, Route};
use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};

use super::database::meddle;
use super::{Database, Person};

/// One instance. Two on the same database are a cluster.
#[derive(Debug)]
pub struct House {
    client: Client,
    settings: Figment,
}

impl House {
    /// Starts an instance on a database.
    pub async fn open(database: &Database) -> Self {
        Self::with(Self::settings(database)).await
    }

    /// The settings of a test: nothing of the developer's own, and no log.
    pub fn settings(database: &Database) -> Figment {
        let usual = Config { log_level: LogLevel::Off, ..Config::debug_default() };
        Figment::from(usual).merge(("parlor.database_url", database.url()))
    }

    /// Starts an instance with these settings.
    pub async fn with(settings: Figment) -> Self {
        let rocket = parlor::build(settings.clone()).await.expect("the house to open").attach(pieces());
        let client = Client::untracked(rocket).await.expect("the house to launch");
        Self { client, settings }
    }

    /// Starts one more instance with the same settings.
    pub async fn another(&self) -> Self {
        Self::with(self.settings.clone()).await
    }

    /// Whether another instance may share its database.
    pub fn has_company(&self) -> bool {
        self.database_url().starts_with("postgres:")
    }

    /// Stops the instance in good order and starts it again.
    pub async fn restart(self) -> Self {
        let settings = self.settings.clone();
        self.close().await;
        Self::with(settings).await
    }

    /// The same with another setting.
    pub async fn restart_with(self, setting: &str, value: impl Serialize) -> Self {
        let settings = self.settings.clone().merge((setting, value));
        self.close().await;
        Self::with(settings).await
    }

    /// Stops the instance in good order.
    pub async fn close(self) {
        let stopped = self.client.terminate().await;
        parlor::close(&stopped).await;
    }

    /// Somebody who has an account here and is logged in.
    pub async fn person(&self, name: &str) -> Person<'_> {
        let person = self.visitor(name);
        person.signs_up().await;
        person
    }

    /// Somebody with a name and without an account or a cookie.
    pub fn visitor(&self, name: &str) -> Person<'_> {
        Person::new(self, name)
    }

    /// Every route there is.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        self.client.rocket().routes()
    }

    /// How often requests, and not the tail, have gone to the database.
    pub fn checkouts(&self) -> u64 {
        self.client.rocket().state::<parlor::store::Store>().expect("a store").checkouts()
    }

    /// Its memory.
    pub fn live(&self) -> &parlor::live::Live {
        self.client.rocket().state::<parlor::live::Live>().expect("a memory")
    }

    /// Changes the database behind the back of the house.
    pub async fn meddles(&self, statement: &str) {
        meddle(&self.database_url(), statement).await;
    }

    /// Looks up a number in the database.
    pub async fn finds(&self, query: &str) -> i64 {
        let mut connection = AnyConnection::connect(&self.database_url()).await.expect("the database");
        let query = AssertSqlSafe(query.to_owned());
        let number = sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("a number");
        connection.close().await.expect("to hang up");
        number
    }

    /// Whether a word stands anywhere in the database: in a file of SQLite, in a row of PostgreSQL.
    pub async fn stores(&self, word: &str) -> bool {
        if let Some(file) = self.database_url().strip_prefix("sqlite:") {
            let files = ["", "-wal"].map(|suffix| std::fs::read(format!("{file}{suffix}")));
            let mut files = files.into_iter().map(|bytes| bytes.expect("a file of the database"));
            return files.any(|bytes| bytes.windows(word.len()).any(|found| found == word.as_bytes()));
        }
        let rows = "query_to_xml('select * from ' || quote_ident(table_name), true, false, '')";
        let tables = "from information_schema.tables where table_schema = 'public'";
        self.finds(&format!("select count(*) {tables} and cast({rows} as text) like '%{word}%'")).await > 0
    }

    /// Where its database is.
    pub fn database_url(&self) -> String {
        self.settings.extract_inner("parlor.database_url").expect("an address")
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }
}

/// Notes on every answer in how many pieces it would be sent.
fn pieces() -> impl Fairing {
    AdHoc::on_response("Pieces", |_, response| {
        Box::pin(async move {
            let size = response.body_mut().size().await.expect("a known size");
            let pieces = size.div_ceil(response.body().max_chunk_size());
            response.set_raw_header("Pieces", pieces.to_string());
        })
    })
}
