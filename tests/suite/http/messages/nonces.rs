//! A send repeated after a lost answer is the same message.

use rocket::futures::future::join_all;

use crate::fixtures::{Instance, Post};

on_both_engines![
    a_repeated_post_is_the_same_message,
    a_nonce_with_another_text_is_refused,
    a_repeat_is_known_by_what_was_sent_and_not_by_what_is_read,
    each_author_has_nonces_of_ones_own,
    each_room_has_nonces_of_its_own,
    the_nonce_lasts_as_long_as_the_message,
    a_post_repeated_after_leaving_is_still_acknowledged,
    a_post_repeated_from_another_browser_is_the_same,
    many_repetitions_at_once_are_one_message,
];

async fn a_repeated_post_is_the_same_message(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let post = Post::new("soup");
    let first = ana.tries_to_post(&room, &post).await.is(201).news();
    ana.says(&room, "more").await;
    let again = ana.tries_to_post(&room, &post).await.is(200).news();
    assert_eq!(again.seq, first.seq);
    assert_eq!(again.bodies(), ["soup", "more"], "what follows the cursor, as ever");
    assert_eq!(ana.bodies_in(&room).await, ["soup", "more"]);
}

async fn a_nonce_with_another_text_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let post = Post::new("soup");
    ana.tries_to_post(&room, &post).await.is(201);
    let other = Post { body: "stew".to_owned(), ..post.clone() };
    ana.tries_to_post(&room, &other).await.is_problem(409, "nonce-reused");
    ana.tries_to_post(&room, &post).await.is(200);
    assert_eq!(ana.bodies_in(&room).await, ["soup"]);
}

/// As if the message had been changed since, by the entry after it.
async fn a_repeat_is_known_by_what_was_sent_and_not_by_what_is_read(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let post = Post::new("soup");
    ana.tries_to_post(&room, &post).await.is(201);
    instance.executes_sql("update entry set body = 'stew', changed = 2").await;
    assert_eq!(ana.tries_to_post(&room, &post).await.is(200).news().seq, Some(1));
    let changed = Post { body: "stew".to_owned(), ..post };
    ana.tries_to_post(&room, &changed).await.is_problem(409, "nonce-reused");
    let now = ana.opens(&room.api("?before=2")).await.is(200).json();
    assert_eq!((&now["messages"][0]["body"], &now["messages"][0]["changed"]), (&"stew".into(), &2.into()));
}

async fn each_author_has_nonces_of_ones_own(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let post = Post::new("soup");
    ana.tries_to_post(&room, &post).await.is(201);
    let bos = bo.tries_to_post(&room, &post).await.is(201).news();
    assert_eq!(bos.seq, Some(2));
    assert_eq!(bos.messages.iter().map(|m| m.author.as_str()).collect::<Vec<_>>(), ["ana", "bo"]);
}

async fn each_room_has_nonces_of_its_own(instance: Instance) {
    let ana = instance.person("ana").await;
    let post = Post::new("soup");
    for name in ["Kitchen", "Hall"] {
        let room = ana.creates(name).await;
        assert_eq!(ana.tries_to_post(&room, &post).await.is(201).news().seq, Some(1));
        ana.leaves(&room).await;
    }
}

async fn the_nonce_lasts_as_long_as_the_message(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let post = Post::new("soup");
    ana.tries_to_post(&room, &post).await.is(201);
    ana.says_many(&room, 250).await;
    let again = ana.tries_to_post(&room, &Post { after: "250".to_owned(), ..post }).await.is(200).news();
    assert_eq!((again.seq, again.seqs()), (Some(1), vec![251]));
}

async fn a_post_repeated_after_leaving_is_still_acknowledged(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let post = Post::new("soup");
    bo.tries_to_post(&room, &post).await.is(201);
    bo.leaves(&room).await;
    ana.says(&room, "bo is gone, here is the secret").await;

    let again = bo.tries_to_post(&room, &post).await.is(200);
    assert_eq!(again.json()["seq"], 1);
    assert!(!again.body.contains("secret"), "and told nothing of what was said since: {again:?}");
    let other = Post { body: "stew".to_owned(), ..post.clone() };
    bo.tries_to_post(&room, &other).await.is_problem(409, "nonce-reused");
    bo.tries_to_post(&room, &Post::new("new")).await.is_problem(403, "not-a-member");
    bo.sends(&room.path("/post"), &[("body", "soup"), ("nonce", &post.nonce)]).await.leads_to(&room.path(""));
    assert_eq!(ana.reads(&room).await.len(), 2);
}

async fn a_post_repeated_from_another_browser_is_the_same(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let phone = ana.in_a_second_browser().await;
    let post = Post::new("soup");
    ana.tries_to_post(&room, &post).await.is(201);
    phone.tries_to_post(&room, &post).await.is(200);
    phone
        .sends(&room.path("/post"), &[("body", "soup"), ("nonce", &post.nonce)])
        .await
        .leads_to(&room.path(""));
    assert_eq!(ana.bodies_in(&room).await, ["soup"]);
}

async fn many_repetitions_at_once_are_one_message(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let post = Post::new("soup");
    let other = Post { body: "stew".to_owned(), ..post.clone() };
    let mut sending = Vec::new();
    for _ in 0..6 {
        sending.push(ana.tries_to_post(&room, &post));
        sending.push(bo.tries_to_post(&room, &post));
        sending.push(ana.tries_to_post(&room, &other));
    }
    let statuses: Vec<u16> = join_all(sending).await.into_iter().map(|answer| answer.status).collect();
    let count = |status| statuses.iter().filter(|&&s| s == status).count();
    assert_eq!((count(201), count(200), count(409)), (2, 10, 6), "{statuses:?}");
    let mut authors: Vec<_> = ana.reads(&room).await.into_iter().map(|message| message.author).collect();
    authors.sort();
    assert_eq!(authors, ["ana", "bo"]);
}
