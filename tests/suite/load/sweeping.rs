//! What others notice of a large room that is cleared away while a backup is being made.

use std::time::{Duration, Instant};

use rocket::tokio::time::sleep;
use sqlx::{Connection, PgConnection};

use super::crowd::{Crowd, fill, room};
use super::times::{over, timed, within};
use crate::fixtures::{Engine, Instance, Person, check};

const MESSAGES: usize = 1_000_000;
/// More than it could need.
const PATIENCE: Duration = Duration::from_mins(10);

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn sweeping() {
    check(Engine::Postgres, async |instance| {
        let crowd = Crowd::settle(&instance.database_url(), 2, 2, "case id when 2 then 2 end").await;
        fill(&instance.database_url(), 1, MESSAGES, 1).await;
        let instance = instance.restart().await;
        let poster = crowd.at(&instance, 2);
        let mut without = Vec::new();
        for _ in 0..500 {
            without.push(a_post(&poster).await);
        }
        let mut backup = PgConnection::connect(&instance.database_url()).await.expect("the database");
        let snapshot = "begin isolation level repeatable read; select count(*) from account";
        sqlx::raw_sql(snapshot).execute(&mut backup).await.expect("a snapshot");
        instance.executes_sql("update room set deleted_at = 1, deleted_by = 1 where id = 1").await;
        drop(poster);
        // An instance that starts sweeps at once.
        let instance = instance.restart().await;
        let (poster, began, mut beside) = (crowd.at(&instance, 2), Instant::now(), Vec::new());
        while !is_swept(&instance).await && began.elapsed() < PATIENCE {
            for _ in 0..50 {
                beside.push(a_post(&poster).await);
            }
        }
        let took = began.elapsed();
        let (with, without) = (within(95, &beside), within(95, &without));
        eprintln!(
            "sweeping {MESSAGES} messages beside an open snapshot: {} after {took:.0?}; a post elsewhere, p95 over \
             without: {:.1}, {with:.1?} over {without:.1?} (wanted: finished, ≤ 3)",
            if is_swept(&instance).await { "finished" } else { "not finished" },
            over(with, without)
        );
    })
    .await;
}

/// How long a post takes, some moments after the last.
async fn a_post(poster: &Person<'_>) -> Duration {
    sleep(Duration::from_millis(10)).await;
    let (answer, time) = timed(poster.tells(&room(2))).await;
    answer.is(201);
    time
}

async fn is_swept(instance: &Instance) -> bool {
    instance.query_number("select count(*) from room where id = 1 and swept_at is null").await == 0
}
