//! What polls notice of many sessions that end at once.

use std::time::{Duration, Instant};

use parlor::live::Live;
use parlor::model::Timestamp;
use parlor::model::accounts::{AccountId, Person};
use parlor::model::log::{Position, Tag};
use parlor::model::memberships::Whereabouts;
use parlor::model::sessions::Session;
use parlor::model::sessions::TokenHash;
use parlor::store::FoundSession;
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
                remember(instance.live(), POLLERS + 1 + n);
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

/// Has memory know a session of that account.
fn remember(live: &Live, account: usize) {
    let person = Person { id: AccountId(i64::try_from(account).unwrap()), name: format!("p{account}") };
    let (seen_at, expires_at) = (Timestamp::now(), Timestamp::now().after(Duration::from_hours(1)));
    let session = Session { token: TokenHash(rand::random()), person, seen_at, expires_at };
    let head = Position { seq: 0, tag: Tag(0) };
    live.cache_session(&FoundSession { session, whereabouts: Whereabouts::Nowhere, head });
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
