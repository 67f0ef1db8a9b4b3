//! A stop takes its time, and no longer.

use rocket::futures::future::{join, join_all};
use rocket::http::Method;
use serde_json::json;
use sqlx::{AnyConnection, Connection};

use crate::fixtures::processes::{Program, Settings};
use crate::fixtures::{Database, Engine, Person, Post};

/// Like a `sqlite3` shell in which somebody has begun to write, and gone for lunch.
#[rocket::async_test]
async fn a_request_that_waits_for_the_file_is_not_waited_for() {
    let database = Database::create(Engine::Sqlite).await;
    let settings = Settings::on(database.url());
    let program = Program::start(&settings).await;
    let ana = Person::over_http(program.address(), "ana");
    ana.signs_up().await;
    let room = ana.creates("Kitchen").await;
    sqlx::any::install_default_drivers();
    let mut shell = AnyConnection::connect(database.url()).await.unwrap();
    sqlx::raw_sql("begin immediate").execute(&mut shell).await.unwrap();

    let post = Post::new("hello");
    let text = json!({ "body": post.body, "nonce": post.nonce }).to_string();
    let posting = ana.asks(Method::Post, &room.api("")).json(&text).try_send();
    let stopping = async {
        // By now the program has heard of the message.
        ana.polls(&room, "0").await.is(204);
        program.stop().await
    };
    let (answer, ended) = join(posting, stopping).await;
    assert!(answer.is_err(), "acknowledged, and not stored: {answer:?}");
    assert!(ended.success(), "{ended}");

    shell.close().await.unwrap();
    let program = Program::start(&settings).await;
    let ana = ana.at_address(program.address());
    ana.tries_to_post(&room, &post).await;
    assert_eq!(ana.bodies_in(&room).await, ["hello"]);
    database.discard().await;
}

/// Whoever copies `parlor.db` then has all of it, and whoever puts another in its place mixes it with nothing.
#[rocket::async_test]
async fn after_a_stop_everything_is_in_one_file() {
    // On a busy machine, where connections close at the same moment and at any.
    join_all((0..6).map(|_| starts_and_stops(10))).await;
}

async fn starts_and_stops(times: usize) {
    let database = Database::create(Engine::Sqlite).await;
    let settings = Settings::on(database.url());
    for time in 1..=times {
        let program = Program::start(&settings).await;
        Person::over_http(program.address(), &format!("ana{time}")).signs_up().await;
        assert!(program.stop().await.success());
        let left = ["-wal", "-shm"].map(|suffix| database.beside(suffix).exists());
        assert_eq!(left, [false, false], "after stop {time}");
    }
    database.discard().await;
}
