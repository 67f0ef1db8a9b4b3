//! What has been written and not yet stored outlives accidents.

use serde_json::json;

use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    a_draft_survives_a_reload_and_goes_with_its_message,
    the_outbox_survives_a_reload,
    a_message_whose_answer_was_lost_is_sent_once,
    a_message_that_is_too_long_stays_in_the_box,
    a_refused_message_can_be_edited_or_discarded,
];

async fn a_draft_survives_a_reload_and_goes_with_its_message(stage: &Stage) {
    let ana = stage.person("ana").await;
    ana.creates("Kitchen").await;
    ana.types_in("Message", "half a thou").await;
    ana.reloads().await;
    ana.has_in("Message", "half a thou").await;
    ana.types_in("Message", "ght").await;
    ana.types_in("Message", Person::ENTER).await;
    ana.has_read("half a thought").await;
    ana.reloads().await;
    ana.has_read("half a thought").await;
    ana.has_in("Message", "").await;
    ana.says_and_sees("another").await;
    assert_eq!(ana.bodies().await, ["half a thought", "another"]);
}

async fn the_outbox_survives_a_reload(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.expects_failure(&room.api(""), "net::ERR_BLOCKED_BY_CLIENT");
    ana.devtools("Network.enable", json!({})).await;
    ana.devtools("Network.setBlockedURLs", json!({ "urls": ["*/api/*"] })).await;
    ana.says("one").await;
    ana.says("two").await;
    ana.waits_until("unsent() === 2").await;
    ana.reloads().await;
    ana.waits_until("unsent() === 2").await;
    assert!(ana.bodies().await.is_empty(), "sent through a blocked connection");
    ana.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await;
    ana.waits_until("unsent() === 0").await;
    ana.has_read("two").await;
    assert_eq!(ana.bodies().await, ["one", "two"]);
}

async fn a_message_whose_answer_was_lost_is_sent_once(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.runs(
        "const { fetch } = window;
         window.fetch = (url, options) => {
             const answer = fetch(url, options);
             return options.method === 'POST' ? new Promise(() => {}) : answer;
         };
         return true;",
        Vec::new(),
    )
    .await;
    ana.says("soup").await;
    bo.has_read("soup").await;
    ana.has_read("soup").await;
    ana.waits_until("$$('.message--pending').length === 1 && unsent() === 0").await;
    ana.reloads().await;
    ana.waits_until("Boolean($('.room--live')) && $$('.message--pending').length === 0").await;
    ana.says_and_sees("bread").await;
    bo.has_read("bread").await;
    assert_eq!(ana.bodies().await, ["soup", "bread"]);
    assert_eq!(bo.bodies().await, ["soup", "bread"]);
}

async fn a_message_that_is_too_long_stays_in_the_box(stage: &Stage) {
    let ana = stage.person("ana").await;
    ana.creates("Kitchen").await;
    // Characters are counted, not the halves that some are made of.
    let too_long = "😀".repeat(4001);
    ana.pastes_in("Message", &too_long).await;
    ana.sees("4,001 of 4,000").await;
    ana.presses("Send").await;
    ana.is_told("too long").await;
    ana.has_in("Message", &too_long).await;
    assert!(ana.bodies().await.is_empty());
    ana.is_not_offered("Retry").await;

    ana.reloads().await;
    ana.has_in("Message", &too_long).await;
    let fitting = "😀".repeat(4000);
    ana.pastes_in("Message", &fitting).await;
    ana.sees("4,000 of 4,000").await;
    ana.presses("Send").await;
    ana.has_read(&fitting).await;
    ana.sees_no_more("of 4,000").await;
}

/// The page counts as the server does; what it lets through all the same comes back with the reason.
async fn a_refused_message_can_be_edited_or_discarded(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.expects_failure(&room.api(""), "422");
    // The page lets nothing pass that the server refuses, so the text is lost on the way.
    let statements = "
        const { fetch } = window;
        const without = (options) => ({ ...options, body: options.body.replace('so so', '') });
        window.fetch = (url, options) => fetch(url, options?.body ? without(options) : options);
        return true;";
    ana.runs(statements, Vec::new()).await;
    ana.pastes_in("Message", "so so").await;
    ana.presses("Send").await;
    ana.sees("Not sent: ").await;
    ana.is_offered("Retry").await;
    // It does not hold up what comes after it.
    ana.says_and_sees("bread").await;
    ana.presses("Edit").await;
    ana.has_in("Message", "so so").await;
    ana.pastes_in("Message", "soup").await;
    ana.presses("Send").await;
    ana.has_read("soup").await;
    ana.pastes_in("Message", "so so").await;
    ana.presses("Send").await;
    ana.presses("Discard").await;
    ana.waits_until("unsent() === 0").await;
    assert_eq!(ana.bodies().await, ["bread", "soup"]);
}
