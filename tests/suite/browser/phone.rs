//! A phone that is 320 pixels wide.

use serde_json::json;

use crate::fixtures::Room;
use crate::fixtures::chromium::{Device, Person, Stage};

in_chromium![
    every_page_fits_a_small_phone,
    every_page_fits_with_text_of_twice_the_size,
    under_a_finger_enter_makes_a_line_and_the_button_sends,
];

const WIDE: &str = "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW";

/// Whether something stands in a box that is scrolled or cut by itself.
const SCROLLS: &str = "function scrolls(it) {
    return it !== document.body && (getComputedStyle(it).overflowX !== 'visible' || scrolls(it.parentElement)) }";

async fn every_page_fits_a_small_phone(stage: &Stage) {
    let ana = stage.visitor(&"W".repeat(32), Device::Phone).await;
    let bo = stage.person("bo").await;
    assert_eq!(ana.evaluates("innerWidth").await, 320);
    ana.turns_to_form("Create an account", "Create account").await;
    let in_view =
        "buttons('Create account')[0].getBoundingClientRect().bottom <= innerHeight && scrollY === 0";
    assert_eq!(ana.evaluates(in_view).await, true, "an account is made without scrolling");
    ana_comes(&ana).await;
    let room = ana.creates(WIDE).await;
    ana_writes(&ana, &room).await;
    let other = bo.creates(&"M".repeat(60)).await;
    ana_looks_around(&ana, &room, &other).await;
    ana_is_turned_out(&ana, &bo, &room, &other).await;
}

async fn every_page_fits_with_text_of_twice_the_size(stage: &Stage) {
    let ana = stage.visitor(&"W".repeat(32), Device::Phone).await;
    let bo = stage.person("bo").await;
    ana.devtools("Page.setFontSizes", json!({ "fontSizes": { "standard": 32, "fixed": 26 } })).await;
    ana.waits_until("getComputedStyle(document.documentElement).fontSize === '32px'").await;
    ana_comes(&ana).await;
    let room = ana.creates(WIDE).await;
    fits(&ana, "an empty room").await;
    ana.says_elsewhere(&room, &["soup".to_owned(), WIDE.to_owned()]).await;
    ana.has_read(WIDE).await;
    fits(&ana, "a room").await;
    let other = bo.creates(&"M".repeat(60)).await;
    ana_looks_around(&ana, &room, &other).await;
}

async fn ana_comes(ana: &Person) {
    fits(ana, "the welcome page").await;
    ana.turns_to_form("Create an account", "Create account").await;
    fits(ana, "the other form of the welcome page").await;
    ana.expects_failure("/accounts", "422");
    ana.fills_in("Create account", "Password", "short").await;
    ana.presses("Create account").await;
    ana.is_at("/accounts").await;
    fits(ana, "a refusal").await;
    ana.signs_up().await;
    fits(ana, "the empty list").await;
}

async fn ana_writes(ana: &Person, room: &Room) {
    has_box_in_view(ana, "an empty room").await;
    let link = format!("https://{WIDE}.example/{WIDE}");
    let lines: Vec<_> = (1..60).map(|n| format!("line {n}")).chain([WIDE.repeat(5), link]).collect();
    ana.says_elsewhere(room, &lines).await;
    ana.waits_until("$$('[role=log] [data-seq]').length > 60").await;
    has_box_in_view(ana, "a full room").await;
    ana.pastes_in("Message", &"line\n".repeat(30)).await;
    has_box_in_view(ana, "a long draft").await;
    ana.pastes_in("Message", &"x".repeat(4001)).await;
    ana.presses("Send").await;
    ana.is_told("too long").await;
    has_box_in_view(ana, "a draft that is too long").await;
}

async fn ana_looks_around(ana: &Person, room: &Room, other: &Room) {
    ana.opens("/rooms").await;
    ana.is_told("You’re in").await;
    fits(ana, "the list").await;
    ana.opens(&room.path("/delete")).await;
    fits(ana, "the question before deleting").await;
    ana.opens(&other.path("")).await;
    fits(ana, "a join page").await;
    ana.expects_failure("/nowhere", "404");
    ana.opens("/nowhere").await;
    fits(ana, "an error page").await;
}

async fn ana_is_turned_out(ana: &Person, bo: &Person, room: &Room, other: &Room) {
    ana.opens(&room.path("")).await;
    ana.presses("Leave").await;
    ana.is_offered("Yes, leave").await;
    fits(ana, "the question before leaving").await;
    ana.presses("Yes, leave").await;
    ana.is_at("/rooms").await;
    ana.joins(other).await;
    ana.expects_failure(&other.api(""), "410");
    bo.opens(&other.path("/delete")).await;
    bo.presses("Delete").await;
    ana.is_told("was deleted by bo.").await;
    fits(ana, "a notice").await;
}

/// Nothing can be scrolled sideways, and nothing is cut off where it cannot.
async fn fits(ana: &Person, page: &str) {
    ana.waits_until("document.readyState === 'complete'").await;
    let sizes = "[document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]";
    assert_eq!(ana.evaluates(sizes).await, json!([320, 320, 320]), "{page}");
    let outside = "$$('body *').filter(shown).filter((it) => !scrolls(it.parentElement))
        .map((it) => [it, it.getBoundingClientRect()])
        .filter(([it, { left, right }]) => left < -0.5 || right > 320.5)
        .map(([it]) => it.outerHTML.slice(0, 200))";
    let outside = format!("((scrolls) => {outside})({SCROLLS})");
    assert_eq!(ana.evaluates(&outside).await, json!([]), "{page}");
}

async fn has_box_in_view(ana: &Person, page: &str) {
    fits(ana, page).await;
    // Wherever the reader is: typing alone would scroll the box into view.
    ana.evaluates("document.documentElement.scrollTop = document.body.scrollTop = 0").await;
    let inside = "[field('Message'), buttons('Send')[0]].map((it) => it.getBoundingClientRect())
        .every(({ top, bottom, height }) => height >= 24 && top >= 0 && bottom <= innerHeight)";
    assert_eq!(ana.evaluates(inside).await, true, "{page}: the message box is out of view");
}

async fn under_a_finger_enter_makes_a_line_and_the_button_sends(stage: &Stage) {
    let ana = stage.visitor("ana", Device::Phone).await;
    ana.signs_up().await;
    ana.creates("Kitchen").await;
    assert_eq!(ana.evaluates("field('Message').enterKeyHint").await, "enter");
    ana.types_in("Message", &format!("one{}two", Person::ENTER)).await;
    ana.has_in("Message", "one\ntwo").await;
    ana.presses("Send").await;
    ana.has_read("one\ntwo").await;
    assert_eq!(ana.bodies().await, ["one\ntwo"]);

    // A keyboard and a mouse are put beside it.
    ana.devtools("Emulation.setTouchEmulationEnabled", json!({ "enabled": false })).await;
    ana.waits_until("field('Message').enterKeyHint === 'send'").await;
    ana.says_and_sees("three").await;
}
