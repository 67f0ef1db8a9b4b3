//! What a poll costs when nothing happens.

use crate::fixtures::{Instance, eventually};

on_both_engines!(
    an_idle_poll_runs_no_sql,
    news_are_told_without_sql,
    the_list_is_told_without_sql,
    a_page_asks_the_database
);

/// How often everybody polls here.
const ROUNDS: usize = 20;

async fn an_idle_poll_runs_no_sql(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "hello").await;
    let news = ana.sees_after(&room, "0").await;
    let people = news.people.clone().expect("the version of the people");
    let query = format!("?after={}&people={people}", news.cursor());
    let list = format!("/rooms/list?after={}", bo.list().await.version());

    // A machine that stalls for two seconds makes memory too old to answer from; then it is tried again.
    eventually("twenty polls of a room and of the list without a checkout to the database", async || {
        let before = instance.checkouts();
        for _ in 0..ROUNDS {
            ana.opens(&room.api(&query)).await.is(204);
            bo.opens(&list).await.is(204);
        }
        instance.checkouts() == before
    })
    .await;
}

async fn news_are_told_without_sql(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for word in ["one", "two", "three"] {
        ana.says(&room, word).await;
    }
    eventually("new messages from memory", async || {
        let before = instance.checkouts();
        let heard = ana.sees_after(&room, "1").await.messages.len();
        heard == 2 && instance.checkouts() == before
    })
    .await;
}

async fn the_list_is_told_without_sql(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let version = bo.list().await.version();
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "soup").await;
    let list = format!("/rooms/list?after={version}");
    eventually("the new list from memory", async || {
        let before = instance.checkouts();
        bo.opens(&list).await.is(200);
        instance.checkouts() == before
    })
    .await;
}

async fn a_page_asks_the_database(instance: Instance) {
    let ana = instance.person("ana").await;
    let before = instance.checkouts();
    ana.opens("/rooms").await.is(200);
    assert!(instance.checkouts() > before);
}
