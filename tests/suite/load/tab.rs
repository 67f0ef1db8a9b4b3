//! What a message costs in a tab in which many have been said, and what the tab keeps of them.

use rocket::tokio::time::{Duration, sleep};
use serde_json::{Value, json};

use crate::fixtures::chromium::{Person, Stage, play};
use crate::fixtures::{Engine, Room};

const FEW: usize = 100;
const MANY: usize = 10_000;
const ARRIVALS: usize = 10;
/// For a poll, and for what it brings to be painted.
const PAUSE: Duration = Duration::from_millis(1_300);

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn a_message_among_ten_thousand() {
    play(Engine::Sqlite, async |stage: &Stage| {
        let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
        let room = ana.creates("Kitchen").await;
        bo.joins(&room).await;
        bo.opens("/rooms").await;
        says_many(&bo, &room, FEW).await;
        let (few, _) = cost(&ana, &bo, &room, FEW).await;
        let (few_nodes, few_heap) = (metric(&ana, "Nodes").await, metric(&ana, "JSHeapUsedSize").await);
        says_many(&bo, &room, MANY - FEW - ARRIVALS).await;
        let (many, longest) = cost(&ana, &bo, &room, MANY).await;
        let (nodes, heap) = (metric(&ana, "Nodes").await, metric(&ana, "JSHeapUsedSize").await);
        eprintln!(
            "kept: {} messages, {nodes} nodes after {few_nodes}, {:.1} MB after {:.1}",
            ana.evaluates("$$('[data-seq]').length").await,
            heap / 1e6,
            few_heap / 1e6
        );
        eprintln!(
            "main thread per message among {MANY}: {:.1} × that among {FEW} (wanted ≤ 2 ×), {many:.0} ms; \
             longest task {longest} ms (wanted ≤ 50 ms)",
            many / few
        );
    })
    .await;
}

/// How long the main thread of ana's tab works for a message, and its longest task, in milliseconds.
async fn cost(ana: &Person, bo: &Person, room: &Room, present: usize) -> (f64, Value) {
    ana.waits_until(&format!("Number($$('[data-seq]').at(-1).dataset.seq) >= {present}")).await;
    ana.devtools("Performance.enable", json!({ "timeDomain": "threadTicks" })).await;
    let watching = "window.longest = 0;
        new PerformanceObserver((list) => {
            window.longest = Math.max(window.longest, ...list.getEntries().map(({ duration }) => duration));
        }).observe({ type: 'longtask' });
        return true;";
    ana.runs(watching, Vec::new()).await;
    sleep(2 * PAUSE).await;
    let before = busy(ana).await;
    for _ in 0..ARRIVALS {
        says_many(bo, room, 1).await;
        sleep(PAUSE).await;
    }
    let spent = busy(ana).await - before;
    ana.devtools("HeapProfiler.collectGarbage", json!({})).await;
    #[expect(clippy::cast_precision_loss, reason = "ten")]
    let each = spent / ARRIVALS as f64;
    (each, ana.evaluates("window.longest").await)
}

async fn busy(ana: &Person) -> f64 {
    metric(ana, "TaskDuration").await * 1_000.0
}

async fn metric(ana: &Person, name: &str) -> f64 {
    let answer = ana.devtools("Performance.getMetrics", json!({})).await;
    let metrics = answer["metrics"].as_array().unwrap();
    let found = metrics.iter().find(|metric| metric["name"] == name).unwrap();
    found["value"].as_f64().unwrap()
}

async fn says_many(bo: &Person, room: &Room, count: usize) {
    let statements = "
        window.said ??= 0;
        const end = window.said + given[1];
        const nonce = () => [...crypto.getRandomValues(new Uint8Array(16))]
            .map((byte) => byte.toString(16).padStart(2, '0')).join('');
        const says = async () => {
            while (window.said < end) {
                const body = `message ${++window.said} ${'and more '.repeat(window.said % 13)}`;
                const headers = { 'Content-Type': 'application/json' };
                const post = { method: 'POST', headers, body: JSON.stringify({ body, nonce: nonce() }) };
                const answer = await fetch(`${given[0]}?after=${Math.max(0, window.said - 20)}`, post);
                if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
                await answer.text();
            }
        };
        await Promise.all([says(), says(), says(), says()]);
        return true;";
    // A script may run for half a minute.
    for part in (0..count).step_by(1_000).map(|done| 1_000.min(count - done)) {
        bo.runs(statements, vec![json!(room.api("")), json!(part)]).await;
    }
}
