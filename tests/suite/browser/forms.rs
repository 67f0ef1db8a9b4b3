//! A form that is on its way is not sent a second time.

use serde_json::Value;

use crate::fixtures::chromium::{Device, Person, Stage};

in_chromium![a_second_press_is_ignored_on_every_page, a_form_can_be_sent_again_after_a_failure];

/// Presses a button twice, as a double click does, and counts how often its form was sent. None arrives.
const TWICE: &str = "
    const sent = [];
    const count = (event) => {
        if (!event.defaultPrevented) sent.push(event.target);
        event.preventDefault();
    };
    addEventListener('submit', count);
    const [button] = buttons(given[0]);
    button.click();
    button.click();
    removeEventListener('submit', count);
    return sent.length;";

async fn a_second_press_is_ignored_on_every_page(stage: &Stage) {
    let ana = stage.visitor("ana", Device::Desk).await;
    is_sent_once(&ana, &["Log in", "Create account"]).await;
    ana.signs_up().await;
    is_sent_once(&ana, &["Create room", "Log out"]).await;
    let room = ana.creates("Kitchen").await;
    is_sent_once(&ana, &["Leave", "Delete", "Log out"]).await;
    ana.opens(&room.path("?before=1")).await;
    is_sent_once(&ana, &["Leave"]).await;
    ana.opens(&room.path("/delete")).await;
    is_sent_once(&ana, &["Delete"]).await;
    ana.opens("/rooms").await;
    ana.presses("Leave Kitchen").await;
    ana.is_offered("Join").await;
    is_sent_once(&ana, &["Join"]).await;
    ana.opens(&room.path("")).await;
    is_sent_once(&ana, &["Join"]).await;
    ana.expects_failure("/nowhere", "404");
    ana.opens("/nowhere").await;
    is_sent_once(&ana, &["Log out"]).await;
}

async fn a_form_can_be_sent_again_after_a_failure(stage: &Stage) {
    let ana = stage.visitor("ana", Device::Desk).await;
    assert_eq!(twice(&ana, "Log in").await, 1);
    assert_eq!(twice(&ana, "Log in").await, 0);
    assert_eq!(ana.evaluates("$('form').ariaBusy").await, "true");
    comes_back(&ana).await;
    assert_eq!(ana.evaluates("$('form').ariaBusy").await, Value::Null);
    assert_eq!(twice(&ana, "Log in").await, 1);
    // Or nothing came of it for long.
    ana.waits_until("!$('form').ariaBusy").await;
    assert_eq!(twice(&ana, "Log in").await, 1);
}

async fn is_sent_once(ana: &Person, buttons: &[&str]) {
    for button in buttons {
        assert_eq!(twice(ana, button).await, 1, "{button}");
    }
    comes_back(ana).await;
}

/// From the browser's own cache of pages.
async fn comes_back(ana: &Person) {
    ana.evaluates("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))").await;
}

async fn twice(ana: &Person, button: &str) -> u64 {
    ana.runs(TWICE, vec![button.into()]).await.as_u64().unwrap()
}
