//! What posts cost where much has been said before, and beside others who talk.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rocket::futures::future::{join, join_all};
use rocket::tokio::time::sleep;
use sqlx::{Connection, PgConnection};

use super::crowd::{Crowd, fill, room};
use super::times::{at_once, over, timed, times_of_posts, within};
use crate::fixtures::{Engine, Instance, Person, Post, Room, check};

const POSTERS: usize = 64;
/// How many posts are looked at where little was said before, and where much was.
const STRETCH: u32 = 6_000;

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn in_a_long_room() {
    check(Engine::Sqlite, async |instance| {
        let url = instance.database_url();
        let crowd = Crowd::settle(&url, POSTERS, 1, "1").await;
        fill(&url, 1, 2_000, POSTERS).await;
        let instance = instance.restart().await;
        let first = posts_a_second(&instance, &crowd);
        fill(&url, 1, 150_000, POSTERS).await;
        let instance = instance.restart().await;
        let later = posts_a_second(&instance, &crowd);
        eprintln!(
            "{POSTERS} posters, {STRETCH} posts: posts/s from message 150,000 on over those from message 2,000 on: \
             {:.2}, {later:.0} over {first:.0} (wanted ≥ 0.9)",
            later / first
        );
    })
    .await;
}

async fn head(instance: &Instance) -> i64 {
    instance.query_number("select last_seq from room where id = 1").await
}

/// Everybody posts, again as soon as they are answered.
fn posts_a_second(instance: &Instance, crowd: &Crowd) -> f64 {
    let people: Vec<_> = (1..=POSTERS).map(|n| crowd.at(instance, n)).collect();
    // The server has just started: it comes to know them, and the room.
    at_once(&people, async |_, person| person.tells(&room(1)).await.is(201));
    let (begun, began) = (AtomicU32::new(0), Instant::now());
    at_once(&people, async |_, person| {
        while begun.fetch_add(1, Ordering::Relaxed) < STRETCH {
            person.tells(&room(1)).await.is(201);
        }
    });
    f64::from(STRETCH) / began.elapsed().as_secs_f64()
}

const TALKERS: usize = 8;
const POSTS: usize = 400;
/// How long after a post a talker posts again at the earliest.
const BREATH: Duration = Duration::from_millis(200);

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn beside_a_long_room() {
    check(Engine::Sqlite, async |instance| {
        let url = instance.database_url();
        let place = "case when id <= 8 then 1 when id <= 16 then 2 else 3 end";
        let crowd = Crowd::settle(&url, 2 * TALKERS + 1, 3, place).await;
        fill(&url, 1, 1_000_000, TALKERS).await;
        fill(&url, 2, 100, TALKERS).await;
        let instance = instance.restart().await;
        let people: Vec<_> = (1..=2 * TALKERS + 1).map(|n| crowd.at(&instance, n)).collect();
        let (in_long, rest) = people.split_at(TALKERS);
        let (in_short, other) = (&rest[..TALKERS], &rest[TALKERS]);
        times_of_posts(POSTS, other, &room(3)).await;
        let idle = within(50, &times_of_posts(POSTS, other, &room(3)).await);
        let short = within(50, &times_beside(in_short, &room(2), other));
        let long = within(50, &times_beside(in_long, &room(1), other));
        eprintln!(
            "a post beside {TALKERS} who talk in a room of 1,000,000 over one on the idle server, p50: {:.1}, \
             {long:.1?} over {idle:.1?} (wanted ≤ 3); beside {TALKERS} in a room of 100: {:.1}, {short:.1?}",
            over(long, idle),
            over(short, idle)
        );
    })
    .await;
}

/// How long each post of `other` takes while the talkers post there, five times a second each at most.
fn times_beside(talkers: &[Person<'_>], there: &Room, other: &Person<'_>) -> Vec<Duration> {
    let is_over = AtomicBool::new(false);
    let people: Vec<_> = talkers.iter().chain([other]).collect();
    let times = at_once(&people, async |n, person| {
        if n == TALKERS {
            let times = times_of_posts(POSTS, person, &room(3)).await;
            is_over.store(true, Ordering::Relaxed);
            return times;
        }
        // They do not post in step.
        sleep(BREATH.mul_f64(rand::random())).await;
        while !is_over.load(Ordering::Relaxed) {
            let again = sleep(BREATH);
            person.tells(there).await.is(201);
            again.await;
        }
        Vec::new()
    });
    times.into_iter().flatten().collect()
}

const QUEUE: usize = 800;

/// The row of the room is locked long enough for the first to give up, and let go of while others still wait.
#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn to_a_locked_room() {
    check(Engine::Postgres, async |instance| {
        let crowd = Crowd::settle(&instance.database_url(), QUEUE, 1, "1").await;
        let instance = instance.restart().await;
        let people: Vec<_> = (1..=QUEUE).map(|n| crowd.at(&instance, n)).collect();
        let posts: Vec<_> = (0..QUEUE).map(|n| Post::new(&format!("hello {n}"))).collect();
        let mut lock = PgConnection::connect(&instance.database_url()).await.expect("the database");
        sqlx::raw_sql("begin; update room set last_seq = last_seq").execute(&mut lock).await.expect("a lock");
        let kitchen = room(1);
        let posting = people.iter().zip(&posts).map(|(p, post)| timed(p.tries_to_post(&kitchen, post)));
        let posting = join_all(posting);
        let letting_go = async {
            sleep(Duration::from_millis(950)).await;
            sqlx::raw_sql("rollback").execute(&mut lock).await.expect("to let go");
        };
        let (answers, ()) = join(posting, letting_go).await;
        let longest = answers.iter().map(|(_, time)| *time).max().unwrap_or_default();
        let refused = answers.iter().filter(|(answer, _)| answer.status == 503).count();
        let (mut stored, mut changed) = (0, 0);
        for ((person, post), (answer, _)) in people.iter().zip(&posts).zip(&answers) {
            let seq = instance
                .query_number(&format!("select coalesce(max(seq), 0) from entry where nonce = '{}'", post.nonce))
                .await;
            let again = person.tries_to_post(&room(1), post).await.news().seq.expect("a number");
            stored += usize::from(answer.status == 503 && seq > 0);
            changed += usize::from(seq > 0 && again != seq.unsigned_abs());
        }
        eprintln!(
            "{QUEUE} posts to a locked room: answered after {longest:.1?} at most (wanted ≤ 3 s), {refused} told \
             to repeat them, of which {stored} were stored; other numbers when repeated: {changed} (wanted 0)"
        );
        assert_eq!((changed, head(&instance).await), (0, 800), "each is there once");
    })
    .await;
}
