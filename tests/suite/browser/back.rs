//! Back after leaving: what the browser has kept is never taken for what is.

use serde_json::json;

use crate::fixtures::chromium::{Person, Stage};
use crate::fixtures::nonce;

in_chromium![
    back_after_leaving_leads_to_the_door,
    back_after_logging_out_leads_to_the_log_in,
    a_page_from_the_cache_is_not_live_until_the_server_says_so,
    what_a_page_from_the_cache_has_found_is_looked_for_again,
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

async fn what_a_page_from_the_cache_has_found_is_looked_for_again(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_and_sees("a secret soup").await;
    ana.says_and_sees("another soup").await;
    ana.opens(&room.path("/search?q=soup")).await;
    ana.waits_until("$$('.hit').length === 2").await;
    let delete = "const headers = { 'Content-Type': 'application/json' };
        return (await fetch(given[0], { method: 'POST', headers, body: given[1] })).status;";
    let given = vec![room.api("/1/delete").into(), json!({ "nonce": nonce() }).to_string().into()];
    assert_eq!(ana.runs(delete, given).await, 201);
    ana.types_in("Words to look for", " & bread").await;
    goes(&ana, "pageshow").await;
    ana.waits_until("$$('.hit').length === 1").await;
    assert_eq!(ana.evaluates("document.body.textContent.includes('secret')").await, false);
    ana.has_in("Words to look for", "soup & bread").await;
    assert_eq!(ana.evaluates("document.activeElement === field('Words to look for')").await, true);
}

async fn goes(ana: &Person, event: &str) {
    ana.evaluates(&format!("dispatchEvent(new PageTransitionEvent('{event}', {{ persisted: true }}))")).await;
}
