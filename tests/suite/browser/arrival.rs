//! The page is there before its script is.

use serde_json::json;

use crate::fixtures::Room;
use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    a_room_waits_for_three_files_that_its_page_names,
    what_was_typed_before_the_script_came_stays,
    what_was_typed_before_the_script_came_stands_below_the_draft,
    what_the_form_itself_has_sent_is_not_sent_again,
];

async fn a_room_waits_for_three_files_that_its_page_names(stage: &Stage) {
    let ana = stage.person("ana").await;
    ana.creates("Kitchen").await;
    ana.waits_until("Boolean($('.room--live'))").await;
    // On a network where every answer takes its time, a fourth file could not come sooner than these.
    let loaded = "performance.getEntriesByType('resource')
        .filter(({ initiatorType }) => ['script', 'link', 'other', 'css'].includes(initiatorType))
        .map(({ name }) => name.split('/').pop()).filter((name) => !name.endsWith('.svg')).sort()";
    assert_eq!(ana.evaluates(loaded).await, json!(["every_page.css", "room_page.css", "room_page.js"]));
}

async fn what_was_typed_before_the_script_came_stays(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    comes_without_script(&ana, &room).await;
    ana.types_in("Message", &format!("soup{}", Person::ENTER)).await;
    the_script_comes(&ana).await;
    ana.has_in("Message", "soup\n").await;
    assert!(ana.bodies().await.is_empty());
    ana.types_in("Message", "and bread").await;
    ana.presses("Send").await;
    ana.has_read("soup\nand bread").await;
}

async fn what_was_typed_before_the_script_came_stands_below_the_draft(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.types_in("Message", "half a thought").await;
    comes_without_script(&ana, &room).await;
    ana.types_in("Message", "and another").await;
    ana.evaluates("field('Message').setSelectionRange(3, 3)").await;
    the_script_comes(&ana).await;
    ana.has_in("Message", "half a thought\nand another").await;
    // Whoever is in the middle of a word stays there.
    ana.types_in("Message", "!").await;
    ana.has_in("Message", "half a thought\nand! another").await;
    ana.reloads().await;
    ana.has_in("Message", "half a thought\nand! another").await;
}

async fn what_the_form_itself_has_sent_is_not_sent_again(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    comes_without_script(&ana, &room).await;
    ana.types_in("Message", "soup").await;
    // As it is while the browser waits for the answer to the form.
    let sends = "const form = $('.composer');
        const body = new URLSearchParams(new FormData(form));
        await fetch(form.action, { method: 'POST', body });
        return true;";
    ana.runs(sends, Vec::new()).await;
    the_script_comes(&ana).await;
    ana.presses("Send").await;
    ana.has_read("soup").await;
    ana.waits_until("unsent() === 0").await;
    assert_eq!(ana.bodies().await, ["soup"]);
    ana.reloads().await;
    ana.has_in("Message", "").await;
}

/// The page is there, and its script is not.
async fn comes_without_script(ana: &Person, room: &Room) {
    ana.devtools("Network.enable", json!({})).await;
    ana.devtools("Network.setBlockedURLs", json!({ "urls": ["*/room_page.js"] })).await;
    let script = ana.evaluates("$('script').getAttribute('src')").await;
    ana.expects_failure(script.as_str().unwrap(), "net::ERR_BLOCKED_BY_CLIENT");
    ana.opens(&room.path("")).await;
    assert_eq!(ana.evaluates("Boolean($('.room--live'))").await, false);
}

async fn the_script_comes(ana: &Person) {
    ana.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await;
    // What failed once is not asked for again under the same address.
    ana.runs("await import(`${$('script').src}?late`); return true;", Vec::new()).await;
    ana.waits_until("Boolean($('.room--live'))").await;
}
