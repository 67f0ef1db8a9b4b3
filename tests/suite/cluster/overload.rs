//! More people than can be served: those who cannot be are told at once, and the others notice nothing.

use std::time::{Duration, Instant};

use rocket::futures::future::{join, join_all};
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::instances::{Cluster, DATABASE};
use crate::fixtures::processes::NetworkCondition;
use crate::fixtures::{Person, Post, Room, eventually};

/// As many as `database_connections` says by default.
const CONNECTIONS: usize = 8;

/// More pages at once than can be made while anybody waits.
const CROWD: usize = 8 * CONNECTIONS;

/// Every connection is kept, but for a few on a machine that is slow itself.
#[rocket::async_test]
async fn overload_costs_no_connections() {
    let cluster = Cluster::of(1).await;
    let ana = cluster.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let proxy = &cluster.instances[0].proxy;
    let before = proxy.connections();
    proxy.set(NetworkCondition::Slow(Duration::from_millis(10)));
    let (mut made, mut refused) = (0, 0);
    for _ in 0..3 {
        let pages = join_all((0..CROWD).map(|_| ana.opens_page(&room))).await;
        made += pages.iter().filter(|status| **status == 200).count();
        refused += pages.iter().filter(|status| **status == 503).count();
    }
    proxy.set(NetworkCondition::Normal);
    let new = proxy.connections() - before;
    eprintln!("{made} pages, {refused} refused, {new} new connections");
    assert_eq!(made + refused, 3 * CROWD);
    assert!(new <= 2 * CONNECTIONS, "{new} new connections for {made} pages");
    assert!(made >= 2 * CONNECTIONS, "{made} of {} pages", made + refused);
    assert_eq!(ana.opens_page(&room).await, 200);
}

impl Person<'_> {
    async fn opens_page(&self, room: &Room) -> u16 {
        self.opens(&room.path("")).await.status
    }
}

/// Somebody else's transaction that holds the rows of all rooms, or a whole table.
struct Lock(PgConnection);

impl Lock {
    async fn on_all_rooms(cluster: &Cluster) -> Self {
        Self::by(cluster, "update room set last_seq = last_seq").await
    }

    /// Not even who reads them gets by.
    async fn on_all_messages(cluster: &Cluster) -> Self {
        Self::by(cluster, "lock table entry").await
    }

    async fn by(cluster: &Cluster, statement: &'static str) -> Self {
        let mut connection = PgConnection::connect(&cluster.server.url(DATABASE)).await.unwrap();
        sqlx::raw_sql("begin").execute(&mut connection).await.unwrap();
        sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        Self(connection)
    }

    async fn lets_go(mut self) {
        sqlx::raw_sql("rollback").execute(&mut self.0).await.unwrap();
        self.0.close().await.unwrap();
    }
}

/// How often PostgreSQL has given up waiting for a lock, or for the end of a statement.
fn given_up(cluster: &Cluster) -> usize {
    cluster.server.printed().iter().filter(|line| line.contains("canceling statement due to")).count()
}

#[rocket::async_test]
async fn a_locked_row_is_told_as_such_and_costs_no_connection() {
    let cluster = Cluster::of(1).await;
    let ana = cluster.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "before").await;
    let proxy = &cluster.instances[0].proxy;
    let before = proxy.connections();

    let lock = Lock::on_all_rooms(&cluster).await;
    let post = Post::new("during");
    ana.tries_to_post(&room, &post).await.is_problem(503, "unavailable");
    eventually("PostgreSQL says so", async || given_up(&cluster) > 0).await;
    assert_eq!(given_up(&cluster), 1, "it is not waited for again");
    let log = cluster.instances[0].program.log();
    assert!(log.contains("waited too long for a lock"), "{log}");
    assert!(!log.contains("no answer in time"), "{log}");
    assert!(log.contains("slow statement") && log.contains("update room set last_seq"), "{log}");

    lock.lets_go().await;
    ana.tries_to_post(&room, &post).await.is(201);
    ana.tries_to_post(&room, &post).await.is(200);
    assert_eq!(ana.bodies_in(&room).await, ["before", "during"]);
    assert_eq!(proxy.connections(), before);
}

/// A lock that is held on one room's row, or on many, holds up nobody else.
#[rocket::async_test]
async fn posts_that_wait_leave_room_for_pages() {
    let cluster = Cluster::of(1).await;
    let people: Vec<String> = (0..CONNECTIONS + 2).map(|n| format!("p{n}")).collect();
    let mut inside = Vec::new();
    for name in &people {
        let person = cluster.person(name).await;
        let room = person.creates(name).await;
        inside.push((person, room));
    }
    let lock = Lock::on_all_rooms(&cluster).await;
    // On a machine that stalls, they may have given up before the page was asked for.
    eventually("a page is answered while all posts wait", async || {
        let before = given_up(&cluster);
        let posting = join_all(inside.iter().map(async |(person, room)| {
            person.tries_to_post(room, &Post::new("hello")).await.is(503);
        }));
        let looking = async {
            let waiting = "select cast(pid as text) from pg_stat_activity where wait_event_type = 'Lock'";
            eventually("posts wait for the lock", async || {
                cluster.server.query(DATABASE, waiting).await.len() >= CONNECTIONS / 2
            })
            .await;
            inside[0].0.opens("/rooms").await.status == 200 && given_up(&cluster) == before
        };
        join(posting, looking).await.1
    })
    .await;
    lock.lets_go().await;
}

/// Also where memory knows who asks, and only not the answer.
#[rocket::async_test]
async fn polls_that_memory_cannot_answer_do_not_wait_behind_pages() {
    let cluster = Cluster::of(1).await;
    let ana = cluster.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "before").await;
    // Of another history, which only the database may say.
    let poll = async || ana.polls(&room, "1.0000000000000001").await;
    poll().await.is_problem(409, "resync");

    let lock = Lock::on_all_messages(&cluster).await;
    let log = || cluster.instances[0].program.log();
    eventually("some wait in vain", async || {
        let answers = join_all((0..CROWD).map(|_| poll())).await;
        assert!(answers.iter().all(|answer| answer.status == 503));
        log().contains("too many polls at once") || log().contains("too many pages at once")
    })
    .await;
    lock.lets_go().await;
    assert!(!log().contains("too many pages at once"), "{}", log());
    poll().await.is_problem(409, "resync");
}

/// They are answered while the lock is held, and whoever sends again has said it once.
#[rocket::async_test]
async fn many_posts_to_a_locked_room_are_answered_and_can_be_repeated() {
    let cluster = Cluster::of(1).await;
    let ana = cluster.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let posts: Vec<Post> = (0..800).map(|n| Post::new(&format!("hello {n}"))).collect();
    let lock = Lock::on_all_rooms(&cluster).await;
    let began = Instant::now();
    let answers = join_all(posts.iter().map(|post| ana.tries_to_post(&room, post))).await;
    for answer in answers {
        answer.is_problem(503, "unavailable");
    }
    eprintln!("800 posts to a locked room: answered after {:?} at most", began.elapsed());
    lock.lets_go().await;

    // Whoever sends again gets one number, the same however often.
    let mut first = Vec::new();
    for post in posts.iter().step_by(20) {
        let stored = async || matches!(ana.tries_to_post(&room, post).await.status, 200 | 201);
        eventually("it is stored", stored).await;
        let seq = async || ana.tries_to_post(&room, post).await.is(200).json()["seq"].as_u64();
        first.push(seq().await);
        assert_eq!(seq().await, first[first.len() - 1]);
    }
    first.sort_unstable();
    first.dedup();
    assert_eq!(first.len(), posts.len().div_ceil(20));
}

/// As firewalls and balancers have it, which forget a connection that was silent for a while.
#[rocket::async_test]
async fn connections_that_died_unseen_cost_nobody_an_answer() {
    let cluster = Cluster::of(1).await;
    let ana = cluster.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let proxy = &cluster.instances[0].proxy;
    proxy.set(NetworkCondition::Slow(Duration::from_millis(5)));
    join_all((0..2 * CONNECTIONS).map(|_| ana.opens_page(&room))).await;
    proxy.set(NetworkCondition::BlackHole);
    proxy.set(NetworkCondition::Normal);
    // So long one is trusted without a question.
    rocket::tokio::time::sleep(Duration::from_millis(1100)).await;
    let pages = join_all((0..CONNECTIONS).map(|_| ana.opens_page(&room))).await;
    assert_eq!(pages, [200; CONNECTIONS]);
}
