//! `POST /api/rooms/<id>/messages`: what a post brings back, and who may not send one.

use serde_json::json;

use crate::fixtures::{Instance, Post, Room, nonce};

on_both_engines![
    a_post_answers_with_what_follows_the_cursor,
    a_post_shows_what_others_said_before_it,
    a_post_needs_a_log_in,
    a_stranger_cannot_post,
    where_one_may_not_post_comes_before_what_is_wrong_with_it,
    a_room_that_never_was_is_not_found,
    a_cursor_from_elsewhere_never_loses_a_post,
    a_text_comes_in_the_same_parts_whoever_answers,
];

async fn a_post_answers_with_what_follows_the_cursor(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let first = ana.tries_to_post(&room, &Post::new("one")).await.is(201).news();
    assert_eq!((first.seq, first.bodies(), first.more), (Some(1), vec!["one"], false));
    assert_eq!(first.messages[0].author, "ana");
    assert!(first.people.is_some());
    let second = ana.tries_to_post(&room, &Post::new("two").after(&first.cursor())).await.is(201).news();
    assert_eq!((second.seq, second.bodies()), (Some(2), vec!["two"]));
    let without =
        ana.sends_json(&room.api(""), &json!({"body": "three", "nonce": nonce()})).await.is(201).news();
    assert_eq!(without.bodies(), ["one", "two", "three"], "no cursor is the start");
}

async fn a_post_shows_what_others_said_before_it(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.says(&room, "one").await;
    bo.says(&room, "two").await;
    let news = ana.tries_to_post(&room, &Post::new("three").after("1")).await.is(201).news();
    assert_eq!((news.seq, news.bodies()), (Some(3), vec!["two", "three"]));
}

async fn a_post_needs_a_log_in(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let visitor = ana.without_cookies();
    visitor.tries_to_post(&room, &Post::new("soup")).await.is_problem(401, "logged-out");
    // Whoever is not logged in is told so first, whatever else is wrong.
    visitor.sends_json(&room.api(""), &json!([])).await.is_problem(401, "logged-out");
    visitor.tries_to_post(&room, &Post::new("")).await.is_problem(401, "logged-out");
    visitor.tries_to_post(&room, &Post::new("soup").after("x")).await.is_problem(401, "logged-out");
    ana.polls(&room, "0").await.says_nothing();
}

async fn a_stranger_cannot_post(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let problem = bo.tries_to_post(&room, &Post::new("soup")).await.is_problem(403, "not-a-member");
    assert!(problem["inside"].is_null(), "{problem}");
    let hall = bo.creates("Hall").await;
    let problem = bo.tries_to_post(&room, &Post::new("soup")).await.is_problem(403, "not-a-member");
    assert_eq!(problem["inside"], json!({"id": hall.id, "name": "Hall"}));
    ana.polls(&room, "0").await.says_nothing();
}

async fn where_one_may_not_post_comes_before_what_is_wrong_with_it(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let gone = ana.creates("Attic").await;
    ana.deletes(&gone).await;
    let room = ana.creates("Kitchen").await;
    let unknown = Room { id: room.id + 1, name: String::new() };
    for wrong in
        [Post::new(""), Post::new("soup").after("x"), Post { nonce: String::new(), ..Post::new("soup") }]
    {
        ana.tries_to_post(&room, &wrong).await.is_problem(422, "invalid");
        bo.tries_to_post(&room, &wrong).await.is_problem(403, "not-a-member");
        bo.tries_to_post(&gone, &wrong).await.is_problem(410, "room-deleted");
        bo.tries_to_post(&unknown, &wrong).await.is_problem(404, "no-such-room");
    }
    bo.tries_to_say_by_form(&room, "").await.is(403);
    bo.tries_to_say_by_form(&gone, "").await.is(410);
    bo.tries_to_say_by_form(&unknown, "").await.is(404);
}

async fn a_room_that_never_was_is_not_found(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let unknown = Room { id: room.id + 1, name: String::new() };
    ana.tries_to_post(&unknown, &Post::new("soup")).await.is_problem(404, "no-such-room");
    ana.polls(&unknown, "0").await.is_problem(404, "no-such-room");
    for id in ["0", "-1", "x", "1x", "9223372036854775808", "%00"] {
        let uri = format!("/api/rooms/{id}/messages");
        let answers =
            [ana.opens(&uri).await, ana.sends_json(&uri, &json!({"body": "b", "nonce": "n"})).await];
        for answer in answers {
            assert_eq!((answer.status, answer.kind()), (404, "application/problem+json"), "{answer:?}");
        }
    }
}

async fn a_cursor_from_elsewhere_never_loses_a_post(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "one").await;
    for after in ["99", "1.0123456789abcdef", "99.0123456789abcdef"] {
        let before = ana.reads(&room).await.len();
        let post = Post::new("two").after(after);
        let stored = match ana.tries_to_post(&room, &post).await {
            answer if answer.status == 201 => true,
            answer => answer.is_problem(409, "resync").is_null(),
        };
        let after = ana.reads(&room).await.len();
        assert_eq!(after - before, usize::from(stored), "an error for a stored post, or the reverse");
    }
}

async fn a_text_comes_in_the_same_parts_whoever_answers(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "soup").await;
    let body = "see “Https://ü.example/Mercury_(planet)”。";
    let link = json!({"link": "https://xn--tda.example/Mercury_(planet)", "text": "Https://ü.example/Mercury_(planet)"});
    let post = json!({"body": body, "nonce": nonce()});
    let posted = ana.sends_json(&room.api("?after=1"), &post).await.is(201).json();
    let [polled, earlier] =
        [ana.polls(&room, "1").await.is(200).json(), ana.opens(&room.api("?before=3")).await.is(200).json()];
    let page = ana.enters_page_of(&room).await;
    // An instance that has just started asks the database.
    let cookies = ana.cookies();
    let instance = instance.restart().await;
    let ana = instance.visitor("ana");
    ana.carries(cookies);
    let stored = ana.polls(&room, "1").await.is(200).json();
    let answers =
        [&posted["messages"][0], &polled["messages"][0], &earlier["messages"][1], &stored["messages"][0]];
    for message in answers {
        assert_eq!((&message["body"], &message["parts"]), (&json!(body), &json!(["see “", link, "”。"])));
    }
    assert!(earlier["messages"][0].get("parts").is_none(), "plain text has no parts: {earlier}");
    assert_eq!(page.messages()[1].body, body);
    assert_eq!(page.links_in_log()[0].0, link["link"]);
}
