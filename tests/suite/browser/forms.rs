//! A form that is on its way is not sent a second time.

use serde_json::Value;

use crate::fixtures::chromium::{Device, Person, Stage};

in_chromium![
    a_second_press_is_ignored_on_every_page,
    a_form_can_be_sent_again_after_a_failure,
    a_wrong_field_has_the_focus,
    a_password_is_shown_to_who_asks,
];

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
    is_sent_once(&ana, &["Leave", "Log out"]).await;
    ana.presses("More").await;
    is_sent_once(&ana, &["Delete"]).await;
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

async fn a_wrong_field_has_the_focus(stage: &Stage) {
    let ana = stage.person("ana").await;
    ana.presses("Log out").await;
    ana.expects_failure("/session", "401");
    ana.fills_in("Log in", "Username", "ana").await;
    ana.fills_in("Log in", "Password", "wrong").await;
    ana.presses("Log in").await;
    ana.is_told("The username or the password is wrong.").await;
    ana.waits_until(
        "document.activeElement.id === 'log-in-password' && document.activeElement.ariaInvalid === 'true'",
    )
    .await;
    assert_eq!(ana.evaluates("document.title.startsWith('Error: ')").await, true);
    ana.has_in("Username", "ana").await;
}

async fn a_password_is_shown_to_who_asks(stage: &Stage) {
    let ana = stage.person("ana").await;
    ana.presses("Log out").await;
    ana.fills_in("Log in", "Username", "ana").await;
    ana.fills_in("Log in", "Password", crate::fixtures::Person::PASSWORD).await;
    let kind = "field('Password').type";
    assert_eq!(ana.evaluates(kind).await, "password");
    ana.presses("Show").await;
    assert_eq!(ana.evaluates(kind).await, "text");
    ana.presses("Hide").await;
    assert_eq!(ana.evaluates(kind).await, "password");
    ana.presses("Show").await;
    ana.evaluates(
        "void addEventListener('pagehide', () => localStorage.setItem('sent', field('Password').type))",
    )
    .await;
    ana.presses("Log in").await;
    ana.is_at("/rooms").await;
    assert_eq!(ana.evaluates("localStorage.getItem('sent')").await, "password", "as browsers know it");
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
