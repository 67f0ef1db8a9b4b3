//! How much gets done when more people come than can be served.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rocket::futures::future::join_all;
use rocket::tokio::time::sleep;

use crate::cluster::Cluster;
use crate::fixtures::{Person, Room};

/// How long each crowd is watched.
const WATCH: Duration = Duration::from_secs(8);

/// What was seen of a crowd.
#[derive(Debug, Default)]
struct Seen {
    made: AtomicUsize,
    refused: AtomicUsize,
    longest: AtomicUsize,
}

/// Everybody asks for the page of a room, again as soon as it is there, or as late as they are told to.
#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn overload() {
    let cluster = Cluster::of(1).await;
    let ana = cluster.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 100).await;
    let proxy = &cluster.instances[0].proxy;
    let mut rows = Vec::new();
    for crowd in [8, 100, 600, 1_200, 2_400] {
        let connections = proxy.connections();
        let seen = Seen::default();
        let until = Instant::now() + WATCH;
        join_all((0..crowd).map(|_| asks_until(&ana, &room, until, &seen))).await;
        rows.push((crowd, seen, proxy.connections() - connections));
    }
    let best = rows.iter().map(|(_, seen, _)| seen.made.load(Ordering::Relaxed)).max().unwrap_or(1);
    eprintln!("at once · pages, over the best · told to wait · longest answer · new connections");
    for (crowd, seen, connections) in rows {
        let made = seen.made.into_inner();
        let share = 100 * made / best;
        let (refused, longest) = (seen.refused.into_inner(), seen.longest.into_inner());
        eprintln!("{crowd:>5} · {share:>3} % of {best} · {refused:>5} · {longest:>5} ms · {connections}");
    }
}

async fn asks_until(ana: &Person<'_>, room: &Room, until: Instant, seen: &Seen) {
    while Instant::now() < until {
        let asked = Instant::now();
        let answer = ana.opens(&room.path("")).await;
        let took = usize::try_from(asked.elapsed().as_millis()).unwrap_or(usize::MAX);
        seen.longest.fetch_max(took, Ordering::Relaxed);
        if answer.status == 200 {
            seen.made.fetch_add(1, Ordering::Relaxed);
        } else {
            seen.refused.fetch_add(1, Ordering::Relaxed);
            let seconds = answer.header("Retry-After").and_then(|seconds| seconds.parse().ok());
            sleep(Duration::from_secs(seconds.expect("to be told when to come again"))).await;
        }
    }
}
