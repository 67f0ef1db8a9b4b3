//! What stops the start, with a message that says what to do.

use rocket::figment::Figment;

use crate::support::{Database, Engine, House};

/// What is said when the house does not open with these settings.
async fn complaint(settings: Figment) -> String {
    match parlor::build(settings).await {
        Ok(rocket) => match rocket.ignite().await {
            Ok(_) => panic!("the house has opened"),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    }
}

#[rocket::async_test]
async fn a_second_instance_on_one_file_is_refused() {
    let database = Database::create(Engine::Sqlite).await;
    let house = House::open(&database).await;
    let said = complaint(House::settings(&database)).await;
    assert!(said.contains("parlor.db"), "{said}");
    house.person("ana").await;
    drop(house.restart().await);
    database.discard().await;
}

#[rocket::async_test]
async fn an_unknown_setting_is_named() {
    let database = Database::create(Engine::Sqlite).await;
    let said = complaint(House::settings(&database).merge(("parlor.tick_mss", 200))).await;
    assert!(said.contains("tick_mss"), "{said}");
    let said = complaint(House::settings(&database).merge(("parlor.tick_ms", "often"))).await;
    assert!(said.contains("tick_ms"), "{said}");
    database.discard().await;
}

#[rocket::async_test]
async fn a_database_of_no_known_kind_is_refused() {
    let database = Database::create(Engine::Sqlite).await;
    for url in ["", "mysql://localhost/parlor", "parlor.db", "postgres"] {
        let said = complaint(House::settings(&database).merge(("parlor.database_url", url))).await;
        assert!(said.contains("database_url"), "{url}: {said}");
    }
    let nowhere =
        complaint(House::settings(&database).merge(("parlor.database_url", "sqlite:/nowhere/at/all.db")))
            .await;
    assert!(nowhere.contains("/nowhere/at"), "{nowhere}");
    database.discard().await;
}

#[rocket::async_test]
async fn an_unreachable_server_is_refused() {
    let database = Database::create(Engine::Sqlite).await;
    let secret = "postgres://parlor:topsecret@127.0.0.1:1/parlor";
    let said = complaint(House::settings(&database).merge(("parlor.database_url", secret))).await;
    assert!(!said.is_empty() && !said.contains("topsecret"), "{said}");
    database.discard().await;
}
