//! The example in `deploy/`: people do not notice that an instance behind nginx is restarted or killed.

use std::sync::Arc;
use std::time::Duration;

use rocket::tokio::time::sleep;

use super::history::{History, Outcome};
use super::people::Town;
use super::report::Summary;
use super::street::Street;
use super::{checker, run};
use crate::machines::{Balancer, Program, Server, deployed};

/// How often each instance is restarted, and how often killed.
const ROUNDS: usize = 3;
/// Between two of these: enough for everybody to do something.
const A_WHILE: Duration = Duration::from_millis(500);

#[rocket::async_test]
async fn nobody_notices_that_an_instance_is_restarted_or_killed() {
    let server = Server::create().await;
    let settings = [deployed(&server.url("postgres")), deployed(&server.url("postgres"))];
    let mut programs = Vec::new();
    for settings in &settings {
        programs.push(Program::start(settings).await);
    }
    let nginx = Balancer::before(settings.each_ref().map(|settings| settings.address())).await;
    let (street, seed) = (Arc::new(Street::to(vec![nginx.address()])), run::seed());
    let (town, people) = Town::begin(&street, seed).await;
    for _ in 0..ROUNDS {
        for (n, settings) in settings.iter().enumerate() {
            sleep(A_WHILE).await;
            let ended = programs.remove(n).stop().await;
            assert!(ended.success(), "an instance does not end in good order: {ended}");
            programs.insert(n, Program::start(settings).await);
            sleep(A_WHILE).await;
            programs.remove(n).kill();
            programs.insert(n, Program::start(settings).await);
        }
    }
    town.close();
    people.join_all().await;
    let history = street.scribe.take();
    eprintln!("behind nginx, seed {seed}\n{}", Summary(&history));
    assert_eq!(unknown(&history), 0, "somebody was not answered");
    let anomalies = checker::check(&history);
    assert!(anomalies.is_empty(), "{} anomalies, first {}", anomalies.len(), anomalies[0]);
}

fn unknown(history: &History) -> usize {
    history.operations.iter().filter(|operation| operation.outcome == Outcome::Unknown).count()
}
