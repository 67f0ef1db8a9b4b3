//! How soon one sees what another instance has stored, in many rooms at once.

use std::time::{Duration, Instant};

use rocket::futures::future::join_all;
use rocket::tokio::time::sleep;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::crowd::Crowd;
use super::times::within;
use crate::fixtures::{Engine, Instance, check, eventually};

const ROOMS: i64 = 2_000;
const ROUNDS: usize = 20;

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn other_writer() {
    check(Engine::Postgres, async |instance| {
        Crowd::settle(&instance.database_url(), 1, 2_000, "1").await;
        let instance = instance.restart().await;
        eventually("all are remembered", async || {
            join_all((1..=ROOMS).map(|room| messages(&instance, room))).await.iter().all(|known| *known == Some(0))
        })
        .await;
        let mut writer = PgConnection::connect(&instance.database_url()).await.expect("the database");
        let mut delays = Vec::new();
        for round in 1..=ROUNDS {
            sleep(Duration::from_millis(rand::random_range(300..500))).await;
            let move_all = format!(
                "begin;
                 insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
                 select id, {round}, {round}, 1, 'moved', 0, '{round}', 'message', unhex(''), 0, {round} from room;
                 update room set last_seq = {round}, last_tag = {round}"
            );
            sqlx::raw_sql(AssertSqlSafe(move_all)).execute(&mut writer).await.expect("to write");
            let began = Instant::now();
            sqlx::raw_sql("commit").execute(&mut writer).await.expect("to commit");
            delays.extend(seen_after(&instance, round, began).await);
        }
        let longest = within(100, &delays);
        eprintln!(
            "another writer's message in each of {ROOMS} rooms, {ROUNDS} times: seen after {:.0?} (p50), {:.0?} \
             (p99), {longest:.0?} at most (wanted ≤ 250 ms)",
            within(50, &delays),
            within(99, &delays)
        );
    })
    .await;
}

/// After how long the message of that number is there, for each room.
async fn seen_after(instance: &Instance, number: usize, began: Instant) -> Vec<Duration> {
    let (mut delays, mut unseen): (Vec<_>, Vec<_>) = (Vec::new(), (1..=ROOMS).collect());
    while !unseen.is_empty() {
        let mut still = Vec::new();
        for room in unseen {
            if messages(instance, room).await == Some(number) {
                delays.push(began.elapsed());
            } else {
                still.push(room);
            }
        }
        unseen = still;
        sleep(Duration::from_millis(2)).await;
    }
    delays
}

/// What a poll of that room is answered from: how many messages memory tells of.
async fn messages(instance: &Instance, room: i64) -> Option<usize> {
    instance.inside().remembered(room, 0).await
}
