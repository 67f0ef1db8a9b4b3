//! The notice that one's room was deleted: it stands until dismissed, or until one enters a room.

use crate::fixtures::{Instance, Person, Room};

on_both_engines![
    the_notice_stands_until_it_is_dismissed,
    entering_a_room_takes_the_notice_away,
    leaving_a_deleted_room_dismisses_the_notice,
    only_those_who_were_inside_have_a_notice,
    dismissing_needs_a_log_in,
    dismissing_nothing_is_harmless,
    dismissing_leaves_nobodys_room,
    the_notice_is_the_persons_and_not_the_browsers,
    the_notice_waits_for_the_next_visit,
    the_list_tells_of_the_deletion_within_one_poll,
];

/// ana's room, deleted while bo was inside.
async fn deleted_under(bo: &Person<'_>, ana: &Person<'_>) -> Room {
    let room = ana.creates("Kitchen").await;
    ana.leaves(&room).await;
    bo.joins(&room).await;
    ana.deletes(&room).await;
    room
}

async fn is_told(person: &Person<'_>) -> bool {
    let list = person.list().await;
    let told = list.alerts().iter().any(|alert| alert.contains("Kitchen") && alert.contains("ana"));
    assert_eq!(told, list.has_button("Dismiss"), "{}", list.text());
    told
}

async fn the_notice_stands_until_it_is_dismissed(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    deleted_under(&bo, &ana).await;
    assert!(is_told(&bo).await);
    assert!(is_told(&bo).await, "seeing it does not dismiss it");
    let list = bo.list().await;
    assert!(list.find_form("/notices/dismiss").is_some());
    assert!(!list.has_button("Leave") && list.link("Return").is_none(), "bo is nowhere: {}", list.text());
    bo.dismisses().await;
    assert!(!is_told(&bo).await);
}

async fn entering_a_room_takes_the_notice_away(instance: Instance) {
    let (ana, bo, cy) =
        (instance.person("ana").await, instance.person("bo").await, instance.person("cy").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    cy.joins(&room).await;
    ana.deletes(&room).await;
    assert!(is_told(&bo).await && is_told(&cy).await);
    let hall = bo.creates("Hall").await;
    cy.joins(&hall).await;
    for person in [&bo, &cy] {
        assert!(!is_told(person).await);
        person.leaves(&hall).await;
        assert!(!is_told(person).await, "not even after leaving again");
    }
}

async fn leaving_a_deleted_room_dismisses_the_notice(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = deleted_under(&bo, &ana).await;
    assert!(is_told(&bo).await);
    bo.leaves(&room).await;
    assert!(!is_told(&bo).await);
    bo.leaves(&room).await;
}

async fn only_those_who_were_inside_have_a_notice(instance: Instance) {
    let (ana, bo, cy) =
        (instance.person("ana").await, instance.person("bo").await, instance.person("cy").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    cy.joins(&room).await;
    cy.leaves(&room).await;
    ana.deletes(&room).await;
    assert!(is_told(&bo).await);
    assert!(!is_told(&cy).await);
}

async fn dismissing_needs_a_log_in(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    deleted_under(&bo, &ana).await;
    instance.visitor("cy").sends("/notices/dismiss", &[]).await.refuses(401);
    ana.dismisses().await;
    assert!(is_told(&bo).await, "nobody dismisses for another");
}

async fn dismissing_nothing_is_harmless(instance: Instance) {
    instance.person("ana").await.dismisses().await;
}

async fn dismissing_leaves_nobodys_room(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.dismisses().await;
    ana.enters_page_of(&room).await;
}

async fn the_notice_is_the_persons_and_not_the_browsers(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let phone = bo.in_a_second_browser().await;
    deleted_under(&bo, &ana).await;
    assert!(is_told(&phone).await);
    phone.dismisses().await;
    assert!(!is_told(&bo).await);
}

async fn the_notice_waits_for_the_next_visit(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    deleted_under(&bo, &ana).await;
    bo.logs_out().await;
    bo.logs_in().await;
    assert!(is_told(&bo).await);
}

async fn the_list_tells_of_the_deletion_within_one_poll(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let version = bo.list().await.version();
    ana.deletes(&room).await;
    let fragment = bo.opens(&format!("/rooms/list?after={version}")).await.is(200).page();
    fragment.calls_out(&["Kitchen", "ana"]);
    bo.dismisses().await;
    let fragment = bo.opens(&format!("/rooms/list?after={version}")).await.is(200).page();
    assert!(fragment.alerts().iter().all(|alert| !alert.contains("Kitchen")), "{}", fragment.text());
}
