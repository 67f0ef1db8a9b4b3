//! Times are the reader's own.

use serde_json::json;

use crate::fixtures::chromium::{Person, Stage};

in_chromium![times_follow_the_machine_to_another_zone];

async fn moves_to(person: &Person, zone: &str) {
    person.devtools("Emulation.setTimezoneOverride", json!({ "timezoneId": zone })).await;
}

async fn times_follow_the_machine_to_another_zone(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    moves_to(&ana, "Pacific/Pago_Pago").await;
    ana.says_elsewhere(&room, &["loaded".to_owned()]).await;
    ana.reloads().await;
    ana.says_and_sees("live").await;
    let shown = "$$('.day, .message__time').map((it) => it.textContent + it.title)";
    let right = "$$('.message__time').every((it) =>
            it.textContent === new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(new Date(it.dateTime)))
        && $$('.day').length === 1 && $('.day').textContent === 'Today' && $('.day').title === new Intl.DateTimeFormat(undefined,
            { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(new Date($('.message__time').dateTime))";
    ana.waits_until(right).await;
    let before = ana.evaluates(shown).await;
    // 25 hours on: it is another day there, whatever the time. A machine that wakes there polls at once.
    moves_to(&ana, "Pacific/Kiritimati").await;
    ana.evaluates("document.dispatchEvent(new Event('resume'))").await;
    ana.waits_until(&format!("!{shown}.some((text) => {before}.includes(text)) && {right}")).await;
}
