//! Everybody sees the same messages in the same order, and a new one is always last.

use rocket::futures::future::join_all;
use serde_json::json;

use crate::fixtures::chromium::{Person, Stage};

in_chromium_on_both_engines![three_people_talking_at_once_read_the_same];

const EACH: usize = 20;

/// Looks at the log after every change: 1, 2, 3 … without a gap, longer than before, the new ones last.
const WATCH: &str = "
    const numbers = (root) => [...root.querySelectorAll('[data-seq]')].map((it) => Number(it.dataset.seq));
    const log = $('[role=log]');
    window.seen = { changes: 0, faults: [] };
    let before = numbers(log);
    new MutationObserver((records) => {
        const now = numbers(log);
        window.seen.changes += 1;
        const gapless = now.every((seq, index) => seq === index + 1);
        if (!gapless || now.length < before.length) window.seen.faults.push([before, now]);
        for (const { addedNodes } of records) {
            for (const node of addedNodes) {
                const older = [...log.querySelectorAll('[data-seq]')]
                    .filter((it) => node.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_FOLLOWING)
                    .filter((it) => before.includes(Number(it.dataset.seq)));
                if (numbers(log).length && older.length) window.seen.faults.push(node.outerHTML);
            }
        }
        before = now;
    }).observe(log, { childList: true, subtree: true });
    return true;";

async fn three_people_talking_at_once_read_the_same(stage: &Stage) {
    let people = [stage.person("ana").await, stage.person("bo").await, stage.person("cy").await];
    let room = people[0].creates("Kitchen").await;
    for person in &people[1..] {
        person.joins(&room).await;
    }
    join_all(people.iter().map(|person| person.runs(WATCH, Vec::new()))).await;
    join_all(people.iter().map(|person| person.writes_at_once(EACH))).await;
    join_all(people.iter().map(|person| has_them_all(person))).await;

    let log = people[0].log().await;
    assert!(log.iter().map(|said| said.seq).eq(1..=60), "{log:#?}");
    for person in &people {
        assert_eq!(person.log().await, log, "{} reads something else", person.name);
        let theirs = log.iter().filter(|said| said.author == person.name).map(|said| said.body.clone());
        assert!(theirs.eq((1..=EACH).map(|n| format!("message {n}"))), "{log:#?}");
        let seen = person.evaluates("window.seen").await;
        assert_eq!(seen["faults"], json!([]), "{}", person.name);
        assert!(seen["changes"].as_u64() > Some(0), "{} has watched nothing", person.name);
    }
}

async fn has_them_all(person: &Person) {
    person
        .waits_until(&format!("$$('[role=log] [data-seq]').length >= {} && unsent() === 0", 3 * EACH))
        .await;
}
