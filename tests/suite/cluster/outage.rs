//! What people meet while the database does not answer, and afterwards.

use crate::fixtures::{Database, Engine, Instance, Post, eventually};

#[rocket::async_test]
async fn people_are_told_to_wait_and_then_go_on() {
    let database = Database::create(Engine::Postgres).await;
    let instance = Instance::open(&database).await;
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "before").await;

    database.refuses_connections().await;
    for path in ["/rooms".to_owned(), room.path("")] {
        let answer = ana.opens(&path).await;
        assert!(
            answer.header("Retry-After").is_some_and(|seconds| seconds.parse::<u32>().is_ok()),
            "{answer:?}"
        );
        let page = answer.refuses(503);
        assert_eq!(page.link("Try again"), Some(path), "{}", page.text());
        assert!(page.link("Back to the rooms").is_some() && page.has_button("Log out"), "{}", page.text());
    }
    let page = ana.tries_to_say_by_form(&room, "by form").await.refuses(503);
    assert_eq!(page.link("Try again"), None, "would lose the words");
    assert!(page.text().contains("Go back in your browser"), "{}", page.text());
    let page = ana.sends(&room.path("/leave"), &[]).await.refuses(503);
    assert_eq!(page.link("Try again"), Some(room.path("")), "where the form stands");
    let page = ana.opens("//rooms").await.refuses(503);
    assert_eq!(page.link("Try again").as_deref(), Some("/rooms"), "two slashes are another host");
    let post = Post::new("during");
    let answer = ana.tries_to_post(&room, &post).await.is(503);
    assert!(answer.header("Retry-After").is_some(), "{answer:?}");
    assert_eq!(answer.kind(), "application/problem+json", "{answer:?}");
    eventually("a poll is not answered from stale memory", async || {
        ana.polls(&room, "0").await.status == 503
    })
    .await;

    database.allows_connections().await;
    eventually("the page is back", async || ana.opens(&room.path("")).await.status == 200).await;
    ana.tries_to_post(&room, &post).await.is(201);
    eventually("polls are back", async || ana.polls(&room, "0").await.status == 200).await;
    assert_eq!(ana.bodies_in(&room).await, ["before", "during"]);
    drop(ana);
    drop(instance);
    database.discard().await;
}
