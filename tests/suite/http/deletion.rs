//! Deleting a room: its creator only; seen by all inside; the end of it.

use crate::fixtures::{Instance, Page, Person, Post, nonce};

on_both_engines![
    the_creator_is_asked_before_deleting,
    only_the_creator_deletes,
    deleting_needs_a_log_in,
    those_inside_hear_it_by_the_next_poll,
    the_room_leads_those_who_were_inside_to_the_list,
    who_deletes_a_room_need_not_be_told,
    who_deletes_a_room_from_outside_reads_that_it_is_gone,
    everybody_else_finds_that_it_is_gone,
    nothing_is_posted_to_a_deleted_room,
    what_was_written_at_the_end_is_not_lost,
    the_name_is_free_again,
    a_room_is_deleted_once,
    every_acknowledged_message_precedes_the_deletion,
];

async fn the_creator_is_asked_before_deleting(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let page = ana.opens(&room.path("/delete")).await.is(200).page();
    assert!(page.text().contains("Kitchen") && page.text().contains('2'), "{}", page.text());
    assert!(page.has_button("Delete") && page.find_form(&room.path("/delete")).is_some());
    ana.enters_page_of(&room).await;

    ana.deletes(&room).await;
    assert!(!bo.list().await.items().iter().any(|item| item.contains("Kitchen")));
}

async fn only_the_creator_deletes(instance: Instance) {
    let (ana, bo, cy) =
        (instance.person("ana").await, instance.person("bo").await, instance.person("cy").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    for other in [&bo, &cy] {
        other.opens(&room.path("/delete")).await.refuses(403);
        other.tries_to_delete(&room).await.refuses(403);
    }
    bo.enters_page_of(&room).await;
    ana.leaves(&room).await;
    ana.deletes(&room).await;
}

async fn deleting_needs_a_log_in(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let visitor = instance.visitor("ana");
    visitor.opens(&room.path("/delete")).await.refuses(401);
    visitor.tries_to_delete(&room).await.refuses(401);
    ana.enters_page_of(&room).await;
}

async fn those_inside_hear_it_by_the_next_poll(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.says(&room, "goodbye").await;
    bo.polls(&room, "0").await.is(200);
    ana.deletes(&room).await;
    for query in ["?after=0", "?after=1", "?before=1", "?after=99", "?after=x", "?before=x"] {
        let problem = bo.opens(&room.api(query)).await.is_problem(410, "room-deleted");
        assert_eq!(
            (problem["room"].as_str(), problem["by"].as_str()),
            (Some("Kitchen"), Some("ana")),
            "{query}"
        );
    }
}

async fn the_room_leads_those_who_were_inside_to_the_list(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.deletes(&room).await;
    bo.opens(&room.path("")).await.leads_to("/rooms");
    bo.list().await.calls_out(&["Kitchen", "ana"]);
    bo.dismisses().await;
    bo.opens(&room.path("")).await.is(410);
}

async fn who_deletes_a_room_need_not_be_told(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.deletes(&room).await;
    let list = ana.list().await;
    assert!(!list.text().contains("Kitchen") && !list.has_button("Dismiss"), "{}", list.text());
    // But another tab of hers may still show the room.
    ana.polls(&room, "0").await.is_problem(410, "room-deleted");
    ana.opens(&room.path("")).await.is(410).page().calls_out(&["Kitchen"]);
    ana.creates("Hall").await;
}

#[track_caller]
fn tells_of_the_deletion(list: &Page) {
    list.calls_out(&["Kitchen", "ana"]);
    assert!(list.find_form("/rooms").is_some(), "it is the list: {}", list.text());
}

async fn who_deletes_a_room_from_outside_reads_that_it_is_gone(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (room, stays) = (ana.creates("Kitchen").await, bo.creates("Attic").await);
    ana.leaves(&room).await;
    ana.deletes(&room).await;
    let list = format!("/rooms?deleted={}", room.id);
    let reads = async |person: &Person<'_>, list: &str| person.opens(list).await.is(200).page().text();
    assert!(reads(&ana, &list).await.contains("You deleted the room Kitchen."));
    for (person, list) in
        [(&bo, list), (&ana, format!("/rooms?deleted={}", stays.id)), (&ana, "/rooms?deleted=x".into())]
    {
        let text = reads(person, &list).await;
        assert!(!text.contains("You deleted"), "{} at {list}: {text}", person.name);
    }
}

async fn everybody_else_finds_that_it_is_gone(instance: Instance) {
    let (ana, cy) = (instance.person("ana").await, instance.person("cy").await);
    let room = ana.creates("Kitchen").await;
    ana.leaves(&room).await;
    ana.deletes(&room).await;
    tells_of_the_deletion(&cy.opens(&room.path("")).await.is(410).page());
    tells_of_the_deletion(&cy.tries_to_join(&room).await.is(410).page());
    tells_of_the_deletion(&cy.tries_to_say_by_form(&room, "hello").await.is(410).page());
    cy.polls(&room, "0").await.is_problem(410, "room-deleted");
    cy.leaves(&room).await;
    instance.visitor("dee").opens(&room.path("")).await.is(401);
    instance.visitor("dee").polls(&room, "0").await.is_problem(401, "logged-out");
}

async fn nothing_is_posted_to_a_deleted_room(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let said = Post::new("before the end");
    bo.tries_to_post(&room, &said).await.is(201);
    ana.deletes(&room).await;
    for person in [&ana, &bo] {
        let problem =
            person.tries_to_post(&room, &Post::new("too late")).await.is_problem(410, "room-deleted");
        assert_eq!((problem["room"].as_str(), problem["by"].as_str()), (Some("Kitchen"), Some("ana")));
    }
    bo.tries_to_post(&room, &said).await.is_problem(410, "room-deleted");
}

async fn what_was_written_at_the_end_is_not_lost(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.deletes(&room).await;
    let page = bo
        .sends(&room.path("/post"), &[("body", "my long thoughts"), ("nonce", &nonce())])
        .await
        .is(410)
        .page();
    assert!(page.boxes().contains(&"my long thoughts".to_owned()), "{}", page.text());
    page.calls_out(&["Kitchen", "ana"]);
}

async fn the_name_is_free_again(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "of the old one").await;
    bo.tries_to_create("Kitchen").await.is(409);
    ana.deletes(&room).await;
    let second = bo.creates("Kitchen").await;
    assert_ne!(second.id, room.id);
    assert_eq!(bo.bodies_in(&second).await, [""; 0]);
    assert_eq!(bo.says(&second, "of the new one").await, 1);
    bo.polls(&room, "0").await.is_problem(410, "room-deleted");
}

async fn a_room_is_deleted_once(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let phone = ana.in_a_second_browser().await;
    let (first, second) = rocket::tokio::join!(ana.tries_to_delete(&room), phone.tries_to_delete(&room));
    let list = format!("/rooms?deleted={}", room.id);
    for answer in [first, second] {
        answer.leads_to(&list);
    }
    // Whoever asks again has done it, and need not be told of a mistake; anybody else has not.
    ana.tries_to_delete(&room).await.leads_to(&list);
    ana.opens(&room.path("/delete")).await.refuses(410);
    bo.tries_to_delete(&room).await.refuses(410);
}

async fn every_acknowledged_message_precedes_the_deletion(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let posts: Vec<_> = (0..30).map(|n| Post::new(&format!("message {n}"))).collect();
    let posting = rocket::futures::future::join_all(posts.iter().map(|post| bo.tries_to_post(&room, post)));
    let (answers, ()) = rocket::tokio::join!(posting, ana.deletes(&room));
    let mut seqs = Vec::new();
    for answer in answers {
        if answer.status == 201 {
            seqs.push(answer.json()["seq"].as_u64().expect("a number"));
        } else {
            answer.is_problem(410, "room-deleted");
        }
    }
    seqs.sort_unstable();
    assert!(seqs.iter().copied().eq(1..=seqs.len() as u64), "not gapless: {seqs:?}");
    bo.tries_to_post(&room, &Post::new("after")).await.is_problem(410, "room-deleted");
}
