//! The example in `deploy/`: what people notice of it that an instance behind nginx is restarted or killed.

use std::sync::Arc;
use std::time::Duration;

use super::people::Town;
use super::report::Summary;
use super::street::Street;
use super::{checker, run};
use crate::fixtures::eventually;
use crate::fixtures::processes::{Balancer, Program, Server, deployed};

/// How often this happens to each instance.
const ROUNDS: usize = 3;
/// How many posts are stored between two times: enough for everybody to do something.
const TALK: u64 = 200;

/// How long somebody waits here: what is slow is not lost.
const PATIENCE: Duration = Duration::from_secs(60);

#[rocket::async_test]
async fn nobody_notices_that_an_instance_is_restarted() {
    let street = everybody_talks_while(async |program: Program| {
        let ended = program.stop().await;
        assert!(ended.success(), "an instance does not end in good order: {ended}");
    })
    .await;
    assert_eq!(street.unanswered(), 0);
}

/// An answer that has begun cannot be begun anew; an instance has to be killed in the middle of one, though.
#[rocket::async_test]
async fn whoever_notices_that_an_instance_is_killed_has_half_an_answer() {
    let street = everybody_talks_while(async |program: Program| program.kill()).await;
    assert_eq!(street.unanswered(), street.torn());
}

/// Ends every instance like that, again and again, and starts another in its place.
async fn everybody_talks_while(ends: impl AsyncFn(Program)) -> Arc<Street> {
    let server = Server::create().await;
    let settings = [deployed(&server.url("postgres")), deployed(&server.url("postgres"))];
    let mut programs = Vec::new();
    for settings in &settings {
        programs.push(Program::start(settings).await);
    }
    let nginx = Balancer::before(settings.each_ref().map(|settings| settings.address())).await;
    let street = Arc::new(Street::to(vec![nginx.address()]).with_patience(PATIENCE));
    let seed = run::seed();
    let (town, people) = Town::begin(&street, seed).await;
    for _ in 0..ROUNDS {
        for (n, settings) in settings.iter().enumerate() {
            let stored = street.scribe.acknowledged();
            eventually("everybody talks", async || street.scribe.acknowledged() > stored + TALK).await;
            let began = street.scribe.now();
            ends(programs.remove(n)).await;
            programs.insert(n, Program::start(settings).await);
            street.scribe.write_fault("ended and started again", began);
        }
    }
    let stored = street.scribe.acknowledged();
    eventually("everybody talks on", async || street.scribe.acknowledged() > stored + TALK).await;
    town.close();
    people.join_all().await;
    let history = street.scribe.take();
    eprintln!("behind nginx, seed {seed}\n{}", Summary(&history));
    let anomalies = checker::check(&history);
    assert!(anomalies.is_empty(), "{} anomalies, first {}", anomalies.len(), anomalies[0]);
    street
}
