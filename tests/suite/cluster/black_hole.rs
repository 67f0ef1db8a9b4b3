//! The network before PostgreSQL swallows everything, or PostgreSQL stands still: nobody's page hangs, and when
//! that is over all goes on by itself.
//!
//! What is allowed to take a while is awaited; how long it took is printed (`-- --nocapture`).

use std::time::{Duration, Instant};

use rocket::futures::future::{join_all, select};
use rocket::futures::{FutureExt, future};
use rocket::tokio::time::sleep;

use super::instances::{Cluster, DATABASE};
use crate::fixtures::processes::NetworkCondition;
use crate::fixtures::{Answer, Person, Post, Room, eventually};

/// More than there are connections to the database.
const CROWD: usize = 30;

#[rocket::async_test]
async fn a_black_hole() {
    bad_network("a black hole", NetworkCondition::BlackHole).await;
}

#[rocket::async_test]
async fn a_line_that_stands_still() {
    bad_network("a stalled network", NetworkCondition::Stalled).await;
}

#[rocket::async_test]
async fn a_line_that_is_down() {
    bad_network("a network that is down", NetworkCondition::Down).await;
}

#[rocket::async_test]
async fn a_postgresql_that_is_frozen() {
    let cluster = Cluster::of(1).await;
    let talk = Talk::begin(&cluster).await;
    cluster.server.freeze();
    let waited = talk.waits("a frozen PostgreSQL").await;
    cluster.server.thaw();
    talk.goes_on(waited).await;
}

#[rocket::async_test]
async fn a_postgresql_that_crashes() {
    let cluster = Cluster::of(1).await;
    let talk = Talk::begin(&cluster).await;
    cluster.server.crash().await;
    let waited = talk.waits("a crashed PostgreSQL").await;
    cluster.server.start().await;
    talk.goes_on(waited).await;
}

async fn bad_network(name: &str, condition: NetworkCondition) {
    let cluster = Cluster::of(1).await;
    let talk = Talk::begin(&cluster).await;
    let proxy = &cluster.instances[0].proxy;
    proxy.set(condition);
    let waited = talk.waits(name).await;
    proxy.set(NetworkCondition::Normal);
    talk.goes_on(waited).await;
}

/// Somebody who talks in a room.
struct Talk {
    ana: Person<'static>,
    room: Room,
}

/// What was written while nothing could be stored, and what to call that time.
struct Waited {
    name: String,
    posts: Vec<Post>,
}

impl Talk {
    async fn begin(cluster: &Cluster) -> Self {
        let ana = cluster.person("ana").await;
        let room = ana.creates("Kitchen").await;
        ana.says(&room, "before").await;
        assert_eq!(ana.bodies_in(&room).await, ["before"]);
        Self { ana, room }
    }

    /// Page, poll and post are answered 503 for as long as that is so; the browser's patience, which this
    /// would end with, is 20 s.
    async fn waits(&self, name: &str) -> Waited {
        let posts: Vec<Post> = (0..CROWD).map(|n| Post::new(&format!("during {n}"))).collect();
        for round in 0..2 {
            let began = Instant::now();
            let page = async |path: String| {
                let answer = self.ana.opens(&path).await;
                assert_tells_to_wait(&answer);
                answer.refuses(503);
            };
            let pages = join_all(["/rooms".to_owned(), self.room.path("")].map(page));
            let posting = join_all(posts.iter().map(async |post| {
                let answer = self.ana.tries_to_post(&self.room, post).await;
                answer.is_problem(503, "unavailable");
                assert_tells_to_wait(&answer);
            }));
            future::join(pages, posting).await;
            eprintln!("{name}, round {round}: answered 503 after {:?} at most", began.elapsed());
        }
        eventually("a poll is not answered from stale memory", async || {
            let answer = self.ana.polls(&self.room, "0").await;
            if answer.status == 503 {
                answer.is_problem(503, "unavailable");
                assert_tells_to_wait(&answer);
            }
            answer.status == 503
        })
        .await;
        Waited { name: name.to_owned(), posts }
    }

    /// All works again, and what was written meanwhile is there once, whether or not its answer was lost.
    async fn goes_on(&self, Waited { name, posts }: Waited) {
        let began = Instant::now();
        let back = |what: &str| eprintln!("{name}: {what} back after {:?}", began.elapsed());
        let room = &self.room;
        eventually("the page is back", async || self.ana.opens(&room.path("")).await.status == 200).await;
        back("the page is");
        for post in &posts {
            eventually("posts are back", async || {
                matches!(self.ana.tries_to_post(room, post).await.status, 200 | 201)
            })
            .await;
        }
        back("all posts are");
        eventually("polls are back", async || self.ana.polls(room, "0").await.status == 200).await;
        back("polls are");
        let mut bodies = self.ana.bodies_in(room).await;
        let mut expected: Vec<String> = posts.iter().map(|post| post.body.clone()).collect();
        assert_eq!(bodies.remove(0), "before");
        bodies.sort();
        expected.sort();
        assert_eq!(bodies, expected);
    }
}

#[track_caller]
fn assert_tells_to_wait(answer: &Answer) {
    let seconds = answer.header("Retry-After").map(str::parse::<u32>);
    assert!(matches!(seconds, Some(Ok(1..))), "{answer:?}");
}

#[rocket::async_test]
async fn a_line_that_is_cut_again_and_again() {
    let cluster = Cluster::of(1).await;
    let Talk { ana, room } = Talk::begin(&cluster).await;
    let proxy = &cluster.instances[0].proxy;
    // Sometimes before a connection is made, and sometimes long enough after it for a slow machine.
    let cutting = async {
        for wait in [5, 15, 45, 135, 400].into_iter().cycle() {
            proxy.cut();
            sleep(Duration::from_millis(wait)).await;
        }
    };
    let posting = async {
        for n in 0..60 {
            let post = Post::new(&n.to_string());
            eventually("it is stored between two cuts", async || {
                matches!(ana.tries_to_post(&room, &post).await.status, 200 | 201)
            })
            .await;
        }
    };
    select(posting.boxed(), cutting.boxed()).await;
    let expected: Vec<String> =
        ["before".to_owned()].into_iter().chain((0..60).map(|n| n.to_string())).collect();
    eventually("polls are back", async || ana.polls(&room, "0").await.status == 200).await;
    eventually("they tell all of it", async || ana.bodies_in(&room).await == expected).await;
}

/// What a frozen instance had locked is let go by PostgreSQL, and the others go on without it.
#[rocket::async_test]
async fn an_instance_that_freezes_in_the_middle_of_a_post() {
    let cluster = Cluster::of(2).await;
    let Talk { ana, room } = Talk::begin(&cluster).await;
    let (there, other) = (cluster.at(1, &ana), &cluster.instances[1]);
    there.polls(&room, "0").await.is(200);
    // A transaction takes long enough to be met in the middle.
    other.proxy.set(NetworkCondition::Slow(Duration::from_millis(25)));
    let frozen_post = Post::new("frozen");
    let posting = async {
        // Its answer comes after the thaw, and may be any.
        there.tries_to_post(&room, &frozen_post).await
    };
    let freezing = async {
        let locked = format!(
            "select distinct cast(pid as text) from pg_locks join pg_class on pg_class.oid = relation
             where relname = 'room' and mode = 'RowShareLock' and database =
             (select oid from pg_database where datname = '{DATABASE}')"
        );
        eventually("its transaction holds the room", async || {
            !cluster.server.query(DATABASE, &locked).await.is_empty()
        })
        .await;
        other.program.freeze();
        let (post, began) = (Post::new("meanwhile"), Instant::now());
        eventually("the others go on", async || ana.tries_to_post(&room, &post).await.status < 300).await;
        eprintln!("a frozen instance held the others up for {:?}", began.elapsed());
        assert!(ana.bodies_in(&room).await.contains(&"meanwhile".to_owned()));
        other.proxy.set(NetworkCondition::Normal);
        other.program.thaw();
    };
    future::join(posting, freezing).await;
    eventually("what froze is stored once", async || {
        matches!(there.tries_to_post(&room, &frozen_post).await.status, 200 | 201)
    })
    .await;
    eventually("both have it all", async || {
        let (here, there) = (ana.reads(&room).await, there.reads(&room).await);
        here == there && here.len() == 3
    })
    .await;
}
