//! What stops the start, with a message that says what to do.

use std::fs::File;

use rocket::figment::Figment;
use rocket::futures::future::join;
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use crate::fixtures::processes::{NetworkCondition, Postgres, Proxy};
use crate::fixtures::{Database, Engine, Instance, eventually};

/// What is said when Parlor does not start with these settings.
async fn complaint(settings: Figment) -> String {
    match parlor::build(settings).await {
        Ok(rocket) => match rocket.ignite().await {
            Ok(_) => panic!("Parlor has started"),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    }
}

#[rocket::async_test]
async fn a_second_instance_on_one_file_is_refused() {
    let database = Database::create(Engine::Sqlite).await;
    let instance = Instance::open(&database).await;
    let said = complaint(Instance::settings(&database)).await;
    assert!(said.contains("parlor.db"), "{said}");
    instance.person("ana").await;
    drop(instance.restart().await);
    database.discard().await;
}

#[rocket::async_test]
async fn one_that_is_just_going_is_waited_for() {
    let database = Database::create(Engine::Sqlite).await;
    let lock = File::create(database.beside(".lock")).unwrap();
    lock.lock().unwrap();
    // The lock is taken when Parlor first looks, and free when it looks again.
    let (instance, ()) = join(Instance::open(&database), async { drop(lock) }).await;
    instance.person("ana").await;
    instance.close().await;
    database.discard().await;
}

#[rocket::async_test]
async fn an_unknown_setting_is_named() {
    let database = Database::create(Engine::Sqlite).await;
    let said = complaint(Instance::settings(&database).merge(("parlor.tick_mss", 200))).await;
    assert!(said.contains("tick_mss"), "{said}");
    let said = complaint(Instance::settings(&database).merge(("parlor.tick_ms", "often"))).await;
    assert!(said.contains("tick_ms"), "{said}");
    database.discard().await;
}

#[rocket::async_test]
async fn a_database_of_no_known_kind_is_refused() {
    let database = Database::create(Engine::Sqlite).await;
    for url in ["", "mysql://localhost/parlor", "parlor.db", "postgres"] {
        let said = complaint(Instance::settings(&database).merge(("parlor.database_url", url))).await;
        assert!(said.contains("database_url"), "{url}: {said}");
    }
    let nowhere =
        complaint(Instance::settings(&database).merge(("parlor.database_url", "sqlite:/nowhere/at/all.db")))
            .await;
    assert_says(&nowhere, &["no folder /nowhere/at,", "database_url"]);
    database.discard().await;
}

/// The same for a PostgreSQL at that address.
async fn complaint_about(url: &str) -> String {
    let settings = Figment::from(rocket::Config::debug_default());
    let url = url.replacen("parlor@", "parlor:topsecret@", 1);
    let said = complaint(settings.merge(("parlor.database_url", url))).await;
    assert!(!said.contains("topsecret"), "a password is told: {said}");
    said
}

#[track_caller]
fn assert_says(said: &str, words: &[&str]) {
    assert!(words.iter().all(|word| said.contains(word)), "{words:?} are not in: {said}");
}

#[rocket::async_test]
async fn a_file_that_cannot_be_written_is_refused() {
    let database = Database::create(Engine::Sqlite).await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    // Below a file, and where not even root may write.
    for directory in [file.path().to_str().expect("a path"), "/sys"] {
        let url = format!("sqlite:{directory}/parlor.db");
        let said = complaint(Instance::settings(&database).merge(("parlor.database_url", url))).await;
        assert_says(&said, &[&format!("cannot write in the folder {directory},"), "database_url"]);
    }
    database.discard().await;
}

#[rocket::async_test]
async fn an_unreachable_server_is_refused() {
    let said = complaint_about("postgres://parlor@127.0.0.1:1/parlor").await;
    assert_says(&said, &["127.0.0.1:1", "is it running", "database_url"]);
    let proxy = Proxy::to(([127, 0, 0, 1], 1).into()).await;
    proxy.set(NetworkCondition::BlackHole);
    let said = complaint_about(&format!("postgres://parlor@{}/parlor", proxy.address())).await;
    assert_says(&said, &[&proxy.address().to_string(), "is it running", "database_url"]);
}

/// Each would have messages lost that were acknowledged.
#[rocket::async_test]
async fn a_server_that_does_not_keep_its_word_is_refused() {
    let server = Postgres::create().await;
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        for (value, sql) in [
            ("off", format!("alter system set {setting} = off")),
            ("on", format!("alter system reset {setting}")),
        ] {
            server.execute(&sql).await;
            server.execute("select pg_reload_conf()").await;
            eventually("the setting is heard of", async || {
                server.query("postgres", &format!("show {setting}")).await == [value]
            })
            .await;
            if value == "off" {
                let said = complaint_about(&server.url("postgres")).await;
                assert_says(&said, &[&format!("{setting} = off"), &format!("set {setting} = on")]);
            }
        }
    }
}

#[rocket::async_test]
async fn a_database_that_cannot_hold_the_house_is_refused() {
    let server = Postgres::create().await;
    let said = complaint_about(&server.url("nowhere")).await;
    assert_says(&said, &["nowhere", "create the database"]);
    server.execute("create database latin encoding 'LATIN1' locale 'C' template template0").await;
    let said = complaint_about(&server.url("latin")).await;
    assert_says(&said, &["LATIN1", "encoding 'UTF8'"]);
    server.execute("alter database postgres set default_transaction_read_only = on").await;
    let said = complaint_about(&server.url("postgres")).await;
    assert_says(&said, &["read-only", "default_transaction_read_only = off"]);

    let standby = server.standby().await;
    let said = complaint_about(&standby.url("postgres")).await;
    assert_says(&said, &["standby", "primary", "promote"]);
}

/// Whatever the time limit of requests is: with many rooms it takes longer.
#[rocket::async_test]
async fn the_house_is_read_in_a_time_of_its_own() {
    let database = Database::create(Engine::Postgres).await;
    Instance::open(&database).await.close().await;
    let mut lock = PgConnection::connect(database.url()).await.unwrap();
    sqlx::raw_sql("begin; lock table membership").execute(&mut lock).await.unwrap();
    let starting = parlor::build(Instance::settings(&database).merge(("parlor.database_timeout_ms", 100)));
    let waiting = async {
        eventually("it has waited for three times as long as a request may", async || {
            let mut connection = PgConnection::connect(database.url()).await.unwrap();
            let waits: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_activity where datname = current_database()
                 and wait_event_type = 'Lock' and query_start < clock_timestamp() - interval '300 ms'",
            )
            .fetch_one(&mut connection)
            .await
            .unwrap();
            waits > 0
        })
        .await;
        sqlx::raw_sql("rollback").execute(&mut lock).await.unwrap();
    };
    let (started, ()) = join(starting, waiting).await;
    assert!(started.is_ok(), "{:?}", started.err());
    drop(started);
    database.discard().await;
}

mod a_schema_of_a_newer_program_is_refused {
    use super::{Engine, is_refused};

    #[rocket::async_test]
    async fn sqlite() {
        is_refused(Engine::Sqlite).await;
    }

    #[rocket::async_test]
    async fn postgres() {
        is_refused(Engine::Postgres).await;
    }
}

async fn is_refused(engine: Engine) {
    let database = Database::create(engine).await;
    let instance = Instance::open(&database).await;
    let step =
        "select 9999, description, installed_on, success, checksum, execution_time from _sqlx_migrations
                where version = 1";
    instance.executes_sql(&format!("insert into _sqlx_migrations {step}")).await;
    instance.close().await;
    let said = complaint(Instance::settings(&database)).await;
    assert_says(&said, &["newer Parlor", "9999"]);
    database.discard().await;
}
