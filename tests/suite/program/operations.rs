//! Who may ask the real program how it is.

use std::process::{Command, Output};

use rocket::http::Method;

use crate::fixtures::processes::{Program, Settings};
use crate::fixtures::{Database, Engine, Person};

#[rocket::async_test]
async fn this_machine_may_ask_and_nobody_through_a_proxy() {
    let database = Database::create(Engine::Sqlite).await;
    let mut settings = Settings::on(database.url());
    let asks = async |settings: &Settings, header: Option<(&'static str, &str)>| {
        let program = Program::start(settings).await;
        let mut statuses = Vec::new();
        for path in ["/health", "/metrics"] {
            let person = Person::over_http(program.address(), "probe");
            let mut ask = person.asks(Method::Get, path);
            if let Some((name, value)) = header {
                ask = ask.header(name, value);
            }
            statuses.push(ask.send().await.status);
        }
        assert!(program.stop().await.success());
        statuses
    };
    assert_eq!(asks(&settings, None).await, [200, 200]);
    assert_eq!(asks(&settings, Some(("X-Real-IP", "127.0.0.1"))).await, [200, 200]);
    for header in ["X-Forwarded-For", "X-Real-IP", "Forwarded"] {
        assert_eq!(asks(&settings, Some((header, "203.0.113.7"))).await, [404, 404], "{header}");
    }
    settings.env = vec![("ROCKET_IP_HEADER".to_owned(), "CF-Connecting-IP".to_owned())];
    assert_eq!(asks(&settings, Some(("CF-Connecting-IP", "203.0.113.7"))).await, [404, 404]);
    settings.env = vec![("PARLOR_OPERATIONS".to_owned(), "anyone".to_owned())];
    assert_eq!(asks(&settings, Some(("X-Real-IP", "203.0.113.7"))).await, [200, 200]);
    database.discard().await;
}

/// As in deploy/Dockerfile.
#[rocket::async_test]
async fn a_command_asks_whether_it_is_well() {
    let database = Database::create(Engine::Sqlite).await;
    let settings = Settings::on(database.url());
    let asks = |settings: &Settings| -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
        command.arg("health").env("ROCKET_ADDRESS", "0.0.0.0").env("ROCKET_PORT", settings.port.to_string());
        command.output().unwrap()
    };
    let program = Program::start(&settings).await;
    let well = asks(&settings);
    assert!(well.status.success() && well.stdout.starts_with(br#"{"status":"ok""#), "{well:?}");
    assert!(program.stop().await.success());
    let refused = asks(&settings);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("does not answer"), "{refused:?}");
    database.discard().await;
}
