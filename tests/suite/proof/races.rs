//! Two things at once that exclude each other, again and again, at three instances.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rand::RngExt;
use rocket::futures::future::{FutureExt, join, join_all};
use rocket::tokio::task::JoinSet;
use rocket::tokio::time::sleep;

use super::checker::{self, Anomaly};
use super::client::Client;
use super::deployment::Deployment;
use super::endpoints::Endpoints;
use super::history::{Outcome, Room};
use super::report::Summary;
use super::run;
use super::update::Cursor;
use crate::fixtures::Engine;
use crate::fixtures::processes::NetworkCondition;

/// Of each kind.
const RACES: usize = 10_000;
/// How many in every run.
const FEW: usize = RACES / 50;

/// How many go on at the same time.
const TRACKS: usize = 12;

/// How many have been begun, and how many are to be.
#[derive(Clone)]
struct Count {
    begun: Arc<AtomicUsize>,
    races: usize,
}

impl Count {
    /// The number of the next one, if there is one.
    fn next(&self) -> Option<usize> {
        Some(self.begun.fetch_add(1, Ordering::Relaxed)).filter(|race| *race < self.races)
    }

    /// One of them does not count.
    fn take_back(&self) {
        self.begun.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs so many races on three instances, and has the checker look at everything that was done.
async fn hold<F: Future<Output = ()> + Send + 'static>(
    deployment: &Deployment,
    races: usize,
    track: impl Fn(Arc<Endpoints>, Count, u64) -> F,
) -> Vec<Anomaly> {
    let seed = run::seed();
    let addresses = deployment.instances.iter().map(|instance| instance.front.address()).collect();
    let endpoints = Arc::new(Endpoints::at(addresses));
    let (count, mut tracks) = (Count { begun: Arc::default(), races }, JoinSet::new());
    for _ in 0..TRACKS {
        tracks.spawn(track(Arc::clone(&endpoints), count.clone(), seed));
    }
    while let Some(ended) = tracks.join_next().await {
        assert!(ended.is_ok(), "{ended:?}\n{}", deployment.log());
    }
    let history = endpoints.recorder.take();
    let anomalies = checker::check(&history);
    eprintln!("{races} races, seed {seed}, {} anomalies\n{}", anomalies.len(), Summary(&history));
    anomalies
}

#[track_caller]
fn is_clean(anomalies: &[Anomaly]) {
    assert!(anomalies.is_empty(), "{} anomalies, first {}", anomalies.len(), anomalies[0]);
}

/// Whether it is known to be done: on a busy machine an answer may come too late, and is asked for again.
#[track_caller]
fn is_done(outcome: Outcome) -> bool {
    assert!(matches!(outcome, Outcome::Done | Outcome::Unknown), "{outcome:?}");
    outcome == Outcome::Done
}

/// Somebody joins three rooms at once, one at each instance, and is in exactly one of them.
#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn joins_in_three_rooms_at_once() {
    joins(RACES).await;
}

#[rocket::async_test]
async fn a_few_joins_in_three_rooms_at_once() {
    joins(FEW).await;
}

async fn joins(races: usize) {
    let deployment = Deployment::open(Engine::Postgres, None).await;
    is_clean(&hold(&deployment, races, join_track).await);
}

async fn join_track(endpoints: Arc<Endpoints>, count: Count, seed: u64) {
    let mut owners = Vec::new();
    let mut rooms = Vec::new();
    for _ in 0..endpoints.count() {
        let mut owner = Client::of_somebody_new(&endpoints, seed).await;
        let name = format!("Room+of+{}", owner.thinks().0);
        rooms.push(owner.create(&name).await.expect("a room"));
        owners.push(owner);
    }
    let mut somebody = Client::of_somebody_new(&endpoints, seed).await;
    while count.next().is_some() {
        if !join_everywhere(&mut somebody, &rooms).await {
            count.take_back();
        }
    }
}

/// Whether it is a race that counts: one in which every answer came.
async fn join_everywhere(somebody: &mut Client, rooms: &[Room]) -> bool {
    let browsers: Vec<_> = (0..rooms.len()).map(|instance| somebody.at(instance)).collect();
    let joining = browsers.into_iter().zip(rooms).map(async |(mut browser, room)| browser.join(*room).await);
    let joined = join_all(joining).await;
    let all_came = !joined.contains(&Outcome::Unknown);
    let inside: Vec<_> = (0..rooms.len()).filter(|room| joined[*room] == Outcome::Done).collect();
    assert!(inside.len() <= 1 && (inside.len() == 1 || !all_came), "inside {inside:?}: {joined:?}");
    let refused = joined.iter().filter(|outcome| **outcome == Outcome::Refused { status: 409 });
    assert!(refused.count() == rooms.len() - 1 || !all_came, "{joined:?}");

    if let [inside] = inside[..] {
        speak_everywhere(somebody, rooms, inside).await;
    }
    for room in rooms {
        while !is_done(somebody.leave(*room).await) {}
    }
    all_came
}

/// What is said is taken in the room that one is in, and there alone, whatever instance is asked.
async fn speak_everywhere(somebody: &mut Client, rooms: &[Room], inside: usize) {
    let saying = rooms.iter().enumerate().map(|(n, room)| {
        let mut browser = somebody.at((inside + n) % rooms.len());
        async move { browser.post(*room, browser.thinks(), &mut Cursor::default()).await }
    });
    for (n, said) in join_all(saying.collect::<Vec<_>>()).await.into_iter().enumerate() {
        match said {
            Outcome::Posted { .. } => assert_eq!(n, inside, "a message from another room"),
            Outcome::Unknown => {}
            said => assert!(n != inside && said == Outcome::Refused { status: 403 }, "{said:?}"),
        }
    }
}

/// A room is deleted at one instance while people post at the others.
#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn posts_against_a_deletion() {
    deletions(RACES).await;
}

#[rocket::async_test]
async fn a_few_posts_against_a_deletion() {
    deletions(FEW).await;
}

async fn deletions(races: usize) {
    let deployment = Deployment::open(Engine::Postgres, None).await;
    is_clean(&hold(&deployment, races, deletion_track).await);
}

async fn deletion_track(endpoints: Arc<Endpoints>, count: Count, seed: u64) {
    let mut owner = Client::of_somebody_new(&endpoints, seed).await;
    let mut posters = Vec::new();
    for _ in 0..2 {
        posters.push(Client::of_somebody_new(&endpoints, seed).await);
    }
    while let Some(race) = count.next() {
        let room = loop {
            if let Some(room) = owner.create(&format!("Race+{race}")).await {
                break room;
            }
        };
        for poster in &mut posters {
            while !is_done(poster.join(room).await) {}
        }
        let posting = join_all(posters.iter_mut().map(|poster| post_until_refused(poster, room)));
        let deleting = async {
            let mut cursor = Cursor::default();
            // At any time from before the first post to after some.
            for _ in 0..race % 4 {
                owner.poll(room, 0, &mut cursor).await;
            }
            while !is_done(owner.delete(room).await) {}
        };
        join(posting, deleting).await;
    }
}

/// The refusal tells of the deletion, and nothing is taken after it.
async fn post_until_refused(poster: &mut Client, room: Room) {
    let (mut cursor, mut refusals) = (Cursor::default(), 0);
    while refusals < 2 {
        match poster.post(room, poster.thinks(), &mut cursor).await {
            Outcome::Posted { .. } => assert_eq!(refusals, 0, "posted in a deleted room"),
            Outcome::Unknown => {}
            outcome => {
                assert_eq!(outcome, Outcome::Refused { status: 410 });
                refusals += 1;
            }
        }
    }
}

/// Somebody leaves at one instance while posting at another, where a transaction takes its time.
#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn a_post_against_leaving() {
    is_clean(&posts_against_leaving(None, RACES / 10).await);
}

#[rocket::async_test]
async fn a_few_posts_against_leaving() {
    is_clean(&posts_against_leaving(None, FEW).await);
}

/// The same with that program; what is wrong with it.
pub async fn posts_against_leaving(program: Option<PathBuf>, races: usize) -> Vec<Anomaly> {
    let deployment = Deployment::open(Engine::Postgres, program).await;
    let slow = deployment.instances[0].back.as_ref().expect("a proxy to PostgreSQL");
    slow.set(NetworkCondition::Slow(STATEMENT));
    hold(&deployment, races, leaving_track).await
}

/// How long a statement takes at the slow instance, there and back.
const STATEMENT: Duration = Duration::from_millis(10);

async fn leaving_track(endpoints: Arc<Endpoints>, count: Count, seed: u64) {
    let mut quick = Client::of_somebody_new_at(1, &endpoints, seed).await;
    let mut other = Client::of_somebody_new_at(2, &endpoints, seed).await;
    let room = other.create(&format!("Room+of+{}", other.thinks().0)).await.expect("a room");
    let mut slow = quick.at(0);
    while count.next().is_some() {
        while !is_done(quick.join(room).await) {}
        let is_over = AtomicBool::new(false);
        let posting = async {
            let said = slow.post(room, slow.thinks(), &mut Cursor::default()).await;
            let refused = Outcome::Refused { status: 403 };
            assert!(matches!(said, Outcome::Posted { .. } | Outcome::Unknown) || said == refused, "{said:?}");
        };
        let leaving = async {
            // At any time from before the first statement to after the last.
            sleep(STATEMENT * quick.rng.random_range(0..15)).await;
            while !is_done(quick.leave(room).await) {}
        };
        // What is said meanwhile tells where the post is in the order of things.
        let talking = async {
            let mut cursor = Cursor::default();
            while !is_over.load(Ordering::Relaxed) {
                other.post(room, other.thinks(), &mut cursor).await;
            }
        };
        let racing = join(posting, leaving).map(|_| is_over.store(true, Ordering::Relaxed));
        join(racing, talking).await;
    }
}
