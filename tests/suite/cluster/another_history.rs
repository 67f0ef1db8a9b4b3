//! A restored backup, a promoted standby: the last while has not happened, and nobody goes on as if it had.

use std::fs;
use std::net::SocketAddr;

use rocket::futures::future::join_all;
use rocket::tokio::join;
use tempfile::TempDir;

use super::instances::{Cluster, DATABASE};
use crate::fixtures::processes::{NetworkCondition, Postgres, Program, Settings};
use crate::fixtures::{Person, Post, Room, eventually};

/// What is still true afterwards: ana and bo are in the kitchen.
struct Truth {
    ana: Person<'static>,
    bo: Person<'static>,
    kitchen: Room,
}

/// What people and their browsers remember of the time that is lost: bo has gone to the hall, where cy is,
/// who has just signed up, and ana has a second browser.
struct Memories {
    hall: Room,
    cy: Person<'static>,
    second: Person<'static>,
    cursor: String,
    post: Post,
}

const BEFORE: [&str; 3] = ["one", "two", "three"];

impl Truth {
    async fn begins(address: SocketAddr) -> Self {
        let [ana, bo] = ["ana", "bo"].map(|name| Person::over_http(address, name));
        join!(ana.signs_up(), bo.signs_up());
        let kitchen = ana.creates("Kitchen").await;
        bo.joins(&kitchen).await;
        for body in BEFORE {
            ana.says(&kitchen, body).await;
        }
        Self { ana, bo, kitchen }
    }

    /// Time goes on, seen at all addresses.
    async fn goes_on(&self, addresses: &[SocketAddr]) -> Memories {
        let Self { ana, bo, kitchen } = self;
        let post = Post::new("lost");
        ana.tries_to_post(kitchen, &post).await.is(201);
        ana.says(kitchen, "lost, too").await;
        bo.leaves(kitchen).await;
        let hall = bo.creates("Hall").await;
        let cy = Person::over_http(addresses[0], "cy");
        cy.signs_up().await;
        cy.joins(&hall).await;
        let second = ana.in_a_second_browser().await;
        let cursor = ana.reads(kitchen).await.last().expect("a message").cursor();
        for address in addresses {
            eventually("the tail has it all", async || {
                let second = second.at_address(*address).polls(kitchen, &cursor).await;
                let cy = cy.at_address(*address).opens(&hall.path("/people")).await;
                // Memory takes bo for inside until the tail has read that he left.
                let bo = bo.at_address(*address).polls(kitchen, &cursor).await;
                let all = second.status == 204 && bo.status == 403;
                all && cy.status == 200 && cy.body.contains("cy")
            })
            .await;
        }
        Memories { hall, cy, second, cursor, post }
    }

    /// At that address nothing of the lost time is left.
    async fn is_shown(&self, address: SocketAddr, memories: &Memories) {
        let Self { ana, bo, kitchen } = self;
        let [ana, bo, cy, second] =
            [ana, bo, &memories.cy, &memories.second].map(|it| it.at_address(address));
        eventually("the cursor is sent back", async || {
            ana.polls(kitchen, &memories.cursor).await.status == 409
        })
        .await;
        ana.polls(kitchen, &memories.cursor).await.is_problem(409, "resync");
        eventually("who never logged in is not", async || {
            let (cy, second) =
                (cy.opens("/rooms/list").await.status, second.polls(kitchen, "0").await.status);
            (cy, second) == (401, 401)
        })
        .await;
        let page = ana.enters_page_of(kitchen).await;
        assert_eq!(page.messages().iter().map(|shown| shown.body.as_str()).collect::<Vec<_>>(), BEFORE);
        eventually("bo has never left", async || bo.polls(kitchen, "0").await.status == 200).await;
        eventually("polls tell the truth", async || ana.bodies_in(kitchen).await == BEFORE).await;
        eventually("the people are the true ones", async || {
            let people = ana.opens(&kitchen.path("/people")).await.body;
            people.contains("ana") && people.contains("bo")
        })
        .await;
        let rooms: Vec<String> = bo.list().await.rooms().into_iter().map(|room| room.name).collect();
        assert_eq!(rooms, ["Kitchen"]);
        bo.polls(&memories.hall, "0").await.is_problem(404, "no-such-room");
    }

    /// Numbers follow the true ones, and what was lost with its acknowledgement can be sent once more.
    async fn is_continued(&self, addresses: &[SocketAddr], memories: &Memories) {
        let Self { ana, bo, kitchen } = self;
        let (first, last) = (addresses[0], addresses[addresses.len() - 1]);
        assert_eq!(ana.at_address(last).says(kitchen, "four").await, 4);
        assert_eq!(bo.at_address(first).says(kitchen, "five").await, 5);
        // This number is taken again, by another message.
        for address in addresses {
            let poll = ana.at_address(*address).polls(kitchen, &memories.cursor).await;
            poll.is_problem(409, "resync");
        }
        ana.tries_to_post(kitchen, &memories.post).await.is(201);
        let expected = ["one", "two", "three", "four", "five", "lost"];
        for address in addresses {
            eventually("everybody reads the same", async || {
                bo.at_address(*address).bodies_in(kitchen).await == expected
            })
            .await;
        }
    }
}

#[rocket::async_test]
async fn a_restored_file() {
    let directory = TempDir::new().expect("a temporary directory");
    let (file, copy) = (directory.path().join("parlor.db"), directory.path().join("copy.db"));
    let settings = Settings::on(&format!("sqlite:{}", file.display()));
    let addresses = [settings.address()];
    let program = Program::start(&settings).await;
    let truth = Truth::begins(addresses[0]).await;
    assert!(program.stop().await.success());
    fs::copy(&file, &copy).expect("to copy the file");

    let program = Program::start(&settings).await;
    let memories = truth.goes_on(&addresses).await;
    assert!(program.stop().await.success());
    for beside in ["db-wal", "db-shm"] {
        assert!(!file.with_extension(beside).exists(), "a stop in good order leaves one file");
    }
    fs::copy(&copy, &file).expect("to restore the file");

    let program = Program::start(&settings).await;
    truth.is_shown(addresses[0], &memories).await;
    truth.is_continued(&addresses, &memories).await;
    program.has_not_complained();
}

#[rocket::async_test]
async fn a_database_restored_under_running_instances() {
    let cluster = Cluster::of(2).await;
    let truth = Truth::begins(cluster.addresses()[0]).await;
    away(&cluster, &[&format!("create database backup template {DATABASE}")]).await;
    eventually("all are back", async || {
        let polls = cluster
            .addresses()
            .map(async |address| truth.ana.at_address(address).opens("/rooms").await.status);
        join_all(polls).await == [200, 200]
    })
    .await;
    let memories = truth.goes_on(&cluster.addresses()).await;
    let swap = [
        format!("alter database {DATABASE} rename to lost"),
        format!("alter database backup rename to {DATABASE}"),
    ];
    away(&cluster, &swap.each_ref().map(String::as_str)).await;
    has_another_history(&cluster, &cluster.server, &truth, &memories).await;
}

/// Does this while no instance is connected.
async fn away(cluster: &Cluster, statements: &[&str]) {
    let set = |condition| cluster.instances.iter().for_each(|instance| instance.proxy.set(condition));
    set(NetworkCondition::Down);
    let of_this = format!("from pg_stat_activity where datname = '{DATABASE}'");
    cluster.server.execute(&format!("select pg_terminate_backend(pid, 5000) {of_this}")).await;
    for statement in statements {
        cluster.server.execute(statement).await;
    }
    set(NetworkCondition::Normal);
}

#[rocket::async_test]
async fn a_promoted_standby_that_lagged() {
    let cluster = Cluster::of(2).await;
    let truth = Truth::begins(cluster.addresses()[0]).await;
    let standby = cluster.server.standby().await;
    standby.loses_sight_of_its_primary().await;
    let memories = truth.goes_on(&cluster.addresses()).await;
    cluster.server.crash().await;
    standby.promote().await;
    moves_to(&cluster, &standby);
    has_another_history(&cluster, &standby, &truth, &memories).await;
}

/// All connections end, and new ones lead there: no instance ever finds the database away.
fn moves_to(cluster: &Cluster, server: &Postgres) {
    for instance in &cluster.instances {
        instance.proxy.set_target(server.address());
        instance.proxy.cut();
    }
}

async fn has_another_history(cluster: &Cluster, server: &Postgres, truth: &Truth, memories: &Memories) {
    let addresses = cluster.addresses();
    join!(truth.is_shown(addresses[0], memories), truth.is_shown(addresses[1], memories));
    for instance in &cluster.instances {
        let log = instance.program.log();
        assert!(log.contains("the database was restored or failed over"), "{log}");
    }
    truth.is_continued(&addresses, memories).await;
    let kept = format!("select body from entry where room_id = {} order by seq", truth.kitchen.id);
    assert_eq!(truth.ana.bodies_in(&truth.kitchen).await, server.query(DATABASE, &kept).await);
}

/// The lost time has left no entry in the event log, and the database was not away for a moment.
#[rocket::async_test]
async fn a_quick_change_of_which_the_house_log_tells_nothing() {
    let cluster = Cluster::of(2).await;
    let addresses = cluster.addresses();
    let ana = cluster.person("ana").await;
    let kitchen = ana.creates("Kitchen").await;
    ana.says(&kitchen, "one").await;
    let standby = cluster.server.standby().await;
    standby.loses_sight_of_its_primary().await;

    let bo = cluster.person("bo").await;
    ana.says(&kitchen, "lost").await;
    let cursor = ana.reads(&kitchen).await.last().expect("a message").cursor();
    for address in addresses {
        assert_eq!(bo.at_address(address).opens("/rooms/list").await.status, 200);
        eventually("the tail has it", async || {
            ana.at_address(address).polls(&kitchen, &cursor).await.status == 204
        })
        .await;
    }
    standby.promote().await;
    moves_to(&cluster, &standby);

    eventually("all are back", async || {
        let lists =
            addresses.iter().map(async |address| ana.at_address(*address).opens("/rooms").await.status);
        join_all(lists).await == [200, 200]
    })
    .await;
    // Whoever signs up now is given bo's number.
    let cy = cluster.person("cy").await;
    cy.joins(&kitchen).await;
    for address in addresses {
        let (ana, bo, cy) = (ana.at_address(address), bo.at_address(address), cy.at_address(address));
        eventually("the cursor is sent back", async || ana.polls(&kitchen, &cursor).await.status == 409)
            .await;
        eventually("cy is inside", async || cy.polls(&kitchen, "0").await.status == 200).await;
        eventually("bo is nobody", async || bo.polls(&kitchen, "0").await.status == 401).await;
        assert_eq!(cy.bodies_in(&kitchen).await, ["one"]);
    }
    assert_eq!(ana.says(&kitchen, "two").await, 2);
}

/// The primary is about to change, and for a while the address leads to one that is not it (yet, or any more).
#[rocket::async_test]
async fn a_detour_by_a_standby() {
    let cluster = Cluster::of(2).await;
    let ana = cluster.person("ana").await;
    let kitchen = ana.creates("Kitchen").await;
    ana.says(&kitchen, "one").await;
    let standby = cluster.server.standby().await;
    moves_to(&cluster, &standby);
    let post = Post::new("two");
    for address in cluster.addresses() {
        let ana = ana.at_address(address);
        eventually("what a standby says is not passed on", async || {
            ana.polls(&kitchen, "0").await.status == 503
        })
        .await;
        ana.tries_to_post(&kitchen, &post).await.is(503);
    }

    // No connection is cut: had one been made to the standby, it would be used for ever.
    for instance in &cluster.instances {
        instance.proxy.set_target(cluster.server.address());
    }
    for address in cluster.addresses() {
        let ana = ana.at_address(address);
        eventually("it is written here", async || ana.tries_to_post(&kitchen, &post).await.status < 300)
            .await;
        eventually("it is read here", async || ana.bodies_in(&kitchen).await == ["one", "two"]).await;
    }
}
