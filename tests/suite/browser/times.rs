//! Times are the reader's own.

use serde_json::json;

use crate::fixtures::chromium::{Person, Stage};

in_chromium![times_follow_the_machine_to_another_zone, who_goes_on_for_long_has_a_head_now_and_then];

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

async fn who_goes_on_for_long_has_a_head_now_and_then(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    // Somewhere where it is far from midnight.
    let noon = "(12 - new Date().getUTCHours())";
    let zone = ana.evaluates(&format!("`Etc/GMT${{{noon} > 0 ? '-' : '+'}}${{Math.abs({noon})}}`")).await;
    moves_to(&ana, zone.as_str().unwrap()).await;
    ana.says_elsewhere(&room, &(1..=120).map(|n| format!("line {n}")).collect::<Vec<_>>()).await;
    ana.has_read("line 120").await;
    stage.executes_sql("UPDATE entry SET at = at - (120 - seq) * 59000").await;
    ana.reloads().await;
    ana.waits_until("Boolean($('.room--live'))").await;
    let rendered = "const page = await (await fetch(location.pathname)).text();
        return page.match(/(?<=class=\"message)( message--\\w+)*(?=\")/g).slice(0, 100)
            .flatMap((classes, index) => (classes.includes('continued') ? [] : [index + 21]));";
    let heads: Vec<_> = (21..=120).step_by(6).collect();
    assert_eq!(ana.runs(rendered, Vec::new()).await, json!(heads));
    let shown = "$$('[data-seq]:not(.message--continued)').map((it) => Number(it.dataset.seq))";
    assert_eq!(ana.evaluates(shown).await, json!(heads));
    // What comes before it may begin the group.
    ana.evaluates("$('.scroller').scrollTop = 0").await;
    ana.waits_until("Boolean($('[data-seq=\"1\"]'))").await;
    let heads: Vec<_> = (1..=120).step_by(6).collect();
    assert_eq!(ana.evaluates(shown).await, json!(heads));
}
