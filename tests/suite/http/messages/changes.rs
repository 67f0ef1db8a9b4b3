//! `POST /api/rooms/<id>/messages/<seq>/edit` and `/delete`: what was said is corrected, or gone.

use rocket::futures::future::join_all;
use serde_json::json;

use crate::fixtures::{Change, Instance, Message, Person, Post, Room};

on_both_engines![
    an_edit_is_answered_like_a_post_and_read_by_everybody,
    a_deletion_is_answered_like_a_post_and_read_by_everybody,
    a_deleted_text_is_in_no_answer,
    authors_edit_their_own_and_the_owner_of_the_room_deletes_any,
    refusals_come_in_their_order,
    what_is_no_message_is_not_found,
    another_message_of_the_number_is_not_changed,
    a_deleted_message_stays_deleted,
    a_change_with_the_same_nonce_is_the_same_change,
    a_message_sent_again_after_its_deletion_stays_deleted,
    changes_sent_at_once_are_all_made,
    a_change_after_leaving_is_acknowledged_only_if_it_was_made_before,
    changes_are_limited_like_messages,
];

/// Ana's room, with bo and cy inside: ana said *one*, bo said *two*.
async fn talk(instance: &Instance) -> (Room, [Person<'_>; 3]) {
    let people = [instance.person("ana").await, instance.person("bo").await, instance.person("cy").await];
    let [ana, bo, cy] = &people;
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    cy.joins(&room).await;
    ana.says(&room, "one").await;
    bo.says(&room, "two").await;
    (room, people)
}

/// The messages as they read now, by `?before=`.
async fn reads_history(person: &Person<'_>, room: &Room) -> Vec<Message> {
    person.opens(&room.api("?before=1000")).await.is(200).news().messages
}

async fn an_edit_is_answered_like_a_post_and_read_by_everybody(instance: Instance) {
    let (room, [ana, bo, _]) = talk(&instance).await;
    let edit = Change::edit(1, "`uno`").after("2");
    let answer = ana.tries_to_change(&room, &edit).await.is(201);
    let change = &answer.json()["messages"][0];
    assert_eq!(
        (&change["kind"], &change["about"], &change["by"]),
        (&json!("edited"), &json!(1), &json!("ana"))
    );
    assert_eq!(change["parts"][0]["code"], "span", "cut by the server, as messages are: {change}");
    let news = answer.news();
    assert_eq!((news.seq, news.seqs(), news.more), (Some(3), vec![3], false));
    assert!(news.people.is_some());
    assert_eq!(bo.sees_after(&room, "2").await.messages, news.messages);

    let all = bo.reads(&room).await;
    assert_eq!(all.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((all[0].body.as_str(), all[0].changed), ("`uno`", Some(3)), "a message reads as now");
    assert_eq!((all[1].changed, all[2].change.clone()), (None, Some(("edited".to_owned(), 1))));
    assert_eq!(reads_history(&bo, &room).await, all[..2], "history has no changes");
    let page = bo.enters_page_of(&room).await;
    assert_eq!((page.messages()[0].body.as_str(), page.span()), ("uno", (1, 3)));
    assert!(page.log().unwrap().text().contains("edited "), "{}", page.text());
    assert_eq!(page.cursor(), all[2].cursor());
    // An instance that has just started knows nothing of the room yet.
    let cookies = bo.cookies();
    let instance = instance.restart().await;
    let bo = instance.visitor("bo");
    bo.carries(cookies);
    assert_eq!(bo.reads(&room).await, all);
}

async fn a_deletion_is_answered_like_a_post_and_read_by_everybody(instance: Instance) {
    let (room, [ana, bo, cy]) = talk(&instance).await;
    let news = ana.tries_to_change(&room, &Change::deletion(2).after("2")).await.is(201).news();
    assert_eq!((news.seq, news.seqs()), (Some(3), vec![3]));
    assert_eq!(news.messages[0].change, Some(("deleted".to_owned(), 2)));
    for person in [&ana, &bo, &cy] {
        let history = reads_history(person, &room).await;
        let deleted =
            (history[1].body.as_str(), history[1].author.as_str(), history[1].deleted_by.as_deref());
        assert_eq!(deleted, ("", "bo", Some("ana")));
        assert_eq!((history[1].changed, history[0].deleted_by.as_deref()), (Some(3), None));
        let page = person.enters_page_of(&room).await;
        assert_eq!(page.messages()[1].body, "deleted by ana");
        let menus = page.buttons_named("Actions for this message");
        assert_eq!(menus, 1, "a deleted message has none");
    }
}

/// Whatever shows what was said in the room, whoever answers.
async fn everything_shown(person: &Person<'_>, room: &Room) -> Vec<String> {
    let paths = [
        room.path(""),
        room.path("?at=1"),
        room.path("?from=1"),
        room.path("?before=9"),
        room.path("/messages/1"),
        room.path("/messages/1/edit"),
        room.path("/messages/1/delete"),
        room.path("/export.html"),
        room.path("/export.jsonl"),
        room.api("?after=0"),
        room.api("?before=9"),
        room.api("?from=1"),
    ];
    let mut shown = Vec::new();
    for path in paths {
        shown.push(person.opens(&path).await.body);
    }
    shown
}

async fn a_deleted_text_is_in_no_answer(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "the secret soup").await;
    ana.changes(&room, &Change::edit(1, "the secret stew")).await;
    let shown = everything_shown(&ana, &room).await;
    assert!(shown.iter().all(|body| body.contains("secret")), "{shown:?}");
    ana.changes(&room, &Change::deletion(1)).await;
    let cookies = ana.cookies();
    let shown = everything_shown(&ana, &room).await;
    assert!(!shown.iter().any(|body| body.contains("secret")), "{shown:?}");
    let edit = &ana.reads(&room).await[1];
    assert_eq!((edit.seq, edit.body.as_str()), (2, ""), "nothing is left out: there is no gap");
    // Nor does the database tell it to an instance that starts.
    let instance = instance.restart().await;
    let ana = instance.visitor("ana");
    ana.carries(cookies);
    let shown = everything_shown(&ana, &room).await;
    assert!(!shown.iter().any(|body| body.contains("secret")), "{shown:?}");
    let rows = "select count(*) from entry where body like '%secret%'";
    assert_eq!(instance.query_number(rows).await, 0, "nor is it in the table");
}

async fn authors_edit_their_own_and_the_owner_of_the_room_deletes_any(instance: Instance) {
    let (room, [ana, bo, cy]) = talk(&instance).await;
    ana.tries_to_change(&room, &Change::edit(2, "x")).await.is_problem(403, "not-yours");
    cy.tries_to_change(&room, &Change::edit(2, "x")).await.is_problem(403, "not-yours");
    cy.tries_to_change(&room, &Change::deletion(2)).await.is_problem(403, "not-yours");
    bo.tries_to_change(&room, &Change::deletion(1)).await.is_problem(403, "not-yours");
    assert_eq!(cy.bodies_in(&room).await, ["one", "two"]);
    bo.changes(&room, &Change::edit(2, "zwei")).await;
    ana.changes(&room, &Change::deletion(2)).await;
    ana.changes(&room, &Change::edit(1, "eins")).await;
    let cys = cy.says(&room, "three").await;
    cy.changes(&room, &Change::deletion(cys)).await;
    let history = reads_history(&cy, &room).await;
    let bodies: Vec<_> = history.iter().map(|it| (it.body.as_str(), it.deleted_by.as_deref())).collect();
    assert_eq!(bodies, [("eins", None), ("", Some("ana")), ("", Some("cy"))]);
}

async fn refusals_come_in_their_order(instance: Instance) {
    let (room, [ana, bo, cy]) = talk(&instance).await;
    ana.changes(&room, &Change::deletion(1)).await;
    let (visitor, stranger) = (ana.without_cookies(), instance.person("di").await);
    let gone = stranger.creates("Attic").await;
    stranger.deletes(&gone).await;
    let hall = stranger.creates("Hall").await;
    let unknown = Room { id: hall.id + 1, name: String::new() };
    let wrong = |about| {
        let changes = [
            Change::edit(about, ""),
            Change::edit(about, "x").after("x"),
            Change::deletion(about).after("x"),
        ];
        let without_nonce = [Change::edit(about, "x"), Change::deletion(about)]
            .map(|it| Change { nonce: String::new(), ..it });
        changes.into_iter().chain(without_nonce)
    };
    let right = |about| [Change::edit(about, "x"), Change::deletion(about)].into_iter();
    for change in right(1).chain(wrong(1)) {
        visitor.tries_to_change(&gone, &change).await.is_problem(401, "logged-out");
        stranger.tries_to_change(&gone, &change).await.is_problem(410, "room-deleted");
        stranger.tries_to_change(&unknown, &change).await.is_problem(404, "no-such-room");
        let problem = stranger.tries_to_change(&room, &change).await.is_problem(403, "not-a-member");
        assert_eq!(problem["inside"]["name"], "Hall");
        bo.tries_to_change(&room, &change).await.is_problem(403, "not-yours");
        ana.tries_to_change(&room, &change).await.is_problem(409, "message-deleted");
    }
    for change in right(99).chain(wrong(99)) {
        stranger.tries_to_change(&room, &change).await.is_problem(403, "not-a-member");
        ana.tries_to_change(&room, &change).await.is_problem(404, "no-such-message");
    }
    for change in wrong(2) {
        cy.tries_to_change(&room, &change).await.is_problem(403, "not-yours");
        bo.tries_to_change(&room, &change).await.is_problem(422, "invalid");
    }
    let uri = room.api("/2/edit");
    bo.sends_json(&uri, &json!({"nonce": "n"})).await.is_problem(422, "invalid");
    bo.sends_json(&uri, &json!([])).await.is_problem(422, "invalid");
    cy.sends_json(&uri, &json!([])).await.is_problem(403, "not-yours");
    assert_eq!(ana.reads(&room).await.len(), 3, "nothing came of all that");
}

async fn what_is_no_message_is_not_found(instance: Instance) {
    let (room, [ana, ..]) = talk(&instance).await;
    let change = ana.changes(&room, &Change::edit(1, "uno")).await;
    for about in [change, change + 1, 0] {
        for change in [Change::edit(about, "x"), Change::deletion(about)] {
            ana.tries_to_change(&room, &change).await.is_problem(404, "no-such-message");
        }
    }
    for about in ["-1", "+1", "x", "1x", "%31", "9223372036854775808", "%00", "%ff"] {
        for what in ["edit", "delete"] {
            let uri = room.api(&format!("/{about}/{what}"));
            let answer = ana.sends_json(&uri, &json!({"body": "b", "nonce": "n"})).await;
            assert_eq!((answer.status, answer.kind()), (404, "application/problem+json"), "{answer:?}");
        }
    }
    assert_eq!(ana.reads(&room).await.len(), 3);
}

/// As after a backup was restored, in the place of a longer log.
async fn another_message_of_the_number_is_not_changed(instance: Instance) {
    let (room, [ana, ..]) = talk(&instance).await;
    let history = ana.opens(&room.api("?before=1000")).await.is(200).json();
    let sent_at = history["messages"][0]["sent_at"].as_str().expect("an instant").to_owned();
    let another = Some("2026-01-01T00:00:00.000Z".to_owned());
    for change in [Change::edit(1, "uno"), Change::deletion(1)] {
        let change = Change { sent_at: another.clone(), ..change };
        ana.tries_to_change(&room, &change).await.is_problem(404, "no-such-message");
        ana.tries_to_change_by_form(&room, &change).await.is(404);
    }
    assert_eq!(reads_history(&ana, &room).await[0].changed, None);
    for change in [Change::edit(1, "uno"), Change::deletion(1)] {
        ana.changes(&room, &Change { sent_at: Some(sent_at.clone()), ..change }).await;
    }
    let page = ana.opens(&room.path("/messages/2/delete")).await.is(200).page();
    let form = page.form(&room.path("/messages/2/delete"));
    assert_eq!(form.hidden("sent_at"), history["messages"][1]["sent_at"].as_str().expect("an instant"));
}

async fn a_deleted_message_stays_deleted(instance: Instance) {
    let (room, [ana, bo, _]) = talk(&instance).await;
    bo.changes(&room, &Change::deletion(2)).await;
    for person in [&ana, &bo] {
        // Not 410, on which pages leave the room.
        let problem =
            person.tries_to_change(&room, &Change::deletion(2)).await.is_problem(409, "message-deleted");
        assert_eq!(problem["detail"], "This message was deleted.");
    }
    bo.tries_to_change(&room, &Change::edit(2, "back")).await.is_problem(409, "message-deleted");
    assert_eq!(bo.reads(&room).await.len(), 3);
}

async fn a_change_with_the_same_nonce_is_the_same_change(instance: Instance) {
    let (room, [ana, bo, _]) = talk(&instance).await;
    ana.says(&room, "three").await;
    let edit = Change::edit(1, "uno");
    let seq = ana.changes(&room, &edit).await;
    assert_eq!(ana.tries_to_change(&room, &edit).await.is(200).news().seq, Some(seq));
    let others = [
        Change { body: Some("due".to_owned()), ..edit.clone() },
        Change { about: 3, ..edit.clone() },
        Change { body: None, ..edit.clone() },
    ];
    for other in &others {
        ana.tries_to_change(&room, other).await.is_problem(409, "nonce-reused");
    }
    let message = Post { nonce: edit.nonce.clone(), ..Post::new("uno") };
    ana.tries_to_post(&room, &message).await.is_problem(409, "nonce-reused");
    ana.changes(&room, &Change::edit(1, "ein")).await;
    // Of what was superseded there is no digest: it is known by its nonce alone.
    for again in [&edit, &others[0]] {
        assert_eq!(ana.tries_to_change(&room, again).await.is(200).news().seq, Some(seq));
    }
    assert_eq!(reads_history(&bo, &room).await[0].body, "ein", "a repetition changes nothing");

    let deletion = Change::deletion(3);
    let seq = ana.changes(&room, &deletion).await;
    assert_eq!(ana.tries_to_change(&room, &deletion).await.is(200).news().seq, Some(seq));
    // Nonces are each author's own.
    let bos = Change { about: 2, ..deletion };
    bo.changes(&room, &bos).await;
    assert_eq!(bo.reads(&room).await.len(), 7);
}

async fn a_message_sent_again_after_its_deletion_stays_deleted(instance: Instance) {
    let (room, [ana, bo, _]) = talk(&instance).await;
    let post = Post::new("soup");
    let seq = bo.tries_to_post(&room, &post).await.is(201).news().seq.unwrap();
    let edit = Change::edit(seq, "stew");
    let edited = bo.changes(&room, &edit).await;
    ana.changes(&room, &Change::deletion(seq)).await;
    for body in ["soup", "stew", "bread"] {
        let again = Post { body: body.to_owned(), ..post.clone() };
        assert_eq!(bo.tries_to_post(&room, &again).await.is(200).news().seq, Some(seq), "{body}");
    }
    assert_eq!(bo.tries_to_change(&room, &edit).await.is(200).news().seq, Some(edited));
    let history = reads_history(&bo, &room).await;
    assert_eq!(
        (history.len(), history[2].body.as_str(), history[2].deleted_by.as_deref()),
        (3, "", Some("ana"))
    );
}

async fn changes_sent_at_once_are_all_made(instance: Instance) {
    let (room, [ana, bo, _]) = talk(&instance).await;
    let edits: Vec<_> = (0..10).map(|n| Change::edit(1, &format!("one, {n}"))).collect();
    let deletions = [Change::deletion(2), Change::deletion(2)];
    let editing = join_all(edits.iter().map(|edit| ana.tries_to_change(&room, edit)));
    let deleting = join_all(deletions.iter().map(|deletion| bo.tries_to_change(&room, deletion)));
    let (edited, deleted) = rocket::futures::future::join(editing, deleting).await;
    assert!(edited.iter().all(|answer| answer.status == 201));
    let mut statuses: Vec<_> = deleted.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "one of them was first");
    let entries = ana.reads(&room).await;
    assert_eq!(entries.len(), 2 + 10 + 1);
    let last = entries.iter().rfind(|entry| entry.change.as_ref().is_some_and(|(_, about)| *about == 1));
    let last = last.expect("an edit");
    assert_eq!((&entries[0].body, entries[0].changed), (&last.body, Some(last.seq)));
    assert_eq!(reads_history(&bo, &room).await, entries[..2]);
}

async fn a_change_after_leaving_is_acknowledged_only_if_it_was_made_before(instance: Instance) {
    let (room, [ana, bo, _]) = talk(&instance).await;
    let edit = Change::edit(2, "zwei");
    let seq = bo.changes(&room, &edit).await;
    bo.leaves(&room).await;
    ana.says(&room, "bo is gone, here is the secret").await;
    let again = bo.tries_to_change(&room, &edit).await.is(200);
    assert_eq!(again.json()["seq"], seq);
    assert!(!again.body.contains("secret"), "{again:?}");
    bo.tries_to_change(&room, &Change::edit(2, "due")).await.is_problem(403, "not-a-member");
    bo.tries_to_change(&room, &Change::deletion(2)).await.is_problem(403, "not-a-member");
    bo.joins(&room).await;
    bo.changes(&room, &Change::edit(2, "due")).await;
    // Who made the room deletes what is in it only from inside.
    ana.leaves(&room).await;
    ana.tries_to_change(&room, &Change::deletion(2)).await.is_problem(403, "not-a-member");
}

async fn changes_are_limited_like_messages(instance: Instance) {
    let limit = json!({"burst": 3, "per_minute": 1});
    let instance = instance.restart_with("parlor.limits.posts", limit).await;
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "one").await;
    ana.tries_to_change(&room, &Change::edit(1, "")).await.is_problem(422, "invalid");
    ana.changes(&room, &Change::edit(1, "uno")).await;
    ana.tries_to_change_by_form(&room, &Change::edit(1, "due")).await.leads_to(&room.path("?at=1#m1"));
    for change in [Change::edit(1, "tre"), Change::deletion(1)] {
        let refused = ana.tries_to_change(&room, &change).await;
        refused.is_problem(429, "too-many-requests");
        assert!(refused.header("Retry-After").is_some(), "{refused:?}");
        let refused = ana.tries_to_change_by_form(&room, &change).await.is(429);
        assert!(refused.header("Retry-After").is_some(), "{refused:?}");
        assert!(change.body.is_none_or(|body| refused.body.contains(&format!("{body}</textarea>"))));
    }
    assert_eq!(reads_history(&ana, &room).await[0].body, "due");
}
