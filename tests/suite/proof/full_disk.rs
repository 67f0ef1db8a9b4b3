//! The disk is full: nothing is acknowledged that is not stored, people still read, and all goes on by itself
//! when there is room again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::checker;
use super::client::Client;
use super::endpoints::Endpoints;
use super::history::{Outcome, Room};
use super::update::Cursor;
use crate::fixtures::processes::{Disk, Postgres, Program, Settings, give_to_postgres};

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn sqlite() {
    let disk = Disk::in_memory(24);
    refuses_until_there_is_room(&disk, &format!("sqlite:{}", disk.path().join("parlor.db").display())).await;
}

/// The disk of the tables. Without room for its log, PostgreSQL itself goes down, which is another test.
#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn postgres() {
    let disk = Disk::in_memory(64);
    let server = Postgres::create().await;
    let url = server.url("postgres");
    let tables = disk.path().join("tables");
    std::fs::create_dir(&tables).expect("a directory");
    give_to_postgres(&tables);
    server.execute(&format!("create tablespace small location '{}'", tables.display())).await;
    server.execute("alter role parlor set default_tablespace = small").await;
    refuses_until_there_is_room(&disk, &url).await;
}

/// For a very slow machine, too.
const LONG_ENOUGH: Duration = Duration::from_secs(20);

/// More than fit into what is left of a page, or of a file that was made larger beforehand.
const ATTEMPTS: usize = 3000;

async fn refuses_until_there_is_room(disk: &Disk, url: &str) {
    let settings = Settings::on(url);
    let program = Program::start(&settings).await;
    let endpoints = Arc::new(Endpoints::at(vec![settings.address()]));
    let mut ana = Client::of_somebody_new(&endpoints, 0).await;
    let room = ana.create("Hall").await.expect("a room");
    let mut reader = ana.at(0);
    let (mut written, mut read) = (Cursor::default(), Cursor::default());
    for _ in 0..100 {
        assert!(says(&mut ana, room, &mut written).await);
    }

    disk.fill();
    let mut refused = 0;
    for _ in 0..ATTEMPTS {
        if !says(&mut ana, room, &mut written).await {
            refused += 1;
            let polled = reader.poll(room, 1, &mut read).await;
            assert!(
                matches!(polled, Outcome::Read { .. }),
                "a full disk keeps people from reading: {polled:?}"
            );
        }
        if refused == 20 {
            break;
        }
    }
    assert_eq!(refused, 20, "the disk was not full");

    disk.make_room();
    let began = Instant::now();
    while !says(&mut ana, room, &mut written).await {
        assert!(began.elapsed() < LONG_ENOUGH, "never came true: posts are stored again");
    }
    eprintln!("{url}: stored again {:?} after there was room", began.elapsed());
    assert!(matches!(reader.read_all(room).await, Outcome::Read { .. }));
    let anomalies = checker::check(&endpoints.recorder.take());
    assert!(anomalies.is_empty(), "{} anomalies, first {}", anomalies.len(), anomalies[0]);
    drop(program);
}

/// Says something new, and whether it was stored.
async fn says(client: &mut Client, room: Room, cursor: &mut Cursor) -> bool {
    let nonce = client.thinks();
    match client.post(room, nonce, cursor).await {
        Outcome::Posted { .. } => true,
        Outcome::Unknown => false,
        outcome => panic!("a full disk is no reason for {outcome:?}"),
    }
}
