//! What is logged, and what never is.

use serde_json::Value;

use crate::machines::{Program, Settings};
use crate::support::{Database, Engine, Person};

/// A Parlor with a database of its own and something in its environment.
async fn start(env: &[(&str, &str)]) -> (Database, Program) {
    let database = Database::create(Engine::Sqlite).await;
    let mut settings = Settings::on(database.url());
    settings.env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let program = Program::start(&settings).await;
    (database, program)
}

/// Stops it and returns every line it has logged.
async fn lines(program: Program) -> Vec<String> {
    let (ended, log) = program.stop_and_read().await;
    assert!(ended.success(), "{log}");
    log.lines().map(str::to_owned).collect()
}

/// What is said once everything that anybody does here has been done, tokens and all.
async fn everything_happens(program: &Program) -> Vec<String> {
    let ana = Person::on_the_street(program.address(), "ana");
    ana.signs_up().await;
    let first = ana.cookies();
    let ana = ana.without_cookies();
    ana.tries_to_log_in("a wrong password").await.is(401);
    ana.logs_in().await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "the secret soup").await;
    ana.sends(&room.path("/post"), &[("body", "a plain soup"), ("nonce", "n")]).await.is(303);
    ana.sends_json(&room.api(""), &serde_json::json!({ "body": ["a strange soup"], "nonce": 1 }))
        .await
        .is(422);
    assert_eq!(ana.reads(&room).await.len(), 2);
    let mut secrets: Vec<String> =
        ["soup", "a wrong password", "a+wrong", "correct horse", "correct+horse"].map(str::to_owned).to_vec();
    secrets.extend(first.into_values().chain(ana.cookies().into_values()));
    secrets
}

#[rocket::async_test]
async fn no_secret_is_ever_logged() {
    for asked in ["trace", "debug,rocket=trace,hyper=trace,parlor::web=trace,sqlx=trace,tokio=trace"] {
        let (database, program) = start(&[("RUST_LOG", asked)]).await;
        let secrets = everything_happens(&program).await;
        let log = lines(program).await.join("\n");
        assert!(log.contains("/rooms"), "this log says something: {log}");
        for secret in secrets {
            assert!(!log.contains(&secret), "“{secret}” is in the log: {log}");
        }
        database.discard().await;
    }
}

#[rocket::async_test]
async fn every_line_has_a_time_and_a_level() {
    for asked in ["", "trace"] {
        let (database, program) = start(&[("RUST_LOG", asked)]).await;
        everything_happens(&program).await;
        for line in lines(program).await {
            let mut words = line.split_whitespace();
            let time = words.next().expect("a time");
            assert!(time.starts_with("20") && time.ends_with('Z') && time.contains('T'), "{line}");
            let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
            assert!(words.next().is_some_and(|word| levels.contains(&word)), "{line}");
        }
        database.discard().await;
    }
}

#[rocket::async_test]
async fn the_log_can_be_json() {
    let (database, program) = start(&[("PARLOR_LOG_FORMAT", "json"), ("RUST_LOG", "debug")]).await;
    everything_happens(&program).await;
    for line in lines(program).await {
        let line: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for key in ["timestamp", "level", "message", "target"] {
            assert!(line[key].is_string(), "no {key}: {line}");
        }
    }
    database.discard().await;
}

#[rocket::async_test]
async fn what_cannot_be_understood_stops_the_start() {
    let database = Database::create(Engine::Sqlite).await;
    for (name, value) in [("RUST_LOG", "parlor=lots"), ("PARLOR_LOG_FORMAT", "xml")] {
        let mut settings = Settings::on(database.url());
        settings.env = vec![(name.to_owned(), value.to_owned())];
        let log = Program::try_start(&settings).await.expect_err("a start that fails");
        let named = name.to_lowercase().replace("parlor_", "");
        assert!(log.to_lowercase().contains(&named) && log.contains(value), "{log}");
    }
    database.discard().await;
}
