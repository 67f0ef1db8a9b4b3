//! Moving from one room to another in one step: a leave and a join, or neither.

use rocket::futures::future::join_all;
use rocket::tokio::join;

use crate::fixtures::{Instance, Person, Post, Room};

on_both_engines![
    moving_leaves_one_room_and_joins_the_other,
    moving_twice_is_moving_once,
    moving_to_where_one_is_changes_nothing,
    moving_needs_a_log_in,
    nothing_is_left_for_a_room_that_is_not_there,
    who_is_not_in_the_room_that_is_named_stays_where_they_are,
    who_has_left_already_is_told,
    a_room_deleted_under_one_is_told_before_one_moves,
    what_names_no_room_is_a_join,
    of_many_moves_at_once_each_is_whole,
    a_move_and_a_deletion_at_once_are_one_after_the_other,
    two_who_move_opposite_ways_do_not_block_each_other,
];

/// Ana's room, and bo's, where he is.
async fn two_rooms(ana: &Person<'_>, bo: &Person<'_>) -> (Room, Room) {
    (ana.creates("Kitchen").await, bo.creates("Hall").await)
}

async fn is_in(person: &Person<'_>, room: &Room) -> bool {
    person.polls(room, "0").await.status != 403
}

async fn moving_leaves_one_room_and_joins_the_other(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = two_rooms(&ana, &bo).await;
    let cy = instance.person("cy").await;
    cy.joins(&hall).await;
    let version = cy.sees_people_in(&hall).await.version();
    bo.moves(&hall, &kitchen).await;
    let left = cy.opens(&hall.path(&format!("/people?after={version}"))).await.is(200).page();
    assert!(!left.text().contains("bo"), "who stays is told: {}", left.text());
    bo.says(&kitchen, "hello").await;
    bo.tries_to_post(&hall, &Post::new("hello")).await.is_problem(403, "not-a-member");
    assert_eq!(ana.bodies_in(&kitchen).await, ["hello"]);
    assert!(ana.sees_people_in(&kitchen).await.text().contains("bo"));
}

async fn moving_twice_is_moving_once(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = two_rooms(&ana, &bo).await;
    bo.moves(&hall, &kitchen).await;
    let version = ana.sees_people_in(&kitchen).await.version();
    bo.moves(&hall, &kitchen).await;
    ana.opens(&kitchen.path(&format!("/people?after={version}"))).await.says_nothing();
}

async fn moving_to_where_one_is_changes_nothing(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = two_rooms(&ana, &bo).await;
    let version = bo.sees_people_in(&hall).await.version();
    bo.moves(&hall, &hall).await;
    bo.opens(&hall.path(&format!("/people?after={version}"))).await.says_nothing();
    // As joining it is a join for who is in none, and refused to who is in another.
    bo.leaves(&hall).await;
    bo.moves(&hall, &hall).await;
    ana.tries_to_move(&hall, &hall).await.refuses(409);
    ana.enters_page_of(&kitchen).await;
}

async fn moving_needs_a_log_in(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = two_rooms(&ana, &bo).await;
    instance.visitor("cy").tries_to_move(&hall, &kitchen).await.refuses(401);
}

async fn nothing_is_left_for_a_room_that_is_not_there(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = two_rooms(&ana, &bo).await;
    ana.deletes(&kitchen).await;
    bo.tries_to_move(&hall, &kitchen).await.refuses(410).calls_out(&["Kitchen", "ana"]);
    let unknown = Room { id: hall.id + 1, name: String::new() };
    bo.tries_to_move(&hall, &unknown).await.refuses(404);
    bo.enters_page_of(&hall).await;
}

async fn who_is_not_in_the_room_that_is_named_stays_where_they_are(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = two_rooms(&ana, &bo).await;
    let attic = instance.person("cy").await.creates("Attic").await;
    let unknown = Room { id: attic.id + 1, name: String::new() };
    for elsewhere in [&attic, &unknown] {
        let page = bo.tries_to_move(elsewhere, &kitchen).await.is(409).page();
        assert_eq!(page.link("Return to Hall"), Some(hall.path("")));
        bo.enters_page_of(&hall).await;
    }
}

async fn who_has_left_already_is_told(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = two_rooms(&ana, &bo).await;
    bo.leaves(&hall).await;
    let page = bo.tries_to_move(&hall, &kitchen).await.is(409).page();
    page.calls_out(&["already left"]);
    assert!(page.has_button("Join"), "{}", page.text());
    assert!(!is_in(&bo, &kitchen).await);
}

async fn a_room_deleted_under_one_is_told_before_one_moves(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = two_rooms(&ana, &bo).await;
    let cy = instance.person("cy").await;
    cy.joins(&hall).await;
    bo.deletes(&hall).await;
    cy.tries_to_move(&hall, &kitchen).await.refuses(410).calls_out(&["Hall", "bo"]);
    assert!(cy.list().await.has_button("Dismiss"), "the notice stays until it is dismissed");
    cy.joins(&kitchen).await;
}

async fn what_names_no_room_is_a_join(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = two_rooms(&ana, &bo).await;
    for leaving in ["", "x", "1.5", "99999999999999999999"] {
        bo.sends(&kitchen.path("/join"), &[("leaving", leaving)]).await.refuses(409);
        bo.enters_page_of(&hall).await;
    }
}

/// Whatever comes first, everybody is in one room in the end, and whoever was let in is there.
async fn of_many_moves_at_once_each_is_whole(instance: Instance) {
    let (bo, mut rooms) = (instance.person("bo").await, Vec::new());
    for n in 0..6 {
        let maker = instance.person(&format!("maker-{n}")).await;
        rooms.push(maker.creates(&format!("Room {n}")).await);
    }
    bo.joins(&rooms[0]).await;
    let phone = bo.in_a_second_browser().await;
    let browsers = [&bo, &phone].into_iter().cycle();
    let moves = rooms[1..].iter().zip(browsers).map(|(room, browser)| browser.tries_to_move(&rooms[0], room));
    let answers = join_all(moves).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 4, "{answers:?}");
    assert!(!is_in(&bo, &rooms[0]).await);
    for (room, answer) in rooms[1..].iter().zip(answers) {
        assert_eq!(is_in(&bo, room).await, answer.status == 303);
    }
}

async fn a_move_and_a_deletion_at_once_are_one_after_the_other(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let hall = bo.creates("Hall").await;
    for round in 0..10 {
        let kitchen = ana.creates("Kitchen").await;
        let (moved, deleted) = join!(bo.tries_to_move(&hall, &kitchen), ana.tries_to_delete(&kitchen));
        deleted.leads_to(&format!("/rooms?deleted={}", kitchen.id));
        let list = bo.list().await;
        match moved.status {
            303 => {
                list.calls_out(&["Kitchen", "ana"]);
                bo.joins(&hall).await;
            }
            410 => drop(bo.enters_page_of(&hall).await),
            status => panic!("{status} in round {round}"),
        }
    }
}

async fn two_who_move_opposite_ways_do_not_block_each_other(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = two_rooms(&ana, &bo).await;
    for _ in 0..10 {
        join!(ana.moves(&kitchen, &hall), bo.moves(&hall, &kitchen));
        join!(ana.moves(&hall, &kitchen), bo.moves(&kitchen, &hall));
    }
}
