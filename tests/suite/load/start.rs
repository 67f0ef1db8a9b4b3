//! An instance that starts among many who wait for it.

use std::time::{Duration, Instant};

use rocket::tokio::time::sleep;

use super::crowd::{Crowd, room};
use super::times::at_once;
use crate::fixtures::{Answer, Engine, Person, check};

const ROOMS: usize = 2_500;
const MESSAGES: usize = 100;
const WATCH: Duration = Duration::from_secs(15);

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn start() {
    check(Engine::Postgres, async |instance| {
        let crowd = Crowd::settle(&instance.database_url(), ROOMS, ROOMS, "id").await;
        instance
            .executes_sql(&format!(
                "insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
                 select id, n, n, id, 'hello', 0, 'n' || n, 'message', unhex(''), 0, n from room, generate_series(1, {MESSAGES}) as numbers (n);
                 update room set last_seq = {MESSAGES}, last_tag = {MESSAGES}"
            ))
            .await;
        let instance = instance.restart().await;
        let end = Instant::now() + WATCH;
        let people: Vec<_> = (1..=ROOMS).map(|n| crowd.at(&instance, n)).collect();
        let polls = at_once(&people, async |n, person| polls_until(end, person, n + 1).await);
        let made: u32 = polls.iter().map(|polls| polls.made).sum();
        let failed: u32 = polls.iter().map(|polls| polls.failed).sum();
        let served: Vec<_> = polls.iter().filter_map(|polls| polls.served).collect();
        let (_, loads) = instance.inside().memory_checkouts();
        eprintln!(
            "a fresh instance and {ROOMS} people in as many rooms: {loads} statements to load all (wanted ≤ {}), \
             {failed} of {made} polls fail in the first {WATCH:.0?}: {:.1} % (wanted ≤ 5 %); {} people are answered, \
             after {:.1?} at most",
            ROOMS / 100,
            100.0 * f64::from(failed) / f64::from(made),
            served.len(),
            served.iter().max().copied().unwrap_or_default()
        );
    })
    .await;
}

struct Polls {
    made: u32,
    failed: u32,
    /// How long the first answer took to come.
    served: Option<Duration>,
}

/// One of those who were sent away when the instance before ended polls as `poller.js` does.
async fn polls_until(end: Instant, person: &Person<'_>, number: usize) -> Polls {
    let (began, room) = (Instant::now(), room(number));
    let (mut polls, mut in_a_row) = (Polls { made: 0, failed: 0, served: None }, 0);
    sleep(Duration::from_secs(1).mul_f64(rand::random_range(0.0..0.4))).await;
    while Instant::now() < end {
        polls.made += 1;
        let answer = person.polls(&room, "0").await;
        if answer.status < 300 {
            polls.served.get_or_insert(began.elapsed());
            in_a_row = 0;
            sleep(Duration::from_secs(1)).await;
        } else {
            polls.failed += 1;
            in_a_row += 1;
            sleep(backoff(in_a_row).max(retry_after(&answer))).await;
        }
    }
    polls
}

/// As `backoff.js` has it.
fn backoff(failures: u32) -> Duration {
    let seconds = 2_u32.pow((failures - 1).min(5));
    (Duration::from_secs(1) * seconds).mul_f64(rand::random_range(0.8..1.2)).min(Duration::from_secs(30))
}

fn retry_after(answer: &Answer) -> Duration {
    Duration::from_secs(answer.header("Retry-After").and_then(|seconds| seconds.parse().ok()).unwrap_or(0))
}
