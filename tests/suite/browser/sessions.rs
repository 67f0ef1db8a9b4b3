//! Logging out in one tab.

use crate::fixtures::chromium::Stage;

in_chromium![logging_out_in_one_tab_moves_the_others_to_the_log_in];

async fn logging_out_in_one_tab_moves_the_others_to_the_log_in(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let in_room = ana.tab().await;
    let on_list = ana.opens_tab("/rooms").await;
    ana.is_offered("Return to Kitchen").await;
    for path in [room.api(""), room.path(""), "/rooms".to_owned()] {
        ana.expects_failure(&path, "401");
    }
    ana.opens_tab("/rooms").await;
    ana.presses("Log out").await;
    ana.is_at("/").await;
    ana.turns_to(&on_list).await;
    ana.is_at("/rooms").await;
    ana.is_told("Please log in").await;
    ana.turns_to(&in_room).await;
    ana.is_at(&room.path("")).await;
    ana.is_told("Please log in").await;

    // Logging in leads back to where one was.
    ana.logs_in().await;
    ana.is_before(&room).await;
    ana.presses("Join").await;
    ana.is_in(&room).await;
}
