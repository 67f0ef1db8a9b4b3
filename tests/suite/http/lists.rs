//! `GET /rooms`, page by page.

use super::list_fragment::fragment_after;
use crate::fixtures::{Instance, Listed, Page, Person, eventually};

on_both_engines![
    where_there_are_no_rooms_it_says_so,
    the_list_needs_a_log_in,
    the_list_says_who_made_a_room_and_how_many_are_inside,
    some_of_those_inside_are_named,
    a_row_leads_to_its_room,
    the_list_says_when_something_was_last_said,
    who_is_inside_moves_by_the_list,
    the_form_is_folded_where_there_are_rooms,
    the_latest_coming_or_going_is_first,
    delete_stands_only_on_ones_own,
    where_one_is_stands_above_the_list,
    a_hundred_rooms_fill_a_page,
    a_page_that_is_none_is_refused,
];

/// The names of the rooms on a page.
fn names(page: &Page) -> Vec<String> {
    page.rooms().into_iter().map(|room| room.name).collect()
}

async fn where_there_are_no_rooms_it_says_so(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let empty = bo.list().await;
    assert!(empty.text().contains("no rooms") && !empty.has_button("Join"), "{}", empty.text());
    ana.creates("Kitchen").await;
    let list = bo.list().await;
    assert!(list.text().contains("Kitchen") && list.has_button("Join"), "{}", list.text());
    assert!(!list.text().contains("no rooms"), "{}", list.text());
}

async fn the_list_needs_a_log_in(instance: Instance) {
    let cy = instance.visitor("cy");
    let page = cy.opens("/rooms").await.refuses(401);
    page.calls_out(&["log in"]);
    assert_eq!(page.form("/session").hidden("next"), "/rooms");
    cy.opens("/rooms/list").await.is(401);
    cy.opens("/rooms/list?after=x").await.is(401);
}

async fn the_list_says_who_made_a_room_and_how_many_are_inside(instance: Instance) {
    let (ana, bo, cy) =
        (instance.person("ana").await, instance.person("bo").await, instance.person("cy").await);
    let room = ana.creates("Kitchen").await;
    let listed = async |person: &Person<'_>| person.list().await.rooms().remove(0);
    let expected = |inside| Listed { name: "Kitchen".to_owned(), inside, mine: false, here: false };
    assert!(cy.list().await.items()[0].contains("ana"), "and who made it");
    assert_eq!(listed(&cy).await, expected(1));
    bo.joins(&room).await;
    assert_eq!(listed(&cy).await, expected(2));
    assert_eq!(listed(&bo).await, Listed { here: true, ..expected(2) });
    assert_eq!(listed(&ana).await, Listed { here: true, mine: true, ..expected(2) });
    ana.leaves(&room).await;
    bo.leaves(&room).await;
    assert_eq!(listed(&cy).await, expected(0));
}

async fn some_of_those_inside_are_named(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let row = async || ana.list().await.items().remove(0);
    assert!(row().await.contains("Inside: ana by you"), "{}", row().await);
    for (name, said) in [
        ("bo", "Inside: ana and bo by"),
        ("cy", "Inside: ana, bo and cy by"),
        ("dee", "Inside: ana, bo, cy and 1 more by"),
        ("eve", "Inside: ana, bo, cy and 2 more by"),
    ] {
        instance.person(name).await.joins(&room).await;
        assert!(row().await.contains(said), "{}", row().await);
    }
    let fragment = ana.opens("/rooms/list").await.is(200).page();
    assert_eq!(fragment.items(), ana.list().await.items(), "in memory, too");
    ana.leaves(&room).await;
    assert!(row().await.contains("Inside: bo, cy, dee and 1 more by"), "{}", row().await);
}

async fn a_row_leads_to_its_room(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    for person in [&ana, &bo] {
        assert_eq!(person.list().await.link("Kitchen"), Some(room.path("")));
    }
}

async fn the_list_says_when_something_was_last_said(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    assert!(bo.list().await.items()[0].contains("no messages yet"));
    ana.says(&room, "soup").await;
    let said = ana.polls(&room, "0").await.json();
    let said_at = said["messages"][0]["sent_at"].as_str().expect("a time").to_owned();
    let row = bo.list().await.items().remove(0);
    assert!(row.contains("UTC") && !row.contains("no messages yet"), "{row}");
    let minute = format!("datetime=\"{}:00.000Z\"", &said_at[..16]);
    assert!(bo.opens("/rooms").await.body.contains(&minute), "{minute}");
}

async fn who_is_inside_moves_by_the_list(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = (ana.creates("Kitchen").await, bo.creates("Hall").await);
    for list in [bo.list().await, bo.opens("/rooms/list").await.is(200).page()] {
        assert!(list.has_button("Switch") && !list.has_button("Join"), "{}", list.text());
        assert_eq!(list.text().matches("You’re in").count(), 1, "{}", list.text());
        let forms: Vec<_> = list.elements();
        let of = |name: &str, value: &str| {
            forms.iter().any(|element| element.attribute(name).is_some_and(|it| it == value))
        };
        assert!(of("formaction", &kitchen.path("/join")) && of("value", &hall.id.to_string()));
    }
    // Who is in no room has the other rows, made for them.
    let list = instance.person("cy").await.opens("/rooms/list").await.is(200).page();
    assert!(list.has_button("Join") && !list.has_button("Switch"), "{}", list.text());
}

async fn the_form_is_folded_where_there_are_rooms(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let is_open = |list: &Page| {
        let form = list.elements().into_iter().find(|element| element.name == "details").expect("a form");
        form.attribute("open").is_some()
    };
    assert!(is_open(&bo.list().await));
    ana.creates("Kitchen").await;
    assert!(!is_open(&bo.list().await));
    let refused = bo.tries_to_create("kitchen").await.is(409).page();
    assert!(is_open(&refused));
    assert!(refused.title().starts_with("Error: There is a room of this name"), "{}", refused.title());
    let (field, described) = refused.focused().expect("a field");
    assert_eq!(field, "create-name");
    assert!(described.starts_with("There is a room of this name already."), "{described}");
}

async fn the_latest_coming_or_going_is_first(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let mut rooms = Vec::new();
    for name in ["Attic", "Kitchen", "Hall"] {
        let room = ana.creates(name).await;
        ana.leaves(&room).await;
        rooms.push(room);
    }
    assert_eq!(names(&bo.list().await), ["Hall", "Kitchen", "Attic"]);
    bo.joins(&rooms[0]).await;
    assert_eq!(names(&ana.list().await), ["Attic", "Hall", "Kitchen"]);
    ana.joins(&rooms[1]).await;
    bo.leaves(&rooms[0]).await;
    assert_eq!(names(&bo.list().await), ["Attic", "Kitchen", "Hall"]);
    ana.logs_out().await;
    assert_eq!(names(&bo.list().await), ["Kitchen", "Attic", "Hall"], "logging out is going, too");
}

async fn delete_stands_only_on_ones_own(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let mine = ana.list().await;
    assert!(mine.has_button("Delete") && mine.find_form(&room.path("/delete")).is_some());
    let theirs = bo.list().await;
    assert!(theirs.text().contains("Kitchen") && !theirs.has_button("Delete"), "{}", theirs.text());
}

async fn where_one_is_stands_above_the_list(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let list = ana.list().await;
    assert_eq!(list.link("Return to Kitchen"), Some(room.path("")));
    assert!(list.has_button("Leave") && list.find_form(&room.path("/leave")).is_some());
    let outside = bo.list().await;
    assert_eq!(outside.link("Return"), None);
    assert!(!outside.has_button("Leave"), "{}", outside.text());
}

async fn a_hundred_rooms_fill_a_page(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let mine = bo.creates("the oldest room").await;
    for n in 0..=100 {
        let room = ana.creates(&format!("room {n:03}")).await;
        ana.leaves(&room).await;
    }
    let first = ana.list().await;
    let second = ana.opens("/rooms?page=2").await.is(200).page();
    let newest: Vec<_> = (1..=100).rev().map(|n| format!("room {n:03}")).collect();
    assert_eq!(names(&first), newest);
    assert_eq!(names(&second), ["room 000", "the oldest room"]);
    ana.opens("/rooms?page=1").await.is(200);
    ana.opens("/rooms?page=3").await.refuses(404);
    assert_eq!(names(&ana.opens("/rooms/list?page=2").await.is(200).page()), ["room 000", "the oldest room"]);

    // One's own room is always included, and so is the way back to it.
    let bos = bo.list().await;
    assert_eq!(bos.link("Return to the oldest room"), Some(mine.path("")));
    assert!(names(&bos).contains(&"the oldest room".to_owned()), "{:?}", names(&bos));

    // It says when something was last said there, too.
    let version = bos.version();
    bo.says(&mine, "soup").await;
    eventually("the list says so", async || fragment_after(&bo, &version).await.status == 200).await;
    let (fragment, list) = (fragment_after(&bo, &version).await.page(), bo.list().await);
    assert!(fragment.items()[0].contains("UTC"), "{}", fragment.items()[0]);
    assert_eq!(fragment.version(), list.version());
}

async fn a_page_that_is_none_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    ana.opens("/rooms?page=1").await.is(200);
    for page in ["0", "-1", "x", "1.5", "", "99999999999999999999", "%00", "%ff"] {
        ana.opens(&format!("/rooms?page={page}")).await.refuses(422);
    }
    ana.opens("/rooms?page=2").await.refuses(404);
}
