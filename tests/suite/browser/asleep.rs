//! A tab that was hidden or put to sleep catches up at once when it is looked at again.

use serde_json::json;

use crate::fixtures::chromium::Stage;

in_chromium![a_hidden_tab_catches_up_when_it_is_shown, a_frozen_tab_catches_up_when_it_thaws,];

/// Chrome lets a hidden tab's timers fire once a minute at last; this one's never fire again.
async fn a_hidden_tab_catches_up_when_it_is_shown(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let tab = ana.tab().await;
    ana.stops_polling().await;
    ana.evaluates(&noting("visibilitychange")).await;
    ana.opens_tab("/").await;
    bo.says_and_sees("soup").await;
    ana.turns_to(&tab).await;
    ana.has_read("soup").await;
    assert_eq!(ana.evaluates("window.noted").await, json!([[true, 0], [false, 0]]));
}

async fn a_frozen_tab_catches_up_when_it_thaws(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.stops_polling().await;
    ana.evaluates(&noting("resume")).await;
    ana.devtools("Page.setWebLifecycleState", json!({ "state": "frozen" })).await;
    bo.says_and_sees("soup").await;
    ana.devtools("Page.setWebLifecycleState", json!({ "state": "active" })).await;
    ana.has_read("soup").await;
    assert_eq!(ana.evaluates("window.noted[0][1]").await, 0);
}

/// Notes at every such event whether the page is hidden, and how many messages it has.
fn noting(event: &str) -> String {
    let note = "(window.noted ??= []).push([document.hidden, $$('[role=log] [data-seq]').length])";
    format!("document.addEventListener('{event}', () => {note})")
}
