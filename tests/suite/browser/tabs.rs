//! One room at a time, per person and not per tab.

use crate::fixtures::chromium::Stage;

in_chromium![
    the_same_room_in_two_tabs_is_fine,
    another_room_is_refused_with_the_ways_out,
    leaving_in_one_tab_moves_the_other_to_the_door,
];

async fn the_same_room_in_two_tabs_is_fine(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let first = ana.tab().await;
    let second = ana.opens_tab(&room.path("")).await;
    ana.is_in(&room).await;
    ana.says_and_sees("from the second").await;
    ana.turns_to(&first).await;
    ana.has_read("from the second").await;
    ana.says_and_sees("from the first").await;
    ana.turns_to(&second).await;
    ana.has_read("from the first").await;
    assert_eq!(ana.bodies().await, ["from the second", "from the first"]);
}

async fn another_room_is_refused_with_the_ways_out(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let hall = bo.creates("Hall").await;
    let kitchen = ana.creates("Kitchen").await;

    // By its address: in a second tab, the first stays where it is.
    let first = ana.tab().await;
    ana.opens_tab(&hall.path("")).await;
    ana.is_told("You’re in Kitchen").await;
    ana.is_not_offered("Send").await;
    ana.is_not_offered("Join").await;
    ana.presses("Return to Kitchen").await;
    ana.is_in(&kitchen).await;

    // From the list, by creating.
    ana.opens("/rooms").await;
    ana.is_told("You’re in Kitchen").await;
    ana.is_not_offered("Join").await;
    ana.is_not_offered("Create room").await;
    ana.expects_failure("/rooms", "409");
    ana.unfolds_new_room().await;
    ana.fills_in("Create room", "Room name", "Attic").await;
    ana.presses("Create room").await;
    ana.waits_until("document.title.startsWith('Room not created') && location.pathname === '/rooms'").await;
    ana.is_told("You’re in Kitchen").await;
    ana.has_in("Room name", "Attic").await;
    ana.sees("Leave the room you’re in, then create this one.").await;
    assert_eq!(ana.evaluates("$$('.notice--error, [role=alert]').filter(shown).length").await, 0);
    ana.turns_to(&first).await;
    ana.says_and_sees("still here").await;

    // And over, in one press.
    ana.opens(&hall.path("")).await;
    ana.expects_failure(&kitchen.api(""), "403");
    ana.presses("Leave Kitchen and join Hall").await;
    ana.is_in(&hall).await;
    ana.opens("/rooms").await;
    ana.presses_at("Kitchen", "Switch").await;
    ana.is_in(&kitchen).await;
}

async fn leaving_in_one_tab_moves_the_other_to_the_door(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let first = ana.tab().await;
    ana.expects_failure(&room.api(""), "403");
    ana.opens_tab(&room.path("")).await;
    ana.is_in(&room).await;
    ana.presses("Leave").await;
    ana.is_at("/rooms").await;
    ana.turns_to(&first).await;
    ana.is_before(&room).await;
    ana.presses("Join").await;
    ana.is_in(&room).await;
}
