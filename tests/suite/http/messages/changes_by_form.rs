//! `/rooms/<id>/messages/<seq>`, and `/edit` and `/delete` there: changing a message without JavaScript.

use crate::fixtures::{Change, Instance, Page, Person, Room};

on_both_engines![
    a_message_leads_to_its_page_and_back,
    an_edit_is_typed_into_a_form,
    what_is_saved_as_it_was_is_no_edit,
    what_cannot_be_saved_stays_in_the_box,
    a_deletion_is_confirmed,
    a_page_is_for_those_who_may,
    a_text_that_comes_too_late_is_given_back,
];

const TEXT: &str = "my <long> & \"careful\" thoughts\nin two lines";

async fn kitchen<'i>(instance: &'i Instance) -> (Person<'i>, Person<'i>, Room) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.says(&room, TEXT).await;
    (ana, bo, room)
}

async fn opens(person: &Person<'_>, room: &Room, rest: &str) -> Page {
    person.opens(&room.path(rest)).await.is(200).page()
}

async fn a_message_leads_to_its_page_and_back(instance: Instance) {
    let (ana, bo, room) = kitchen(&instance).await;
    let message = room.path("/messages/1");
    let leads_there = |page: &Page| {
        page.elements().iter().any(|button| button.attribute("formaction") == Some(message.as_str()))
    };
    assert!(leads_there(&opens(&bo, &room, "").await));
    let page = opens(&bo, &room, "/messages/1").await;
    assert!(page.text().contains("bo") && page.text().contains("careful"), "{}", page.text());
    assert_eq!(page.link("Edit"), Some(room.path("/messages/1/edit")));
    assert_eq!(page.link("Delete"), Some(room.path("/messages/1/delete")));
    assert_eq!(page.link("Show in the room"), Some(room.path("?at=1#m1")));
    assert_eq!(page.link("Back to Kitchen"), Some(room.path("")));
    assert!(page.has_button("Log out"));
    // Who made the room deletes, and edits nothing of others.
    let page = opens(&ana, &room, "/messages/1").await;
    assert_eq!((page.link("Edit"), page.link("Delete").is_some()), (None, true));
    let back = opens(&ana, &room, "?at=1").await;
    assert!(
        back.log().unwrap().all(&|it| it.attribute("id") == Some("m1")).len() == 1,
        "there is what #m1 means"
    );
}

async fn an_edit_is_typed_into_a_form(instance: Instance) {
    let (ana, bo, room) = kitchen(&instance).await;
    let page = opens(&bo, &room, "/messages/1/edit").await;
    assert_eq!(page.title(), "Edit message · Kitchen · Parlor");
    let form = page.form(&room.path("/messages/1/edit"));
    assert_eq!(form.field("Message"), TEXT);
    assert_eq!(page.link("Cancel"), Some(room.path("?at=1#m1")));
    let nonce = form.hidden("nonce");
    let edit = Change { nonce: nonce.clone(), ..Change::edit(1, "shorter") };
    for _ in 0..2 {
        bo.tries_to_change_by_form(&room, &edit).await.leads_to(&room.path("?at=1#m1"));
    }
    assert_eq!(ana.reads(&room).await.len(), 2, "sent twice it is one change");
    assert_eq!(ana.enters_page_of(&room).await.messages()[0].body, "shorter");
    let again = opens(&bo, &room, "/messages/1/edit").await.form(&room.path("/messages/1/edit"));
    assert_eq!(again.field("Message"), "shorter");
    assert_ne!(again.hidden("nonce"), nonce);
}

async fn what_is_saved_as_it_was_is_no_edit(instance: Instance) {
    let (ana, bo, room) = kitchen(&instance).await;
    for text in [TEXT, &format!("{}\n\n", TEXT.replace('\n', "\r\n"))] {
        bo.tries_to_change_by_form(&room, &Change::edit(1, text)).await.leads_to(&room.path("?at=1#m1"));
    }
    assert_eq!(ana.reads(&room).await.len(), 1);
    // To others it is refused as ever.
    ana.tries_to_change_by_form(&room, &Change::edit(1, TEXT)).await.is(403);
}

async fn what_cannot_be_saved_stays_in_the_box(instance: Instance) {
    let (_, bo, room) = kitchen(&instance).await;
    let action = room.path("/messages/1/edit");
    let long = format!("\n<textarea>{}", "long ".repeat(1000));
    bo.tries_to_change_by_form(&room, &Change { nonce: "n".to_owned(), ..Change::edit(1, "soup") })
        .await
        .is(303);
    let reused = Change { nonce: "n".to_owned(), ..Change::edit(1, "stew") };
    for (change, status) in [(Change::edit(1, &long), 422), (Change::edit(1, " "), 422), (reused, 409)] {
        let page = bo.tries_to_change_by_form(&room, &change).await.is(status).page();
        assert!(page.title().starts_with("Error: "), "{}", page.title());
        let form = page.form(&action);
        form.complains();
        assert_eq!(Some(form.field("Message")), change.body);
        assert_ne!(form.hidden("nonce"), change.nonce, "sending it again must work");
    }
    bo.sends(&action, &[]).await.refuses(422);
    assert_eq!(bo.reads(&room).await.len(), 2);
}

async fn a_deletion_is_confirmed(instance: Instance) {
    let (ana, bo, room) = kitchen(&instance).await;
    let long = format!("{}the end", "word ".repeat(200));
    bo.says(&room, &long).await;
    for (seq, beginning) in [(1, "careful"), (2, "word word")] {
        let action = room.path(&format!("/messages/{seq}/delete"));
        let page = ana.opens(&action).await.is(200).page();
        assert_eq!(page.title(), "Delete message · Kitchen · Parlor");
        let text = page.text();
        assert!(text.contains("bo") && text.contains(beginning) && !text.contains("the end"), "{text}");
        assert!(page.has_button("Delete") && page.has_button("Log out"));
        assert_eq!(ana.reads(&room).await.len(), 2 + (seq - 1), "it only asks");
        let back = format!("?at={seq}#m{seq}");
        assert_eq!(page.link("Keep it"), Some(room.path(&back)));
        let nonce = page.form(&action).hidden("nonce");
        for _ in 0..2 {
            ana.sends(&action, &[("nonce", &nonce)]).await.leads_to(&room.path(&back));
        }
    }
    let shown: Vec<_> = bo.enters_page_of(&room).await.messages().into_iter().map(|it| it.body).collect();
    assert_eq!(shown, ["deleted by ana", "deleted by ana"]);
    let third = bo.says(&room, "three").await;
    ana.sends(&room.path(&format!("/messages/{third}/delete")), &[]).await.refuses(422);
}

async fn a_page_is_for_those_who_may(instance: Instance) {
    let (ana, bo, room) = kitchen(&instance).await;
    let (cy, di) = (instance.person("cy").await, instance.person("di").await);
    cy.joins(&room).await;
    let pages = ["/messages/1", "/messages/1/edit", "/messages/1/delete"];
    let statuses = async |person: &Person<'_>| {
        let mut statuses = Vec::new();
        for page in pages {
            let answer = person.opens(&room.path(page)).await;
            assert!(answer.status == 200 || !answer.body.contains("careful"), "{answer:?}");
            statuses.push(answer.status);
        }
        statuses
    };
    assert_eq!(statuses(&bo).await, [200, 200, 200]);
    assert_eq!(statuses(&ana).await, [200, 403, 200]);
    assert_eq!(statuses(&cy).await, [200, 403, 403]);
    assert_eq!(statuses(&di).await, [403, 403, 403]);
    assert_eq!(statuses(&instance.visitor("ed")).await, [401, 401, 401]);
    // Who is not inside is shown the door.
    let join_page = di.opens(&room.path("/messages/1/edit")).await.page();
    assert!(join_page.has_button("Join"), "{}", join_page.text());
    for nowhere in ["/messages/2", "/messages/x/edit", "/messages/0/delete"] {
        let page = bo.opens(&room.path(nowhere)).await.refuses(404);
        assert!(page.text().contains("There is no such message in this room."), "{}", page.text());
    }
    bo.changes(&room, &Change::deletion(1)).await;
    assert_eq!(statuses(&bo).await, [409, 409, 409]);
    let page = bo.opens(&room.path("/messages/1/edit")).await.refuses(409);
    assert!(page.text().contains("This message was deleted."), "{}", page.text());
    assert_eq!(page.link("Back to Kitchen"), Some(room.path("")));
}

async fn a_text_that_comes_too_late_is_given_back(instance: Instance) {
    let (ana, bo, room) = kitchen(&instance).await;
    let edit = || Change::edit(1, "my careful words");
    let given_back = |page: Page| page.boxes().contains(&"my careful words".to_owned());
    let logged_out = bo.without_cookies();
    assert!(given_back(logged_out.tries_to_change_by_form(&room, &edit()).await.is(401).page()));
    assert!(given_back(ana.tries_to_change_by_form(&room, &edit()).await.is(403).page()), "of bo's words");
    bo.leaves(&room).await;
    let join_page = bo.tries_to_change_by_form(&room, &edit()).await.is(403).page();
    assert!(join_page.has_button("Join") && given_back(join_page));
    bo.joins(&room).await;
    ana.changes(&room, &Change::deletion(1)).await;
    assert!(given_back(bo.tries_to_change_by_form(&room, &edit()).await.is(409).page()));
    ana.deletes(&room).await;
    assert!(given_back(bo.tries_to_change_by_form(&room, &edit()).await.is(410).page()));
}
