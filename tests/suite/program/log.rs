//! What is logged, and what never is.

use rocket::http::Method;
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpSocket;
use serde_json::{Value, json};

use crate::fixtures::processes::{Nginx, Program, Settings, deployed};
use crate::fixtures::{Database, Engine, Person, eventually};

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
    let ana = Person::over_http(program.address(), "ana");
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

/// The fields of the one event that says so.
#[track_caller]
fn fields(lines: &[String], message: &str) -> Value {
    let lines = lines.iter().map(|line| serde_json::from_str(line).expect("JSON"));
    let mut told = lines.filter(|line: &Value| line["message"].as_str().unwrap().starts_with(message));
    let event = told.next().unwrap_or_else(|| panic!("nobody said “{message}”"));
    assert!(told.next().is_none(), "“{message}” was said more than once");
    event
}

#[rocket::async_test]
async fn who_does_what_is_logged_with_numbers_and_addresses() {
    let (database, program) = start(&[("PARLOR_LOG_FORMAT", "json")]).await;
    let address = program.address();
    let ana = Person::over_http(address, "ana");
    ana.signs_up().await;
    let room = ana.creates("Kitchen").await;
    ana.deletes(&room).await;
    ana.without_cookies().tries_to_log_in("a wrong password").await.is(401);
    ana.without_cookies().logs_in().await;
    let lines = lines(program).await;

    let start = fields(&lines, &format!("Parlor is open at http://{address}"));
    assert_eq!(
        (&start["version"], &start["database"]),
        (&json!(env!("CARGO_PKG_VERSION")), &json!("sqlite"))
    );
    for (message, level) in [
        ("account created", "INFO"),
        ("room created", "INFO"),
        ("room deleted", "INFO"),
        ("log-in refused", "INFO"),
        ("logged in", "INFO"),
    ] {
        let event = fields(&lines, message);
        assert_eq!((&event["level"], &event["account"]), (&json!(level), &json!(1)), "{event}");
        assert_eq!(event["client"], json!("127.0.0.1"), "{event}");
        assert_eq!(event["room"].is_i64(), message.starts_with("room"), "{event}");
    }
    fields(&lines, "Parlor has stopped");
    database.discard().await;
}

#[rocket::async_test]
async fn only_a_proxy_of_ours_says_who_the_client_is() {
    let header = ("ROCKET_IP_HEADER", "X-Forwarded-For");
    for (env, expected) in [
        (vec![], "127.0.0.1"),
        (vec![header], "203.0.113.7"),
        (vec![header, ("PARLOR_TRUSTED_PROXIES", r#"["192.0.2.0/24", "2001:db8::1"]"#)], "127.0.0.1"),
    ] {
        let (database, program) = start(&[&env[..], &[("PARLOR_LOG_FORMAT", "json")]].concat()).await;
        let ana = Person::over_http(program.address(), "ana");
        let form = [("username", "ana"), ("password", Person::PASSWORD)];
        let ask = ana.asks(Method::Post, "/accounts").form(&form).header("X-Forwarded-For", "203.0.113.7");
        ask.send().await.is(303);
        assert_eq!(fields(&lines(program).await, "account created")["client"], json!(expected), "{env:?}");
        database.discard().await;
    }
}

/// As `deploy/` has it.
#[rocket::async_test]
async fn behind_nginx_the_client_is_whom_nginx_sees() {
    let database = Database::create(Engine::Sqlite).await;
    let mut settings = deployed(database.url());
    settings.env.push(("PARLOR_LOG_FORMAT".to_owned(), "json".to_owned()));
    let program = Program::start(&settings).await;
    let nginx = Nginx::before([program.address(); 2]).await;

    let body = "username=ana&password=a-wrong-one";
    let head = format!(
        "POST /session HTTP/1.1\r\nHost: parlor\r\nConnection: close\r\nX-Real-IP: 203.0.113.7\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 5], 0).into()).unwrap();
    let mut line = socket.connect(nginx.address()).await.unwrap();
    line.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");

    assert_eq!(fields(&lines(program).await, "log-in refused")["client"], json!("127.0.0.5"));
    database.discard().await;
}

/// The commonest mistake of those who put a proxy in front is one that does not pass `Host` on.
#[rocket::async_test]
async fn a_form_refused_as_cross_site_says_why() {
    let (database, program) = start(&[("PARLOR_LOG_FORMAT", "json")]).await;
    let ana = Person::over_http(program.address(), "ana");
    let asks = || ana.asks(Method::Post, "/session").form(&[]);
    for site in ["cross-site", "same-site", "whatever"] {
        asks().header("Sec-Fetch-Site", site).send().await.is(403);
    }
    asks().host("127.0.0.1:8001").header("Origin", "https://chat.example").send().await.is(403);
    let lines = lines(program).await;
    let refused = "a form was refused as sent from another site: ";
    let event = fields(&lines, &format!("{refused}its browser says so"));
    assert_eq!(event["site"], json!("cross-site"), "{event}");
    assert_eq!((&event["level"], &event["route"]), (&json!("WARN"), &json!("/session")), "{event}");
    let again = fields(&lines, &format!("again: {refused}its browser says so"));
    assert_eq!(again["repeats"], json!(2), "whatever else they say: {again}");
    let event = fields(&lines, &format!("{refused}its Origin is not its Host"));
    let told = [&event["client"], &event["origin"], &event["host"]];
    assert_eq!(told, ["127.0.0.1", "https://chat.example", "127.0.0.1:8001"], "{event}");
    database.discard().await;
}

#[rocket::async_test]
async fn a_hangup_changes_nothing() {
    let (database, program) = start(&[]).await;
    let ana = Person::over_http(program.address(), "ana");
    ana.signs_up().await;
    for _ in 0..2 {
        program.hang_up();
    }
    eventually("it is said", async || program.log().contains("SIGHUP changes nothing")).await;
    ana.opens("/rooms").await.is(200);
    let lines = lines(program).await;
    assert!(lines.last().is_some_and(|line| line.contains("Parlor has stopped")), "{lines:#?}");
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
