//! Joining and leaving: one room at a time, per person and not per browser.

use rocket::futures::future::join_all;

use crate::fixtures::{Instance, Post, Room};

on_both_engines![
    joining_lets_one_in,
    joining_needs_a_log_in,
    joining_twice_is_joining_once,
    another_room_cannot_be_entered,
    a_second_browser_is_in_the_same_room,
    many_doors_at_once_let_one_into_one_room,
    leaving_takes_one_out,
    leaving_needs_a_log_in,
    leaving_a_room_one_is_not_in_changes_nothing,
    logging_out_everywhere_leaves_the_room,
    being_inside_needs_no_open_page,
];

async fn joining_lets_one_in(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.tries_to_post(&room, &Post::new("hello")).await.is_problem(403, "not-a-member");
    bo.joins(&room).await;
    bo.says(&room, "hello").await;
    assert_eq!(ana.bodies_in(&room).await, ["hello"]);
}

async fn joining_needs_a_log_in(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    instance.visitor("cy").tries_to_join(&room).await.refuses(401);
    let unknown = Room { id: room.id + 1, name: String::new() };
    instance.visitor("cy").tries_to_join(&unknown).await.refuses(401);
    ana.tries_to_join(&unknown).await.refuses(404);
}

async fn joining_twice_is_joining_once(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let version = ana.sees_people_in(&room).await.version();
    bo.joins(&room).await;
    ana.joins(&room).await;
    ana.opens(&room.path(&format!("/people?after={version}"))).await.says_nothing();
}

async fn another_room_cannot_be_entered(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = (ana.creates("Kitchen").await, bo.creates("Hall").await);
    let join_page = bo.tries_to_join(&kitchen).await.is(409).page();
    assert!(
        join_page.text().contains("Kitchen"),
        "the join page of the room that was wanted: {}",
        join_page.text()
    );
    assert_eq!(join_page.link("Return to Hall"), Some(hall.path("")));
    bo.enters_page_of(&hall).await;
    let problem = bo.polls(&kitchen, "0").await.is_problem(403, "not-a-member");
    assert_eq!(problem["inside"], serde_json::json!({"id": hall.id, "name": "Hall"}));

    bo.leaves(&hall).await;
    let problem = bo.polls(&kitchen, "0").await.is_problem(403, "not-a-member");
    assert!(problem["inside"].is_null(), "{problem}");
    bo.joins(&kitchen).await;
    bo.polls(&kitchen, "0").await.says_nothing();
}

async fn a_second_browser_is_in_the_same_room(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = (ana.creates("Kitchen").await, bo.creates("Hall").await);
    let phone = bo.in_a_second_browser().await;
    phone.enters_page_of(&hall).await;
    phone.tries_to_join(&kitchen).await.refuses(409);
    phone.tries_to_create("Attic").await.refuses(409);

    phone.leaves(&hall).await;
    bo.polls(&hall, "0").await.is_problem(403, "not-a-member");
    phone.joins(&kitchen).await;
    let problem = bo.polls(&hall, "0").await.is_problem(403, "not-a-member");
    assert_eq!(problem["inside"]["name"], "Kitchen");
    bo.says(&kitchen, "from the desk").await;
    assert_eq!(phone.bodies_in(&kitchen).await, ["from the desk"]);
}

async fn many_doors_at_once_let_one_into_one_room(instance: Instance) {
    let mut rooms = Vec::new();
    for n in 0..6 {
        let maker = instance.person(&format!("maker-{n}")).await;
        rooms.push(maker.creates(&format!("Room {n}")).await);
    }
    let bo = instance.person("bo").await;
    let phone = bo.in_a_second_browser().await;
    let browsers = [&bo, &phone];
    let tries = rooms.iter().zip(browsers.iter().cycle()).map(|(room, browser)| browser.tries_to_join(room));
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 5, "{answers:?}");

    let mut inside = 0;
    for (room, answer) in rooms.iter().zip(answers) {
        let entered = bo.polls(room, "0").await.status == 204;
        assert_eq!(entered, answer.status == 303);
        inside += u32::from(entered);
    }
    assert_eq!(inside, 1);
}

async fn leaving_takes_one_out(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.says(&room, "hello").await;
    bo.leaves(&room).await;
    bo.tries_to_post(&room, &Post::new("again")).await.is_problem(403, "not-a-member");
    bo.tries_to_say_by_form(&room, "again").await.is(403);
    assert_eq!(ana.bodies_in(&room).await, ["hello"]);
}

async fn leaving_needs_a_log_in(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    instance.visitor("cy").sends(&room.path("/leave"), &[]).await.refuses(401);
    ana.enters_page_of(&room).await;
}

async fn leaving_a_room_one_is_not_in_changes_nothing(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = (ana.creates("Kitchen").await, bo.creates("Hall").await);
    bo.leaves(&kitchen).await;
    bo.enters_page_of(&hall).await;
    ana.enters_page_of(&kitchen).await;
    bo.leaves(&hall).await;
    bo.leaves(&hall).await;
}

async fn logging_out_everywhere_leaves_the_room(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let phone = bo.in_a_second_browser().await;
    let inside = async || ana.sees_people_in(&room).await.text().contains("bo");

    bo.logs_out().await;
    assert!(inside().await, "the phone is still there");
    phone.polls(&room, "0").await.says_nothing();
    phone.logs_out().await;
    assert!(!inside().await, "nobody is left");

    bo.logs_in().await;
    bo.polls(&room, "0").await.is_problem(403, "not-a-member");
    bo.creates("Hall").await;
}

async fn being_inside_needs_no_open_page(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    assert!(ana.sees_people_in(&room).await.text().contains("bo"));
    bo.in_a_second_browser().await.enters_page_of(&room).await;
}
