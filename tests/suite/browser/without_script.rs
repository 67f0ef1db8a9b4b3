//! With JavaScript switched off every journey is made of plain forms.

use crate::fixtures::Room;
use crate::fixtures::chromium::{Device, Person, Stage};

in_chromium![every_journey_works_without_script];

async fn every_journey_works_without_script(stage: &Stage) {
    let ana = stage.visitor("ana", Device::WithoutScript).await;
    let bo = stage.person("bo").await;
    ana.signs_up().await;
    ana.sees("no rooms yet").await;
    let room = ana.creates("Kitchen").await;
    assert_eq!(ana.evaluates("$$('.room--live').length").await, 0, "JavaScript is on");
    bo.joins(&room).await;
    they_talk(&ana, &bo).await;
    ana_reads_what_was_said_earlier(&ana, &bo, &room).await;
    ana_is_refused_an_empty_message(&ana, &room).await;
    ana_goes_out_and_in(&ana, &room).await;
    bo.presses("Leave").await;
    bo.is_at("/rooms").await;
    let hall = bo.creates("Hall").await;
    ana_moves(&ana, &hall).await;
    a_room_is_deleted_by_the_other(&ana, &bo, &hall).await;
    a_room_is_deleted_by_ana(&ana).await;
    ana_logs_out_and_in(&ana).await;
}

async fn they_talk(ana: &Person, bo: &Person) {
    ana.types_in("Message", "Is there\nsoup?").await;
    ana.presses("Send").await;
    ana.has_read("Is there\nsoup?").await;
    bo.says_and_sees("There is.").await;
    ana.presses("Refresh").await;
    ana.has_read("There is.").await;
    assert_eq!(ana.log().await, bo.log().await);
}

async fn ana_reads_what_was_said_earlier(ana: &Person, bo: &Person, room: &Room) {
    let bodies: Vec<_> = (1..=150).map(|n| format!("message {n}")).collect();
    bo.says_elsewhere(room, &bodies).await;
    ana.presses("Refresh").await;
    ana.has_read("message 150").await;
    assert_eq!(ana.log().await[0].seq, 53);
    ana.presses("Earlier messages").await;
    ana.has_read("Is there\nsoup?").await;
    assert!(ana.log().await.iter().map(|said| said.seq).eq(1..=52));
    ana.is_not_offered("Earlier messages").await;
    ana.presses("Newest messages").await;
    ana.has_read("message 150").await;
}

async fn ana_is_refused_an_empty_message(ana: &Person, room: &Room) {
    ana.expects_failure(&room.path("/post"), "422");
    ana.types_in("Message", "  ").await;
    ana.presses("Send").await;
    ana.is_told("Please write a message first.").await;
    ana.opens(&room.path("")).await;
}

async fn ana_goes_out_and_in(ana: &Person, room: &Room) {
    ana.presses("Leave").await;
    ana.is_at("/rooms").await;
    ana.opens(&room.path("")).await;
    ana.is_before(room).await;
    ana.presses("Join").await;
    ana.is_in(room).await;
}

async fn ana_moves(ana: &Person, hall: &Room) {
    ana.opens(&hall.path("")).await;
    ana.is_not_offered("Join").await;
    ana.presses("Leave Kitchen and join Hall").await;
    ana.is_in(hall).await;
    // And from the list.
    ana.opens("/rooms").await;
    ana.presses_at("Kitchen", "Switch").await;
    ana.is_offered("Send").await;
    ana.opens("/rooms").await;
    ana.presses_at("Hall", "Switch").await;
    ana.is_in(hall).await;
}

async fn a_room_is_deleted_by_the_other(ana: &Person, bo: &Person, hall: &Room) {
    bo.opens(&hall.path("/delete")).await;
    bo.presses("Delete").await;
    bo.is_at("/rooms").await;
    ana.presses("Refresh").await;
    ana.is_at("/rooms").await;
    ana.is_told("The room Hall was deleted by bo.").await;
    ana.presses("Dismiss").await;
    ana.sees_no_more("was deleted").await;
}

async fn a_room_is_deleted_by_ana(ana: &Person) {
    ana.presses_at("Kitchen", "Delete").await;
    ana.sees("Nobody is inside.").await;
    ana.presses("Delete").await;
    ana.sees("no rooms yet").await;
}

async fn ana_logs_out_and_in(ana: &Person) {
    ana.presses("Log out").await;
    ana.is_at("/").await;
    ana.expects_failure("/rooms", "401");
    ana.opens("/rooms").await;
    ana.is_told("Please log in").await;
    ana.logs_in().await;
    ana.is_at("/rooms").await;
}
