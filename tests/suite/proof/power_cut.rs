//! What is on disk when the power goes: everything that was acknowledged.
//!
//! The database is on a file system in a file. In mid-talk whoever writes to it is stopped, the file is copied
//! without any `sync`, and life goes on from the copy: what had only reached the memory of the machine is gone.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rocket::futures::future::{join, join_all};
use rocket::tokio::time::sleep;

use super::checker::{self, Anomaly};
use super::client::Client;
use super::endpoints::Endpoints;
use super::history::{Deed, History, Nonce, Outcome, Room};
use super::run;
use super::update::Cursor;
use crate::fixtures::Engine;
use crate::fixtures::processes::{Disk, Postgres, Program, Settings};

/// On each side.
const CUTS: usize = 50;
const POSTERS: usize = 12;

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn sqlite() {
    loses_nothing(Engine::Sqlite).await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn postgres() {
    loses_nothing(Engine::Postgres).await;
}

async fn loses_nothing(engine: Engine) {
    let seed = run::seed();
    let (history, anomalies) = cut_again_and_again(engine, None, seed, CUTS).await;
    let posted = |outcome: &Outcome| matches!(outcome, Outcome::Posted { repeated: false, .. });
    let posts = history.operations.iter().filter(|operation| posted(&operation.outcome)).count();
    eprintln!("{engine:?}, seed {seed}: {CUTS} power cuts, {posts} posts acknowledged");
    assert!(posts > CUTS, "next to nothing was said");
    assert!(anomalies.is_empty(), "{} anomalies, first {}", anomalies.len(), anomalies[0]);
}

/// Cuts the power so many times, or until something is wrong.
pub async fn cut_again_and_again(
    engine: Engine,
    program: Option<PathBuf>,
    seed: u64,
    cuts: usize,
) -> (History, Vec<Anomaly>) {
    eprintln!("PARLOR_PROOF_SEED={seed} on {engine:?}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut machine = Machine::start(engine, program).await;
    let endpoints = Arc::new(Endpoints::at(vec![machine.settings.address()]));
    let (room, mut posters) = move_in(&endpoints, seed).await;
    // Who they are is on disk, whatever is wrong with the program: what they say is what might be lost.
    machine.settles().await;
    let mut history = History::default();
    for cut in 1..=cuts {
        let is_dark = AtomicBool::new(false);
        let talking = join_all(posters.iter_mut().map(|poster| poster.talks(room, &is_dark)));
        let cutting = async {
            sleep(Duration::from_millis(rng.random_range(150..700))).await;
            machine.loses_power();
            is_dark.store(true, Ordering::Relaxed);
        };
        join(talking, cutting).await;
        machine.comes_back().await;
        let read = posters[0].client.read_all(room).await;
        assert!(matches!(read, Outcome::Read { .. }), "the room cannot be read after cut {cut}: {read:?}");
        history.operations.extend(endpoints.recorder.take().operations);
        let anomalies = checker::check(&history);
        if !anomalies.is_empty() {
            eprintln!("after {cut} cuts: {}", anomalies[0]);
            return (history, anomalies);
        }
        // What was read now is to be there after the next cut, too.
        for operation in &mut history.operations {
            if let Deed::FinalRead { room } = operation.deed {
                operation.deed = Deed::Poll { room, reader: 0, after: 0 };
            }
        }
    }
    (history, Vec::new())
}

struct Poster {
    client: Client,
    /// What is not known to be stored.
    unsaid: Option<Nonce>,
}

async fn move_in(endpoints: &Arc<Endpoints>, seed: u64) -> (Room, Vec<Poster>) {
    let mut owner = Client::of_somebody_new(endpoints, seed).await;
    let room = owner.create("Hall").await.expect("a room");
    let mut posters = vec![Poster { client: owner, unsaid: None }];
    while posters.len() < POSTERS {
        let mut client = Client::of_somebody_new(endpoints, seed).await;
        assert_eq!(client.join(room).await, Outcome::Done);
        posters.push(Poster { client, unsaid: None });
    }
    (room, posters)
}

impl Poster {
    /// Until it is dark. What was not acknowledged by then is sent again when there is light.
    async fn talks(&mut self, room: Room, is_dark: &AtomicBool) {
        let mut cursor = Cursor::default();
        while !is_dark.load(Ordering::Relaxed) {
            let nonce = self.unsaid.unwrap_or_else(|| self.client.thinks());
            let outcome = self.client.post(room, nonce, &mut cursor).await;
            self.unsaid = (outcome == Outcome::Unknown).then_some(nonce);
        }
    }
}

/// The machine with the disk: the program on SQLite, or PostgreSQL and the program.
struct Machine {
    disk: Disk,
    settings: Settings,
    program: Option<Program>,
    server: Option<Postgres>,
}

impl Machine {
    async fn start(engine: Engine, program: Option<PathBuf>) -> Self {
        let disk = Disk::in_a_file(if engine == Engine::Sqlite { 64 } else { 256 });
        let (url, server) = match engine {
            Engine::Sqlite => (format!("sqlite:{}", disk.path().join("parlor.db").display()), None),
            Engine::Postgres => {
                let server = Postgres::create_in(&disk.path(), &[("min_wal_size", "32MB")]).await;
                (server.url("postgres"), Some(server))
            }
        };
        let settings = Settings { program, ..Settings::on(&url) };
        let program = Some(Program::start(&settings).await);
        Self { disk, settings, program, server }
    }

    /// Writes everything to the disk.
    async fn settles(&mut self) {
        let ended = self.program.take().expect("a running program").stop().await;
        assert!(ended.success(), "the program does not end in good order: {ended}");
        if let Some(server) = &self.server {
            server.execute("checkpoint").await;
        }
        self.program = Some(Program::start(&self.settings).await);
    }

    fn loses_power(&mut self) {
        let program = self.program.take().expect("a running program");
        match &self.server {
            Some(server) => server.freeze(),
            None => program.freeze(),
        }
        self.disk.loses_power(|| {
            program.kill();
            if let Some(server) = &self.server {
                server.kill();
            }
        });
    }

    async fn comes_back(&mut self) {
        if let Some(server) = &self.server {
            server.start().await;
        }
        self.program = Some(Program::start(&self.settings).await);
    }
}
