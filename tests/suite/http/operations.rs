//! What the server says of itself, and to whom.

use serde_json::Value;

use crate::fixtures::{Answer, Instance, eventually};

on_both_engines![
    to_others_it_is_as_if_nothing_were_there,
    health_follows_the_database,
    metrics_are_of_routes_and_never_of_addresses,
];

/// An answer without what differs between any two.
fn what_is_seen(answer: &Answer) -> (u16, Option<&str>, &str) {
    (answer.status, answer.header("Content-Type"), &answer.body)
}

async fn to_others_it_is_as_if_nothing_were_there(instance: Instance) {
    for person in [instance.person("ana").await, instance.visitor("cy")] {
        let nowhere = person.opens("/nowhere").await.is(404);
        for path in ["/health", "/metrics"] {
            assert_eq!(what_is_seen(&person.opens(path).await), what_is_seen(&nowhere), "{path}");
        }
    }
}

async fn health_follows_the_database(instance: Instance) {
    let instance = instance.restart_with("parlor.operations", "anyone").await;
    let probe = instance.visitor("probe");
    let health = async || {
        let answer = probe.opens("/health").await;
        let json: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert!(json["tail_lag_ms"].is_u64(), "{json}");
        (answer.status, json["status"].clone(), json["database"].clone())
    };
    let well = (200, "ok".into(), "ok".into());
    let failing = (503, "failing".into(), "failing".into());
    assert_eq!(health().await, well);
    instance.executes_sql("alter table site rename to lost").await;
    eventually("it says that the database is lost", async || health().await == failing).await;
    instance.executes_sql("alter table lost rename to site").await;
    eventually("it is well again", async || health().await == well).await;
    let before = instance.inside().memory_checkouts().1;
    for _ in 0..20 {
        health().await;
    }
    let asked = instance.inside().memory_checkouts().1 - before;
    assert!(asked <= 10, "twenty who ask have the database asked {asked} times");
}

async fn metrics_are_of_routes_and_never_of_addresses(instance: Instance) {
    let instance = instance.restart_with("parlor.operations", "anyone").await;
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 3).await;
    ana.polls(&room, "3").await;
    ana.opens("/rooms/4711").await;
    for path in ["/hostile-1", "/hostile-2?x=hostile"] {
        ana.opens(path).await.refuses(404);
    }
    let answer = ana.opens("/metrics").await.is(200);
    assert_eq!(answer.header("Content-Type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = answer.body;
    for line in [
        r#"parlor_requests_total{method="",route="",status="404"} 2"#,
        r#"parlor_requests_total{method="POST",route="/api/rooms/<_>/messages",status="201"} 3"#,
        r#"parlor_request_duration_seconds_count{method="GET",route="/api/rooms/<_>/messages"} 1"#,
        "parlor_commit_posts_sum 3.0",
        "parlor_people_inside 1",
        "parlor_rooms 1",
        "parlor_sessions_in_memory 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in:\n{text}");
    }
    assert!(!text.contains("hostile") && !text.contains("4711") && !text.contains("Kitchen"), "{text}");
    for name in [
        "parlor_commit_duration_seconds_sum",
        "parlor_tail_lag_seconds",
        "process_resident_memory_bytes",
        "process_open_fds",
    ] {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        assert!(value.is_some_and(|value| value > 0.0), "{name} in:\n{text}");
    }
}
