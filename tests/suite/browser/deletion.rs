//! A room is deleted under those inside.

use crate::fixtures::chromium::Stage;

in_chromium_on_both_engines![those_inside_are_told_on_the_list];
in_chromium![
    unsent_words_outlive_their_room,
    unsent_words_join_a_notice_on_the_list,
    who_was_away_is_told_on_coming_back
];

async fn those_inside_are_told_on_the_list(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.sees("bo").await;
    bo.expects_failure(&room.api(""), "410");
    ana.presses("More").await;
    ana.presses("Delete").await;
    ana.sees("2 people are inside.").await;
    ana.presses("Delete").await;
    ana.is_at("/rooms").await;
    ana.is_told("You deleted the room Kitchen.").await;

    bo.is_at("/rooms").await;
    bo.is_told("The room Kitchen was deleted by ana.").await;
    bo.is_not_offered("Join").await;
    bo.reloads().await;
    bo.is_told("The room Kitchen was deleted by ana.").await;
    bo.presses("Dismiss").await;
    bo.sees_no_more("was deleted").await;
    bo.reloads().await;
    bo.is_offered("Create room").await;
    bo.is_not_offered("Dismiss").await;
}

async fn unsent_words_outlive_their_room(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.types_in("Message", "half a thou").await;
    bo.expects_failure(&room.api(""), "410");
    ana.opens(&room.path("/delete")).await;
    ana.presses("Delete").await;
    bo.is_told("The room Kitchen was deleted by ana.").await;
    bo.has_in("Not sent there", "half a thou").await;
    // What happened stands above what was not sent, and has the focus.
    let order = "[...$$('main *')].filter((it) => it.matches('.notice__text, textarea, h1')).map((it) => it.nodeName)";
    assert_eq!(bo.evaluates(&format!("{order}.slice(0, 2).join()")).await, "P,TEXTAREA");
    bo.waits_until("document.activeElement.matches('.notice--news')").await;
    assert_eq!(bo.evaluates("document.title").await, "Kitchen was deleted · Parlor");
    bo.presses("Copy").await;
    bo.is_offered("Copied").await;
    bo.presses("Discard").await;
    bo.waits_until("!shown(field('Not sent there'))").await;
}

async fn unsent_words_join_a_notice_on_the_list(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.types_in("Message", "half a thought").await;
    bo.opens("/rooms").await;
    bo.sees("You’re in").await;
    bo.expects_failure(&room.api(""), "410");
    ana.opens(&room.path("/delete")).await;
    ana.presses("Delete").await;
    bo.is_told("The room Kitchen was deleted by ana.").await;
    bo.has_in("Not sent there", "half a thought").await;
}

async fn who_was_away_is_told_on_coming_back(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.leaves_the_site().await;
    ana.opens(&room.path("/delete")).await;
    ana.presses("Delete").await;
    ana.is_at("/rooms").await;
    bo.opens("/").await;
    bo.is_at("/rooms").await;
    bo.is_told("The room Kitchen was deleted by ana.").await;
}
