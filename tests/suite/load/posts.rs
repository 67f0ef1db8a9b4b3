//! What posts cost where much has been said before, and beside others who talk.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rocket::futures::future::{join, join_all};
use rocket::tokio::time::sleep;
use sqlx::{Connection, PgConnection};

use super::crowd::{Crowd, fill, room};
use super::times::{at_once, over, timed, times_of_posts, within};
use crate::fixtures::{Engine, House, Person, Post, check};

const POSTERS: usize = 64;
const WATCH: Duration = Duration::from_secs(8);

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn in_a_long_room() {
    check(Engine::Sqlite, async |house| {
        let url = house.database_url();
        let crowd = Crowd::settle(&url, POSTERS, 1, "1").await;
        let house = house.restart().await;
        let people: Vec<_> = (1..=POSTERS).map(|n| crowd.at(&house, n)).collect();
        let (first, until) = (posts_a_second(&people), head(&house).await);
        fill(&url, 1, 150_000, POSTERS).await;
        let later = posts_a_second(&people);
        eprintln!(
            "posts/s from message 150,000 on over those up to {until}: {:.2}, {later:.0} over {first:.0} \
             (wanted ≥ 0.9)",
            later / first
        );
        assert!(until < 140_000, "there is no room for the second stretch");
    })
    .await;
}

async fn head(house: &House) -> i64 {
    house.finds("select last_seq from room where id = 1").await
}

/// Everybody posts, again as soon as they are answered.
fn posts_a_second(people: &[Person<'_>]) -> f64 {
    let end = Instant::now() + WATCH;
    let posts = at_once(people, async |_, person| {
        let mut posts = 0;
        while Instant::now() < end {
            person.tells(&room(1)).await.is(201);
            posts += 1;
        }
        posts
    });
    posts.into_iter().map(f64::from).sum::<f64>() / WATCH.as_secs_f64()
}

const TALKERS: usize = 8;
const POSTS: usize = 400;

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn beside_a_long_room() {
    check(Engine::Sqlite, async |house| {
        let url = house.database_url();
        let crowd = Crowd::settle(&url, TALKERS + 1, 2, "case when id <= 8 then 1 else 2 end").await;
        fill(&url, 1, 1_000_000, TALKERS).await;
        let house = house.restart().await;
        let people: Vec<_> = (1..=TALKERS + 1).map(|n| crowd.at(&house, n)).collect();
        times_of_posts(POSTS, &people[TALKERS], &room(2)).await;
        let idle = within(50, &times_of_posts(POSTS, &people[TALKERS], &room(2)).await);
        let is_over = AtomicBool::new(false);
        let times = at_once(&people, async |n, person| {
            if n == TALKERS {
                let times = times_of_posts(POSTS, person, &room(2)).await;
                is_over.store(true, Ordering::Relaxed);
                return times;
            }
            while !is_over.load(Ordering::Relaxed) {
                person.tells(&room(1)).await.is(201);
            }
            Vec::new()
        });
        let busy = within(50, &times[TALKERS]);
        eprintln!(
            "a post beside {TALKERS} who talk in a room of 1,000,000 over one on the idle server, p50: {:.1}, \
             {busy:.1?} over {idle:.1?} (wanted ≤ 3)",
            over(busy, idle)
        );
    })
    .await;
}

const QUEUE: usize = 800;

/// The row of the room is locked long enough for the first to give up, and let go of while others still wait.
#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn to_a_locked_room() {
    check(Engine::Postgres, async |house| {
        let crowd = Crowd::settle(&house.database_url(), QUEUE, 1, "1").await;
        let house = house.restart().await;
        let people: Vec<_> = (1..=QUEUE).map(|n| crowd.at(&house, n)).collect();
        let posts: Vec<_> = (0..QUEUE).map(|n| Post::new(&format!("hello {n}"))).collect();
        let mut lock = PgConnection::connect(&house.database_url()).await.expect("the database");
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
            let seq = house
                .finds(&format!("select coalesce(max(seq), 0) from entry where nonce = '{}'", post.nonce))
                .await;
            let again = person.tries_to_post(&room(1), post).await.news().seq.expect("a number");
            stored += usize::from(answer.status == 503 && seq > 0);
            changed += usize::from(seq > 0 && again != seq.unsigned_abs());
        }
        eprintln!(
            "{QUEUE} posts to a locked room: answered after {longest:.1?} at most (wanted ≤ 3 s), {refused} told \
             to repeat them, of which {stored} were stored; other numbers when repeated: {changed} (wanted 0)"
        );
        assert_eq!((changed, head(&house).await), (0, 800), "each is there once");
    })
    .await;
}
