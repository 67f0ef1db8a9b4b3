//! `deploy/fail2ban`: what it looks for is what the program writes.

use std::fs;

use regex::Regex;

use crate::fixtures::processes::{Program, Settings};
use crate::fixtures::{Database, Engine, Person};

/// The expressions of the filter, where fail2ban puts what an address looks like.
fn filter() -> Vec<Regex> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/fail2ban/filter.d/parlor.conf");
    let text = fs::read_to_string(path).expect("the filter");
    let (_, rest) = text.split_once("failregex = ").expect("expressions");
    let (expressions, _) = rest.split_once("ignoreregex").expect("what follows them");
    let expressions = expressions.lines().map(|line| line.trim().replace("<HOST>", "(?P<host>[0-9a-f.:]+)"));
    let expressions = expressions.filter(|line| !line.is_empty());
    expressions.map(|expression| Regex::new(&expression).expect(&expression)).collect()
}

/// Whom the filter finds in a log.
fn found(log: &str) -> Vec<String> {
    let filter = filter();
    let matches = |line: &str| Some(filter.iter().find_map(|regex| regex.captures(line))?["host"].to_owned());
    log.lines().filter_map(matches).collect()
}

#[rocket::async_test]
async fn refused_log_ins_are_found_in_the_log() {
    for format in ["pretty", "json"] {
        let database = Database::create(Engine::Sqlite).await;
        let mut settings = Settings::on(database.url());
        settings.env = vec![
            ("PARLOR_LOG_FORMAT".to_owned(), format.to_owned()),
            ("PARLOR_GUESSES_PER_ACCOUNT".to_owned(), "1".to_owned()),
        ];
        let program = Program::start(&settings).await;
        let ana = Person::over_http(program.address(), "ana");
        ana.signs_up().await;
        let guess = || ana.without_cookies();
        guess().tries_to_log_in("a wrong password").await.is(401);
        guess().tries_to_log_in("a wrong password").await.is(401);
        guess().tries_to_log_in("a wrong password").await.is(429);
        Person::over_http(program.address(), "nobody").tries_to_log_in("a wrong password").await.is(401);
        ana.logs_in().await;
        let bo = Person::over_http(program.address(), "bo");
        bo.signs_up().await;
        settings.run(&["admin", "bar", "bo"]).await.succeeds();
        bo.tries_to_log_in(Person::PASSWORD).await.is(403);
        let (_, log) = program.stop_and_read().await;
        assert_eq!(found(&log), ["127.0.0.1"; 5], "{log}");
        database.discard().await;
    }
}

#[test]
fn nobody_is_found_who_is_only_named() {
    let line = "2026-11-26T10:00:00.000000Z  INFO parlor::web::guesses: log-in refused: wrong username or password \
                account=1 client=203.0.113.7";
    assert_eq!(found(line), ["203.0.113.7"]);
    assert_eq!(found(&format!("chat parlor[123]: {line}")), ["203.0.113.7"], "in the journal");
    let header = "2026-11-26T10:00:00.000000Z  WARN parlor::web::same_origin: a form was refused as sent from another \
                  site: Origin is \"https://x";
    assert!(found(&format!("{header} {line}")).is_empty(), "somebody else's words");
}
