//! An instance stands still while a room fills up and what was said there is changed: whoever reads there misses nothing
//! when it goes on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rocket::futures::future::join_all;
use rocket::tokio::time::sleep;

use super::checker::{self, Anomaly};
use super::client::Client;
use super::deployment::Deployment;
use super::endpoints::Endpoints;
use super::history::{ChangeKind, Outcome, Room};
use super::report::Summary;
use super::run;
use super::update::Cursor;
use crate::fixtures::Engine;

const ROUNDS: usize = 3;
const POSTERS: usize = 16;
/// Of each of them, in each round, with some changes: together more than the tail reads at once, and more than memory keeps.
const POSTS: usize = 30;
/// One after the other, until the instance has certainly caught up.
const PAGES: u32 = 10;

#[rocket::async_test]
async fn nobody_misses_what_was_said_while_an_instance_stood_still() {
    let anomalies = stands_still(None).await;
    assert!(anomalies.is_empty(), "{} anomalies, first {}", anomalies.len(), anomalies[0]);
}

/// What is wrong with that program.
pub async fn stands_still(program: Option<PathBuf>) -> Vec<Anomaly> {
    let (deployment, seed) = (Deployment::open(Engine::Postgres, program).await, run::seed());
    let addresses = deployment.instances.iter().map(|instance| instance.front.address()).collect();
    let endpoints = Arc::new(Endpoints::at(addresses));
    let mut owner = Client::of_somebody_new(&endpoints, seed).await;
    let room = owner.create("Hall").await.expect("a room");
    let mut posters = Vec::new();
    for n in 0..POSTERS {
        let mut poster = Client::of_somebody_new_at(1 + n % 2, &endpoints, seed).await;
        assert_eq!(poster.join(room).await, Outcome::Done);
        posters.push(poster);
    }
    let (mut reader, mut known) = (owner.at(0), Cursor::default());
    for round in 0..ROUNDS {
        reads_on(&mut reader, room, u32::MAX, &mut known).await;
        deployment.instances[0].freeze();
        join_all(posters.iter_mut().map(|poster| talks(poster, room))).await;
        deployment.instances[0].thaw();
        for page in 0..PAGES {
            let page = u32::try_from(round).expect("a few") * PAGES + page;
            reads_on(&mut reader, room, page, &mut known.clone()).await;
            sleep(Duration::from_millis(50)).await;
        }
    }
    let history = endpoints.recorder.take();
    let anomalies = checker::check(&history);
    eprintln!("a standstill, seed {seed}, {} anomalies\n{}", anomalies.len(), Summary(&history));
    anomalies
}

async fn talks(poster: &mut Client, room: Room) {
    let mut cursor = Cursor::default();
    let mut first = None;
    for n in 0..POSTS {
        let posted = poster.post(room, poster.thinks(), &mut cursor).await;
        if let Outcome::Posted { seq, .. } = posted {
            first.get_or_insert(seq);
            let change = match n % 10 {
                3 => Some((ChangeKind::Edit, first)),
                6 => Some((ChangeKind::Edit, Some(seq))),
                9 => Some((ChangeKind::Deletion, first.take())),
                _ => None,
            };
            if let Some((kind, Some(about))) = change {
                poster.change(kind, (room, about), poster.thinks(), &mut cursor).await;
            }
        }
    }
}

/// One page, until there is no more.
async fn reads_on(reader: &mut Client, room: Room, page: u32, cursor: &mut Cursor) {
    while matches!(reader.poll(room, page, cursor).await, Outcome::Read { more: true, .. }) {}
}
