//! The join page of a room: what somebody sees who is not inside.

use crate::fixtures::Instance;

on_both_engines![
    a_stranger_cannot_read_a_room,
    the_door_says_what_it_leads_to,
    at_another_door_one_is_told_where_one_is,
    somebody_without_a_log_in_is_asked_for_it,
    having_left_shows_the_door_again,
];

async fn a_stranger_cannot_read_a_room(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "the secret soup").await;
    let inside = ana.opens(&room.path("")).await.is(200);
    assert!(inside.body.contains("the secret soup"), "presence would show");

    for path in [room.path(""), room.path("?before=2"), room.path("?before=x")] {
        let join_page = bo.opens(&path).await;
        assert!(!join_page.body.contains("secret"), "{join_page:?}");
        assert!(join_page.page().log().is_none());
    }
    let people = bo.opens(&room.path("/people")).await.is(403);
    assert!(!people.body.contains("secret"));
    bo.polls(&room, "0").await.is_problem(403, "not-a-member");
    bo.opens(&room.api("?before=2")).await.is_problem(403, "not-a-member");
}

async fn the_door_says_what_it_leads_to(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let join_page = bo.opens(&room.path("")).await.is(200).page();
    let text = join_page.text();
    assert!(text.contains("Kitchen") && text.contains("ana"), "{text}");
    assert!(join_page.has_button("Join") && join_page.find_form(&room.path("/join")).is_some(), "{text}");
    assert!(join_page.has_button("Log out"));
    bo.joins(&room).await;
    bo.enters_page_of(&room).await;
}

async fn at_another_door_one_is_told_where_one_is(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = (ana.creates("Kitchen").await, bo.creates("Hall").await);
    let join_page = bo.opens(&kitchen.path("")).await.is(200).page();
    assert!(!join_page.has_button("Join"), "{}", join_page.text());
    assert_eq!(join_page.link("Return to Hall"), Some(hall.path("")));
    assert!(join_page.has_button("Leave Hall and join Kitchen"), "{}", join_page.text());
    assert_eq!(join_page.form(&kitchen.path("/join")).hidden("leaving"), hall.id.to_string());
    assert_eq!(
        join_page.text().matches("You’re in Hall").count(),
        1,
        "it is told once: {}",
        join_page.text()
    );
}

async fn somebody_without_a_log_in_is_asked_for_it(instance: Instance) {
    let room = instance.person("ana").await.creates("Kitchen").await;
    let page = instance.visitor("cy").opens(&room.path("")).await.refuses(401);
    page.calls_out(&["log in"]);
    assert!(!page.text().contains("Kitchen"), "not even its name is told");
}

async fn having_left_shows_the_door_again(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.enters_page_of(&room).await;
    bo.leaves(&room).await;
    assert!(bo.opens(&room.path("")).await.is(200).page().has_button("Join"));
}
