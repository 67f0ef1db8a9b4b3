//! How much one account or one address may do in a time, and how much it may have.

use rocket::http::Method;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Instance, Person, Post};

on_both_engines![
    one_account_posts_so_fast_and_others_do_not_notice,
    a_form_that_comes_too_fast_keeps_what_was_typed,
    joining_is_limited_by_account,
    sign_ups_are_limited_by_network,
    what_was_mistyped_costs_nothing,
    requests_are_limited_by_network_whatever_they_ask_for,
    nobody_owns_more_rooms_than_they_may,
    nobody_has_more_sessions_than_they_may,
];

/// So many at once; the next after a minute, which no test takes.
fn at_once(burst: u32) -> Value {
    json!({"burst": burst, "per_minute": 1})
}

/// The same instance with one limit, and with clients who say which address they come from.
async fn limited(instance: Instance, limit: &str, value: impl serde::Serialize) -> Instance {
    let instance = instance.restart_with("ip_header", "X-Real-IP").await;
    let instance = instance.restart_with("parlor.trusted_proxies", ["0.0.0.0"]).await;
    instance.restart_with(&format!("parlor.limits.{limit}"), value).await
}

/// Claims that it says when to try again, in a minute at most.
#[track_caller]
fn says_when(answer: &Answer) {
    let seconds = answer.header("Retry-After").and_then(|seconds| seconds.parse().ok());
    assert!(matches!(seconds, Some(1..=60)), "{answer:?}");
}

async fn one_account_posts_so_fast_and_others_do_not_notice(instance: Instance) {
    let instance = limited(instance, "posts", at_once(3)).await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    for _ in 0..3 {
        ana.says(&room, "soup").await;
    }
    let refused = ana.tries_to_post(&room, &Post::new("one too many")).await;
    let problem = refused.is_problem(429, "too-many-requests");
    assert!(problem["detail"].as_str().unwrap().starts_with("You sent many messages"), "{problem}");
    says_when(&refused);
    let second = ana.in_a_second_browser().await;
    second.tries_to_post(&room, &Post::new("from elsewhere")).await.is_problem(429, "too-many-requests");
    bo.says(&room, "salt").await;
    assert_eq!(bo.bodies_in(&room).await, ["soup", "soup", "soup", "salt"]);
}

async fn a_form_that_comes_too_fast_keeps_what_was_typed(instance: Instance) {
    let instance = limited(instance, "posts", at_once(1)).await;
    let instance = instance.restart_with("parlor.limits.rooms", at_once(1)).await;
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.tries_to_say_by_form(&room, "soup").await.leads_to(&room.path(""));
    let refused = ana.tries_to_say_by_form(&room, "more soup").await.is(429);
    says_when(&refused);
    assert!(refused.body.contains("more soup</textarea>"), "{refused:?}");
    assert!(refused.body.contains("Please try again in"), "{refused:?}");

    ana.leaves(&room).await;
    let refused = ana.tries_to_create("Cellar").await.is(429);
    says_when(&refused);
    assert!(refused.body.contains(r#"value="Cellar""#), "{refused:?}");
    assert!(refused.body.contains("You created many rooms in a short time."), "{refused:?}");
    instance.person("bo").await.creates("Cellar").await;
}

async fn joining_is_limited_by_account(instance: Instance) {
    let instance = limited(instance, "joins", at_once(2)).await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.leaves(&room).await;
    bo.joins(&room).await;
    bo.leaves(&room).await;
    let refused = bo.tries_to_join(&room).await;
    says_when(&refused);
    assert!(refused.refuses(429).text().contains("You joined many rooms in a short time."));
    instance.person("cy").await.joins(&room).await;
}

async fn sign_ups_are_limited_by_network(instance: Instance) {
    let instance = limited(instance, "sign_ups", at_once(2)).await;
    let signs_up = async |name: &str, address: &str| {
        let person = instance.visitor(name);
        let form = [("username", name), ("password", Person::PASSWORD)];
        person.asks(Method::Post, "/accounts").header("X-Real-IP", address).form(&form).send().await
    };
    signs_up("ana", "2001:db8::1").await.is(303);
    signs_up("bo", "2001:db8::2").await.is(303);
    let refused = signs_up("cy", "2001:db8::3").await.is(429);
    says_when(&refused);
    assert!(refused.body.contains(r#"value="cy""#), "{refused:?}");
    assert!(refused.body.contains("Many accounts were created from your network"), "{refused:?}");
    signs_up("cy", "2001:db8:0:1::1").await.is(303);
    signs_up("di", "198.51.100.7").await.is(303);
}

async fn what_was_mistyped_costs_nothing(instance: Instance) {
    let instance = limited(instance, "sign_ups", at_once(2)).await;
    let instance = instance.restart_with("parlor.limits.rooms", at_once(1)).await;
    let instance = instance.restart_with("parlor.limits.posts", at_once(1)).await;
    let ana = instance.person("ana").await;
    for _ in 0..3 {
        instance.visitor("ana").tries_to_sign_up().await.is(409);
        ana.tries_to_create("").await.is(422);
    }
    let room = ana.creates("Kitchen").await;
    for _ in 0..3 {
        ana.tries_to_say_by_form(&room, "").await.is(422);
        ana.tries_to_post(&room, &Post::new("")).await.is_problem(422, "invalid");
    }
    ana.says(&room, "soup").await;
    instance.person("bo").await;
}

async fn requests_are_limited_by_network_whatever_they_ask_for(instance: Instance) {
    let instance = limited(instance, "requests", at_once(40)).await;
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let from = async |address: &str, path: &str| {
        ana.asks(Method::Get, path).header("X-Real-IP", address).send().await
    };
    for _ in 0..40 {
        from("203.0.113.7", &room.api("?after=0")).await.says_nothing();
    }
    let before = instance.checkouts();
    from("203.0.113.7", &room.api("?after=0")).await.is_problem(429, "too-many-requests");
    for path in ["/rooms", "/", "/static/nothing.css", "/nowhere"] {
        let refused = from("203.0.113.7", path).await;
        says_when(&refused);
        assert!(refused.refuses(429).text().contains("Too many requests came from your network."));
    }
    from("203.0.113.7", "/api/nowhere").await.is_problem(429, "too-many-requests");
    assert_eq!(instance.checkouts(), before, "nobody is looked up");
    from("203.0.113.8", "/rooms").await.is(200);
    ana.says(&room, "soup").await;
}

async fn nobody_owns_more_rooms_than_they_may(instance: Instance) {
    let instance = limited(instance, "rooms_per_owner", 2).await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let mut rooms = Vec::new();
    for name in ["Kitchen", "Cellar"] {
        let room = ana.creates(name).await;
        ana.leaves(&room).await;
        rooms.push(room);
    }
    let refused = ana.tries_to_create("Attic").await.is(409);
    assert!(refused.body.contains("You have created 2 rooms, as many as one person may."), "{refused:?}");
    assert!(refused.body.contains(r#"value="Attic""#), "{refused:?}");
    let attic = bo.creates("Attic").await;
    bo.deletes(&attic).await;
    ana.deletes(&rooms[0]).await;
    ana.creates("Attic").await;
}

async fn nobody_has_more_sessions_than_they_may(instance: Instance) {
    let instance = limited(instance, "sessions_per_account", 2).await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let second = ana.in_a_second_browser().await;
    // Memory knows both.
    ana.polls(&room, "0").await.says_nothing();
    second.polls(&room, "0").await.says_nothing();
    let third = ana.in_a_second_browser().await;
    ana.polls(&room, "0").await.is_problem(401, "logged-out");
    ana.opens("/rooms").await.is(401);
    for still in [&second, &third] {
        still.polls(&room, "0").await.says_nothing();
    }
    assert_eq!(instance.query_number("select count(*) from session").await, 3, "bo has one");
    bo.opens("/rooms").await.is(200);
}
