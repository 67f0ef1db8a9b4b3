//! What the list of rooms costs where many rooms have been deleted.

use std::time::Duration;

use super::crowd::Crowd;
use super::times::{over, timed, within};
use crate::fixtures::{Engine, Person, check};

const TOMBSTONES: usize = 100_000;
const LISTS: usize = 300;

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn tombstones() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        check(engine, async |instance| {
            let crowd = Crowd::settle(&instance.database_url(), 100, 100, "id").await;
            let instance = instance.restart().await;
            let ana = crowd.at(&instance, 1);
            lists(&ana).await;
            let none = within(50, &lists(&ana).await);
            // The event log still names them, so they stay.
            instance
                .executes_sql(&format!(
                    "insert into room (name, name_key, owner_id, created_at, last_seq, last_tag, message_count,
                                       people_seq, people_tag, deleted_at, deleted_by, swept_at)
                     with recursive numbers (n) as
                         (select 1 union all select n + 1 from numbers where n < {TOMBSTONES})
                     select 'gone ' || n, 'gone ' || n, 1, 0, 0, 0, 0, 1000 + n, n, 1, 1, 1 from numbers"
                ))
                .await;
            lists(&ana).await;
            let many = within(50, &lists(&ana).await);
            let left = instance.query_number("select count(*) from room where deleted_at is not null").await;
            eprintln!(
                "GET /rooms with {left} tombstones over with none, p50, {engine:?}: {:.2}, {many:.2?} over \
                 {none:.2?} (wanted ≤ 1.2)",
                over(many, none)
            );
        })
        .await;
    }
}

async fn lists(person: &Person<'_>) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..LISTS {
        let (answer, time) = timed(person.opens("/rooms")).await;
        answer.is(200);
        times.push(time);
    }
    times
}
