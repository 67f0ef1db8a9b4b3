//! Overload: ten times the people, for a while.
//!
//! They are those who stay in the lasting rooms, each in so many more browsers, and everything is done again as soon as
//! it has been answered, or as late as the answer says.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rocket::tokio::task::JoinSet;

use super::client::Client;
use super::history::{Outcome, Room};
use super::update::Cursor;
use super::workload::Workload;

/// More browsers of everybody.
pub const TIMES: usize = 10;

/// They come, and have all gone again some time after `time`.
pub async fn comes(workload: &Arc<Workload>, time: Duration) {
    // Each browser is three open files here: its own, and two of the proxy that it comes by.
    rlimit::increase_nofile_limit(u64::MAX).expect("room for everybody");
    let (until, mut crowd) = (Instant::now() + time, JoinSet::new());
    for (n, (client, room)) in workload.everybody_again(TIMES).into_iter().enumerate() {
        let cursor = workload.knows(room);
        match n % 4 {
            0 => crowd.spawn(talks(client, room, cursor, until)),
            1 => crowd.spawn(reads(client, room, workload.reader(), cursor, until)),
            _ => crowd.spawn(looks(client, room, until)),
        };
    }
    crowd.join_all().await;
}

/// What has been begun is sent until it is stored, also when the others have gone.
async fn talks(mut client: Client, room: Room, mut cursor: Cursor, until: Instant) {
    while Instant::now() < until {
        let nonce = client.thinks();
        while client.post(room, nonce, &mut cursor).await == Outcome::Unknown {
            client.is_patient().await;
        }
    }
}

async fn reads(mut client: Client, room: Room, reader: u32, mut cursor: Cursor, until: Instant) {
    while Instant::now() < until {
        client.poll(room, reader, &mut cursor).await;
        client.is_patient().await;
    }
}

async fn looks(mut client: Client, room: Room, until: Instant) {
    while Instant::now() < until {
        client.looks_at(room).await;
        client.is_patient().await;
    }
}
