//! A start among many rooms: an instance is killed and started again while a page is open in each of them, and
//! all of these ask it at once for what is in none of its memory.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::RngExt;
use rocket::futures::future::join_all;
use rocket::futures::{StreamExt, stream};
use rocket::tokio::task::JoinSet;
use rocket::tokio::time::sleep;

use super::checker::{self, Anomaly};
use super::client::Client;
use super::deployment::Deployment;
use super::endpoints::Endpoints;
use super::history::{Outcome, Room};
use super::recorder::Recorder;
use super::report::Summary;
use super::run::{self, SETTLED};
use super::update::Cursor;
use super::workload::says;
use crate::fixtures::{Engine, eventually};

/// A page asks again one second after the last answer.
const PAUSE: Duration = Duration::from_secs(1);
/// Somebody says something between so many polls, about.
const SILENCE: u32 = 2;
/// So many sign up at the same time.
const SIGN_UPS: usize = 8;

/// In every run of the tests.
mod short {
    use super::{Engine, holds};

    const ROOMS: usize = 120;
    const STARTS: usize = 2;

    #[rocket::async_test]
    async fn sqlite() {
        holds(Engine::Sqlite, ROOMS, STARTS).await;
    }

    #[rocket::async_test]
    async fn postgres() {
        holds(Engine::Postgres, ROOMS, STARTS).await;
    }
}

mod long {
    use super::{Engine, holds};

    const ROOMS: usize = 1_000;
    const STARTS: usize = 10;

    #[rocket::async_test]
    #[ignore = "long: tests/prove"]
    async fn sqlite() {
        holds(Engine::Sqlite, ROOMS, STARTS).await;
    }

    #[rocket::async_test]
    #[ignore = "long: tests/prove"]
    async fn postgres() {
        holds(Engine::Postgres, ROOMS, STARTS).await;
    }
}

async fn holds(engine: Engine, rooms: usize, starts: usize) {
    let anomalies = starts_among(engine, rooms, starts, None).await;
    assert!(anomalies.is_empty(), "{} anomalies, first {}", anomalies.len(), anomalies[0]);
}

/// What is wrong with that program.
pub async fn starts_among(
    engine: Engine,
    rooms: usize,
    starts: usize,
    program: Option<PathBuf>,
) -> Vec<Anomaly> {
    let (deployment, seed) = (Deployment::open(engine, program).await, run::seed());
    let addresses = deployment.instances.iter().map(|instance| instance.front.address()).collect();
    let endpoints = Arc::new(Endpoints::at(addresses));
    let inside = stream::iter(0..rooms).map(|n| moves_in(&endpoints, n, seed)).buffer_unordered(SIGN_UPS);
    let (mut people, is_over) = (JoinSet::new(), Arc::new(AtomicBool::new(false)));
    for (client, room) in inside.collect::<Vec<_>>().await {
        people.spawn(lives(client, room, Arc::clone(&is_over)));
    }
    for _ in 0..starts {
        start_again(&deployment, &endpoints, rooms).await;
    }
    is_over.store(true, Ordering::Relaxed);
    let inside = people.join_all().await;
    sleep(SETTLED).await;
    join_all(inside.into_iter().map(|(page, room)| reads_everything(page, room))).await;
    let history = endpoints.recorder.take();
    assert_eq!(checker::unread(&history), []);
    let anomalies = checker::check(&history);
    eprintln!(
        "{rooms} rooms on {engine:?}, seed {seed}, {} anomalies\n{}",
        anomalies.len(),
        Summary(&history)
    );
    anomalies
}

async fn moves_in(endpoints: &Arc<Endpoints>, n: usize, seed: u64) -> (Client, Room) {
    let mut client = Client::of_somebody_new(endpoints, seed).await;
    loop {
        // Perhaps it is there, and one is inside.
        let created = client.create(&format!("Room+{n}")).await;
        if let Some(room) = if created.is_none() { client.whereabouts().await } else { created } {
            return (client, room);
        }
    }
}

/// The first instance is killed, and every room is read there when it has come back.
async fn start_again(deployment: &Deployment, endpoints: &Endpoints, rooms: usize) {
    let (recorder, first) = (&endpoints.recorder, &deployment.instances[0]);
    all_are_read(recorder, rooms).await;
    let (began, said) = (recorder.now(), recorder.acknowledged());
    first.kill();
    // At the others: there has to be something to catch up with.
    if deployment.instances.len() > 1 {
        let enough = said + u64::try_from(rooms).expect("a few");
        eventually("people talk on", async || recorder.acknowledged() > enough).await;
    }
    first.come_back(&[]).await;
    recorder.record_fault("killed and started among many rooms", began);
    for _ in 0..2 {
        all_are_read(recorder, rooms).await;
    }
}

/// From now on, at the first instance.
async fn all_are_read(recorder: &Recorder, rooms: usize) {
    let now = recorder.now();
    eventually("every room is read there", async || recorder.rooms_read(0, now) == rooms).await;
}

/// The page is open at the first instance; what is said there goes to any.
async fn lives(mut client: Client, room: Room, is_over: Arc<AtomicBool>) -> (Client, Room) {
    let (mut page, mut read, mut answered) = (client.at(0), Cursor::default(), Cursor::default());
    while !is_over.load(Ordering::Relaxed) {
        while matches!(page.poll(room, 0, &mut read).await, Outcome::Read { more: true, .. }) {}
        if client.rng.random_ratio(1, SILENCE) {
            let nonce = client.thinks();
            says(&mut client, room, nonce, &mut answered).await;
        }
        sleep(PAUSE).await;
    }
    (page, room)
}

async fn reads_everything(mut page: Client, room: Room) {
    while page.read_all(room).await == Outcome::Unknown {}
}
