//! Back after leaving: what the browser has kept is never taken for what is.

use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    back_after_leaving_leads_to_the_door,
    back_after_logging_out_leads_to_the_log_in,
    a_page_from_the_cache_is_not_live_until_the_server_says_so,
];

/// True for a room's page that looks as if one were inside and up to date.
const LOOKS_LIVE: &str = "Boolean($('.room--live:not(.stale)'))";

async fn back_after_leaving_leads_to_the_door(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_and_sees("soup").await;
    assert_eq!(ana.evaluates(LOOKS_LIVE).await, true);
    ana.expects_failure(&room.api(""), "403");
    ana.presses("Leave").await;
    ana.is_at("/rooms").await;
    ana.goes_back().await;
    ana.is_before(&room).await;
    ana.sees_no_more("soup").await;
}

async fn back_after_logging_out_leads_to_the_log_in(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_and_sees("soup").await;
    ana.expects_failure(&room.api(""), "401");
    ana.expects_failure(&room.path(""), "401");
    ana.presses("Log out").await;
    ana.is_at("/").await;
    ana.goes_back().await;
    ana.is_told("Please log in").await;
    ana.sees_no_more("soup").await;
}

/// Chrome of today keeps no page that polls without a cache; others do. So the events are made by hand.
async fn a_page_from_the_cache_is_not_live_until_the_server_says_so(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;

    goes(&ana, "pagehide").await;
    assert_eq!(ana.evaluates(LOOKS_LIVE).await, false);
    bo.says_and_sees("soup").await;
    assert!(ana.bodies().await.is_empty(), "a page in the cache polls");
    goes(&ana, "pageshow").await;
    ana.has_read("soup").await;
    ana.waits_until(LOOKS_LIVE).await;

    goes(&ana, "pagehide").await;
    ana.runs("await fetch(given[0], { method: 'POST' }); return true;", vec![room.path("/leave").into()])
        .await;
    ana.expects_failure(&room.api(""), "403");
    let still_dead =
        "addEventListener('pageshow', () => sessionStorage.setItem('live', LIVE), { once: true })";
    ana.evaluates(&still_dead.replace("LIVE", LOOKS_LIVE)).await;
    goes(&ana, "pageshow").await;
    ana.is_before(&room).await;
    assert_eq!(ana.evaluates("sessionStorage.getItem('live')").await, "false");
}

async fn goes(ana: &Person, event: &str) {
    ana.evaluates(&format!("dispatchEvent(new PageTransitionEvent('{event}', {{ persisted: true }}))")).await;
}
