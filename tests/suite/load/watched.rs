//! What it costs to follow many rooms in which nothing happens.

use std::time::{Duration, Instant};

use rocket::tokio::time::sleep;

use super::crowd::{Crowd, everybody_polls, room};
use super::times::{over, times_of_posts, within};
use crate::fixtures::processes::{Postgres, Program, Settings};
use crate::fixtures::{Database, Engine, check, eventually, execute_sql};

const ROOMS: usize = 10_000;
const WATCH: Duration = Duration::from_secs(10);

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn idle_on_sqlite() {
    let database = Database::create(Engine::Sqlite).await;
    let share = idle(database.url(), || Duration::ZERO).await;
    eprintln!("idle with {ROOMS} watched rooms, SQLite: {:.1} % of a core (wanted ≤ 2 %)", share.0);
    database.discard().await;
}

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn idle_on_postgres() {
    let server = Postgres::create().await;
    let (own, of_server) = idle(&server.url("postgres"), || server.cpu()).await;
    eprintln!(
        "idle with {ROOMS} watched rooms, PostgreSQL: {own:.1} % of a core (wanted ≤ 5 %), \
         PostgreSQL itself: {of_server:.1} %"
    );
}

/// What share of a core an idle instance takes, and what else takes, in hundredths.
async fn idle(url: &str, else_takes: impl Fn() -> Duration) -> (f64, f64) {
    let settings = Settings::on(url);
    Program::start(&settings).await.stop().await;
    let crowd = Crowd::settle(url, ROOMS, ROOMS, "id").await;
    let program = Program::start(&settings).await;
    let people: Vec<_> = (1..=ROOMS).map(|n| crowd.at_address(program.address(), n)).collect();
    everybody_polls(&people, ROOMS).await;
    // What was begun is finished.
    sleep(Duration::from_secs(3)).await;
    let (own, other, began) = (program.cpu(), else_takes(), Instant::now());
    sleep(WATCH).await;
    let share = |time: Duration| 100.0 * over(time, began.elapsed());
    (share(program.cpu() - own), share(else_takes() - other))
}

const MANY_ROOMS: usize = 20_000;

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn twenty_thousand() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        check(engine, async |instance| {
            let crowd = Crowd::settle(&instance.database_url(), MANY_ROOMS, MANY_ROOMS, "id").await;
            let instance = instance.restart().await;
            let people: Vec<_> = (1..=MANY_ROOMS).map(|n| crowd.at(&instance, n)).collect();
            everybody_polls(&people, MANY_ROOMS).await;
            let (before, (_, loads)) = (instance.checkouts(), instance.inside().memory_checkouts());
            everybody_polls(&people, MANY_ROOMS).await;
            let asked = instance.checkouts() - before;
            let message = format!(
                "begin;
                 insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
                 values ({MANY_ROOMS}, 1, 8, 1, 'moved', 0, 'first', 'message', unhex(''), 0, 1);
                 update room set last_seq = 1, last_tag = 8 where id = {MANY_ROOMS};
                 commit"
            );
            execute_sql(&instance.database_url(), &message).await;
            let began = Instant::now();
            let last = &people[MANY_ROOMS - 1];
            eventually("the message is seen", async || {
                last.polls(&room(MANY_ROOMS), "0").await.status == 200
            })
            .await;
            eprintln!(
                "{MANY_ROOMS} watched rooms, {engine:?}: {asked} visits of {MANY_ROOMS} polls to the database \
                 (wanted 0), another writer's message seen after {:.0?}, loaded in {loads} statements",
                began.elapsed()
            );
        })
        .await;
    }
}

const POSTS: usize = 400;

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn own_post() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        check(engine, async |instance| {
            let crowd = Crowd::settle(&instance.database_url(), ROOMS, ROOMS, "id").await;
            let instance = instance.restart().await;
            let people: Vec<_> = (1..=ROOMS).map(|n| crowd.at(&instance, n)).collect();
            times_of_posts(POSTS, &people[0], &room(1)).await;
            let alone = within(50, &times_of_posts(POSTS, &people[0], &room(1)).await);
            everybody_polls(&people, ROOMS).await;
            let among = within(50, &times_of_posts(POSTS, &people[0], &room(1)).await);
            eprintln!(
                "one's own post with {ROOMS} watched rooms over with none, p50, {engine:?}: {:.2}, \
                 {among:.1?} over {alone:.1?} (wanted ≤ 2)",
                over(among, alone)
            );
        })
        .await;
    }
}
