//! Every setting that is Rocket's: either it has an effect, or it stops the start by name.

use std::fs;

use crate::fixtures::processes::{Program, Settings};
use crate::fixtures::{Database, Engine, Person, eventually};

/// A Parlor with a database of its own and this in its environment, and whatever it says of it.
async fn try_start(env: &[(&str, &str)]) -> (Database, Result<Program, String>) {
    let database = Database::create(Engine::Sqlite).await;
    let mut settings = Settings::on(database.url());
    settings.env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let program = Program::try_start(&settings).await;
    (database, program)
}

async fn start(env: &[(&str, &str)]) -> (Database, Program) {
    let (database, program) = try_start(env).await;
    (database, program.unwrap_or_else(|log| panic!("{log}")))
}

/// The names of all of Rocket's settings, as it writes its own defaults.
fn all() -> Vec<String> {
    let settings = serde_json::to_value(rocket::Config::debug_default()).unwrap();
    settings.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn none_is_forgotten_here() {
    let tested = [
        "address",
        "port", // every test
        "workers",
        "max_blocking",
        "ident",
        "keep_alive",
        "shutdown", // below
        "limits",
        "temp_dir",
        "log_level",
        "cli_colors", // below: without effect
        "ip_header",  // log.rs
        "tls",        // tls.rs
        "secret_key", // below
    ];
    let mut tested = tested.map(str::to_owned).to_vec();
    tested.sort();
    assert_eq!(all(), tested);
}

#[rocket::async_test]
async fn what_would_have_no_effect_is_refused() {
    for (name, value, words) in [
        ("ROCKET_LIMITS", "{form=1000}", &["limits", "64 KiB"][..]),
        ("ROCKET_LOG_LEVEL", "debug", &["log_level", "RUST_LOG"]),
        ("ROCKET_CLI_COLORS", "true", &["cli_colors"]),
        ("ROCKET_TEMP_DIR", "/tmp", &["temp_dir"]),
        ("ROCKET_KEEP_ALIVE", "60", &["keep_alive", "proxy"]),
        ("ROCKET_IP_HEADER", "Forwarded", &["ip_header"]),
        ("ROCKET_WORKERS", "0", &["workers"]),
        ("ROCKET_MAX_BLOCKING", "0", &["max_blocking"]),
        ("ROCKET_SHUTDOWN", "{grcae=1}", &["shutdown.grcae"]),
        ("ROCKET_TLS", r#"{certs="a",key="b",mutual={}}"#, &["tls.mutual"]),
        (
            "PARLOR_PUBLIC_URL",
            "https://example.org/chat",
            &["PUBLIC_URL", "host of its own", "https://example.org would do"],
        ),
        ("PARLOR_PUBLIC_URL", "chat.example.org", &["PUBLIC_URL", "no address"]),
        ("PARLOR_SECURE_COOKIE", "true", &["secure_cookie"]),
    ] {
        let (database, program) = try_start(&[(name, value)]).await;
        let log = program.expect_err("a start that fails");
        assert!(words.iter().all(|word| log.contains(word)), "{words:?} are not in: {log}");
        database.discard().await;
    }
}

#[rocket::async_test]
async fn threads_are_as_many_as_are_set() {
    let most = async |env: &[(&str, &str)]| {
        let (database, program) = start(env).await;
        for name in ["ana", "bo", "cy"] {
            Person::over_http(program.address(), name).signs_up().await;
        }
        let threads = fs::read_dir(format!("/proc/{}/task", program.id())).unwrap();
        let names = threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("comm")).ok());
        let count = names.filter(|name| name.starts_with("rocket-worker")).count();
        database.discard().await;
        count
    };
    assert!(most(&[("ROCKET_WORKERS", "1"), ("ROCKET_MAX_BLOCKING", "1")]).await <= 2);
    assert!(most(&[("ROCKET_WORKERS", "9"), ("ROCKET_MAX_BLOCKING", "1")]).await >= 9);
}

#[rocket::async_test]
async fn answers_say_what_serves_them_if_they_are_to() {
    for (env, server) in [(vec![], None), (vec![("ROCKET_IDENT", "Parlor")], Some("Parlor"))] {
        let (database, program) = start(&env).await;
        let answer = Person::over_http(program.address(), "ana").opens("/").await;
        assert_eq!(answer.header("Server"), server);
        database.discard().await;
    }
}

#[rocket::async_test]
async fn the_start_says_how_people_come_in() {
    for (env, words) in [
        (vec![], "plain HTTP"),
        (vec![("PARLOR_PUBLIC_URL", "http://chat.example")], "plain HTTP"),
        (vec![("PARLOR_PUBLIC_URL", "https://chat.example")], "people connect to https://chat.example"),
    ] {
        let (database, program) = start(&env).await;
        assert!(program.log().contains(words), "{}", program.log());
        let here = format!("http://{}", program.address());
        let open = env.first().map_or(&*here, |(_, url)| url);
        let line = format!("please create it now, at {open}");
        eventually("it says where the first account is made", async || {
            program.log().lines().any(|said| said.ends_with(&line))
        })
        .await;
        program.has_not_complained();
        database.discard().await;
    }
}

/// The key encrypts the cookie: with another one nobody is logged in any more.
#[rocket::async_test]
async fn the_configured_key_is_used() {
    let keys = ["a".repeat(64), "b".repeat(64)];
    let database = Database::create(Engine::Sqlite).await;
    let mut settings = Settings::on(database.url());
    let mut cookies = None;
    for (key, logged_in) in [(&keys[0], true), (&keys[0], true), (&keys[1], false)] {
        settings.env = vec![("ROCKET_SECRET_KEY".to_owned(), key.clone())];
        let program = Program::start(&settings).await;
        let ana = Person::over_http(program.address(), "ana");
        match cookies.clone() {
            None => ana.signs_up().await,
            Some(cookies) => ana.carries(cookies),
        }
        ana.opens("/rooms").await.is(if logged_in { 200 } else { 401 });
        cookies = cookies.or(Some(ana.cookies()));
        assert!(program.stop().await.success());
    }
    database.discard().await;
}

#[rocket::async_test]
async fn keep_alive_can_be_turned_off() {
    use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (database, program) = start(&[("ROCKET_KEEP_ALIVE", "0")]).await;
    let mut line = rocket::tokio::net::TcpStream::connect(program.address()).await.unwrap();
    line.write_all(b"GET / HTTP/1.1\r\nHost: parlor\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    // It hangs up: else this would never end.
    line.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    database.discard().await;
}

#[rocket::async_test]
async fn signals_that_stop_are_as_set() {
    let (database, program) = start(&[("ROCKET_SHUTDOWN", r#"{signals=["usr1"],ctrlc=false}"#)]).await;
    // Whoever is answered can be sure that signals are heard.
    Person::over_http(program.address(), "ana").opens("/").await.is(200);
    let (ended, log) = program.stop_by("USR1").await;
    assert!(ended.success() && log.contains("Parlor has stopped"), "{ended}: {log}");
    database.discard().await;

    let (database, program) = start(&[("ROCKET_SHUTDOWN", r#"{signals=["usr1"],ctrlc=false}"#)]).await;
    // Whoever is answered can be sure that signals are heard.
    Person::over_http(program.address(), "ana").opens("/").await.is(200);
    let (ended, log) = program.stop_by("INT").await;
    assert!(!ended.success() && !log.contains("Parlor has stopped"), "{ended}: {log}");
    database.discard().await;
}

/// Kubernetes puts such names into the environment of everything beside a Service named parlor.
#[rocket::async_test]
async fn what_kubernetes_sets_is_told_and_does_no_harm() {
    let injected = [
        ("PARLOR_PORT", "tcp://10.0.0.7:80"),
        ("PARLOR_PORT_80_TCP_ADDR", "10.0.0.7"),
        ("PARLOR_SERVICE_HOST", "10.0.0.7"),
        ("PARLOR_SERVICE_PORT_HTTP", "80"),
    ];
    let (database, program) = start(&injected).await;
    for (name, _) in injected {
        let said = format!("{name} is ignored");
        assert!(program.log().lines().any(|line| line.contains(" WARN ") && line.contains(&said)), "{name}");
    }
    database.discard().await;
    for name in ["PARLOR_PORTS", "PARLOR_SERVICES", "PARLOR_HOST"] {
        let (database, program) = try_start(&[(name, "80")]).await;
        assert!(program.is_err_and(|log| log.contains(&name.to_lowercase()["parlor_".len()..])));
        database.discard().await;
    }
}

#[rocket::async_test]
async fn a_table_that_is_not_selected_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Rocket.toml"), "[production]\nident = \"Parlor\"\n").unwrap();
    let database = Database::create(Engine::Sqlite).await;
    let mut settings = Settings::on(database.url());
    settings.directory = folder.path().to_owned();
    let program = Program::start(&settings).await;
    assert!(program.log().contains("the table [production] is not in effect"), "{}", program.log());
    drop(program);
    settings.env = vec![("ROCKET_PROFILE".to_owned(), "production".to_owned())];
    let program = Program::start(&settings).await;
    let answer = Person::over_http(program.address(), "ana").opens("/").await;
    assert_eq!(answer.header("Server"), Some("Parlor"));
    program.has_not_complained();
    drop(program);
    database.discard().await;
}

#[rocket::async_test]
async fn who_comes_in_and_who_looks_after_the_site_is_as_set() {
    let (database, program) = start(&[]).await;
    eventually("the first start says who will be the admin", async || {
        program.log().contains("whoever creates the first account becomes the admin")
    })
    .await;
    drop(program);
    database.discard().await;
    let env = [("PARLOR_SIGN_UP", "closed"), ("PARLOR_ADMINS", r#"["Bo"]"#)];
    let (database, program) = start(&env).await;
    eventually("it says who was named", async || program.log().contains("those named in the setting")).await;
    let [ana, bo] = ["ana", "bo"].map(|name| Person::over_http(program.address(), name));
    ana.tries_to_sign_up().await.is(403);
    bo.signs_up().await;
    bo.opens("/admin").await.is(200);
    database.discard().await;
    for (name, value, word) in
        [("PARLOR_SIGN_UP", "ajar", "ajar"), ("PARLOR_ADMINS", r#"["a b"]"#, "nobody can be called")]
    {
        let (database, program) = try_start(&[(name, value)]).await;
        assert!(program.expect_err("a start that fails").contains(word), "{name}");
        database.discard().await;
    }
}
