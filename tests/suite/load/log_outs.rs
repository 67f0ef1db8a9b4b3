//! What polls notice of many sessions that end at once.

use std::time::{Duration, Instant};

use rocket::futures::future::{join, join_all};
use rocket::tokio::time::sleep;

use super::crowd::{Crowd, room};
use super::times::{timed, within};
use crate::fixtures::{Engine, Instance, check};

const SESSIONS: usize = 100_000;
const ENDED: usize = 2_000;
const POLLERS: usize = 20;

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn log_outs() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        check(engine, async |instance| {
            let crowd = Crowd::settle(&instance.database_url(), POLLERS + ENDED, 1, "1").await;
            let instance = instance.restart().await;
            for n in 0..SESSIONS {
                instance.inside().remember_session(i64::try_from(POLLERS + 1 + n).unwrap());
            }
            let quiet = longest_poll(&instance, &crowd, async {}).await;
            let busy = longest_poll(&instance, &crowd, end_sessions(&instance)).await;
            eprintln!(
                "longest poll while {ENDED} of {SESSIONS} sessions end, {engine:?}: {busy:.1?}, {quiet:.1?} while \
                 none does (wanted ≤ 50 ms)"
            );
        })
        .await;
    }
}

async fn end_sessions(instance: &Instance) {
    instance
        .executes_sql(&format!(
            "begin;
             insert into event (seq, tag, kind, account_id, room_id, at)
             select id - {POLLERS}, id, 'session-ended', id, null, 0 from account where id > {POLLERS};
             update site set last_seq = {ENDED}, last_tag = {ENDED} + {POLLERS};
             commit"
        ))
        .await;
}

/// So many people poll every ten milliseconds for some seconds.
async fn longest_poll(instance: &Instance, crowd: &Crowd, deed: impl Future<Output = ()>) -> Duration {
    let end = Instant::now() + Duration::from_secs(4);
    let polls = (1..=POLLERS).map(async |n| {
        let (person, mut times) = (crowd.at(instance, n), Vec::new());
        person.polls(&room(1), "0").await.is(204);
        while Instant::now() < end {
            let (answer, time) = timed(person.polls(&room(1), "0")).await;
            answer.is(204);
            times.push(time);
            sleep(Duration::from_millis(10)).await;
        }
        within(100, &times)
    });
    let deed = async {
        sleep(Duration::from_secs(1)).await;
        deed.await;
    };
    join(join_all(polls), deed).await.0.into_iter().max().unwrap_or_default()
}
