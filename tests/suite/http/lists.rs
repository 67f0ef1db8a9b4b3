//! `GET /rooms`, page by page, and the fragment that keeps it live.

use crate::fixtures::{Answer, Instance, Listed, Page, Person};

on_both_engines![
    an_empty_house_says_so,
    the_list_needs_a_log_in,
    the_list_says_who_made_a_room_and_how_many_are_inside,
    the_latest_coming_or_going_is_first,
    delete_stands_only_on_ones_own,
    where_one_is_stands_above_the_list,
    the_fragment_changes_when_the_list_does,
    the_fragment_is_the_page_s_list_for_each_person,
    a_position_of_another_history_shows_the_true_list,
    a_malformed_version_is_refused,
    a_hundred_rooms_fill_a_page,
    a_page_that_is_none_is_refused,
];

async fn fragment_after(person: &Person<'_>, version: &str) -> Answer {
    person.opens(&format!("/rooms/list?after={version}")).await
}

/// The names of the rooms on a page.
fn names(page: &Page) -> Vec<String> {
    page.rooms().into_iter().map(|room| room.name).collect()
}

async fn an_empty_house_says_so(instance: Instance) {
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

async fn the_fragment_changes_when_the_list_does(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let page_version = bo.list().await.version();
    fragment_after(&bo, &page_version).await.says_nothing();

    let mut version = page_version;
    let room = ana.creates("Kitchen").await;
    for step in ["created", "joined", "left", "deleted"] {
        match step {
            "joined" => bo.joins(&room).await,
            "left" => bo.leaves(&room).await,
            "deleted" => ana.deletes(&room).await,
            _ => {}
        }
        let answer = fragment_after(&bo, &version).await.is(200);
        assert!(!answer.body.contains("<html"), "a fragment, not a page: {answer:?}");
        let fragment = answer.page();
        assert_eq!(fragment.text().contains("Kitchen"), step != "deleted", "{step}: {}", fragment.text());
        assert_ne!(fragment.version(), version, "{step}");
        version = fragment.version();
        fragment_after(&bo, &version).await.says_nothing();
    }
    bo.opens("/rooms/list").await.is(200);
    fragment_after(&bo, "0").await.is(200);
}

/// What looks the same to many is made once; what does not is everybody's own.
async fn the_fragment_is_the_page_s_list_for_each_person(instance: Instance) {
    let people = [instance.person("ana").await, instance.person("bo").await, instance.person("cy").await];
    let kitchen = people[0].creates("Kitchen").await;
    people[1].creates("Hall").await;
    for moves in 0..3 {
        for person in &people {
            for _ in 0..2 {
                let fragment = person.opens("/rooms/list").await.is(200).page();
                let page = person.list().await;
                assert_eq!(fragment.rooms(), page.rooms(), "{moves}, {}", fragment.text());
            }
        }
        match moves {
            0 => people[2].joins(&kitchen).await,
            _ => people[2].leaves(&kitchen).await,
        }
    }
}

async fn a_position_of_another_history_shows_the_true_list(instance: Instance) {
    let ana = instance.person("ana").await;
    ana.creates("Kitchen").await;
    let version = ana.list().await.version();
    fragment_after(&ana, &version).await.says_nothing();
    let (seq, tag) = version.split_once('.').expect("a number and a tag");
    let other: String = tag.chars().map(|c| if c == '0' { '1' } else { '0' }).collect();
    let answer = fragment_after(&ana, &format!("{seq}.{other}")).await.is(200);
    assert!(answer.page().text().contains("Kitchen"));
}

async fn a_malformed_version_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    for version in
        ["x", "-1", "1.", ".", "1.abc", "1.0123456789abcdeg", "1.2.3", "99999999999999999999", "%00", "%ff"]
    {
        fragment_after(&ana, version).await.refuses(422);
    }
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
}

async fn a_page_that_is_none_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    ana.opens("/rooms?page=1").await.is(200);
    for page in ["0", "-1", "x", "1.5", "", "99999999999999999999", "%00", "%ff"] {
        ana.opens(&format!("/rooms?page={page}")).await.refuses(422);
    }
    ana.opens("/rooms?page=2").await.refuses(404);
}
