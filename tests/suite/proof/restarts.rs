//! The example in `deploy/`: what people notice of it that an instance behind nginx is restarted or killed.

use std::sync::Arc;
use std::time::Duration;

use super::endpoints::Endpoints;
use super::report::Summary;
use super::workload::Workload;
use super::{checker, run};
use crate::fixtures::eventually;
use crate::fixtures::processes::{Nginx, Postgres, Program, deployed};

/// How often this happens to each instance.
const ROUNDS: usize = 3;
/// How many posts are stored between two times: enough for everybody to do something.
const TALK: u64 = 200;

/// How long somebody waits here: what is slow is not lost.
const PATIENCE: Duration = Duration::from_secs(60);

#[rocket::async_test]
async fn nobody_notices_that_an_instance_is_restarted() {
    let endpoints = everybody_talks_while(async |program: Program| {
        let ended = program.stop().await;
        assert!(ended.success(), "an instance does not end in good order: {ended}");
    })
    .await;
    assert_eq!(endpoints.unanswered(), 0);
}

/// An answer that has begun cannot be begun anew; an instance has to be killed in the middle of one, though.
#[rocket::async_test]
async fn whoever_notices_that_an_instance_is_killed_has_half_an_answer() {
    let endpoints = everybody_talks_while(async |program: Program| program.kill()).await;
    assert_eq!(endpoints.unanswered(), endpoints.torn());
}

/// Ends every instance like that, again and again, and starts another in its place.
async fn everybody_talks_while(ends: impl AsyncFn(Program)) -> Arc<Endpoints> {
    let server = Postgres::create().await;
    let settings = [deployed(&server.url("postgres")), deployed(&server.url("postgres"))];
    let mut programs = Vec::new();
    for settings in &settings {
        programs.push(Program::start(settings).await);
    }
    let nginx = Nginx::before(settings.each_ref().map(|settings| settings.address())).await;
    let endpoints = Arc::new(Endpoints::at(vec![nginx.address()]).with_patience(PATIENCE));
    let seed = run::seed();
    let (workload, people) = Workload::begin(&endpoints, seed).await;
    for _ in 0..ROUNDS {
        for (n, settings) in settings.iter().enumerate() {
            let stored = endpoints.recorder.acknowledged();
            eventually("everybody talks", async || endpoints.recorder.acknowledged() > stored + TALK).await;
            let began = endpoints.recorder.now();
            ends(programs.remove(n)).await;
            programs.insert(n, Program::start(settings).await);
            endpoints.recorder.record_fault("ended and started again", began);
        }
    }
    let stored = endpoints.recorder.acknowledged();
    eventually("everybody talks on", async || endpoints.recorder.acknowledged() > stored + TALK).await;
    workload.close();
    people.join_all().await;
    let history = endpoints.recorder.take();
    eprintln!("behind nginx, seed {seed}\n{}", Summary(&history));
    let anomalies = checker::check(&history);
    assert!(anomalies.is_empty(), "{} anomalies, first {}", anomalies.len(), anomalies[0]);
    endpoints
}
