//! `POST /api/rooms/<id>/messages`: every wrong shape of a request, none of which stores anything.

use rocket::http::{ContentType, Method};
use serde_json::json;

use crate::fixtures::{Answer, Instance, Person, Post, Room};

on_both_engines![
    broken_json_is_malformed,
    deep_nesting_is_refused_like_anything_wrong,
    a_wrong_shape_is_invalid,
    a_malformed_nonce_is_invalid,
    a_malformed_cursor_stores_nothing,
    another_kind_of_content_is_refused,
];

async fn sends_bytes(
    person: &Person<'_>,
    room: &Room,
    kind: Option<ContentType>,
    bytes: impl AsRef<[u8]>,
) -> Answer {
    person.asks(Method::Post, &room.api("")).body(kind, bytes).send().await
}

async fn broken_json_is_malformed(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let texts = [
        "",
        " ",
        "{",
        "body=soup&nonce=n",
        r#"{"body":"soup","nonce":"n""#,
        r#"{"body":"\ud800","nonce":"n"}"#,
    ];
    for text in texts {
        let answer = sends_bytes(&ana, &room, Some(ContentType::JSON), text).await;
        answer.is_problem(400, "malformed");
    }
    for bytes in [
        &b"{\"body\":\"\xff\",\"nonce\":\"n\"}"[..],
        b"\xff\xfe",
        b"{\"body\":\"\xed\xa0\x80\",\"nonce\":\"n\"}",
    ] {
        sends_bytes(&ana, &room, Some(ContentType::JSON), bytes).await.is_problem(400, "malformed");
    }
    ana.polls(&room, "0").await.says_nothing();
}

async fn deep_nesting_is_refused_like_anything_wrong(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let (open, close) = ("[".repeat(20_000), "]".repeat(20_000));
    let inside = [format!(r#"{{"body":{open}1{close},"nonce":"n"}}"#), format!(r#"{{"x":{open}{close}}}"#)];
    for text in inside.into_iter().chain([open.clone(), format!("{open}{close}"), "{\"a\":".repeat(9000)]) {
        let answer = sends_bytes(&ana, &room, Some(ContentType::JSON), &text).await;
        match answer.status {
            400 => answer.is_problem(400, "malformed"),
            _ => answer.is_problem(422, "invalid"),
        };
    }
    ana.polls(&room, "0").await.says_nothing();
}

async fn a_wrong_shape_is_invalid(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for value in [
        json!(null),
        json!("soup"),
        json!([]),
        json!({}),
        json!({"body": "soup"}),
        json!({"nonce": "n"}),
        json!({"body": 7, "nonce": "n"}),
        json!({"body": null, "nonce": "n"}),
        json!({"body": ["soup"], "nonce": "n"}),
        json!({"body": {"soup": true}, "nonce": "n"}),
        json!({"body": "soup", "nonce": 7}),
        json!({"body": "soup", "nonce": null}),
        json!([{"body": "soup", "nonce": "n"}]),
    ] {
        ana.sends_json(&room.api(""), &value).await.is_problem(422, "invalid");
    }
    let twice = r#"{"body":"one","body":"two","nonce":"n"}"#;
    sends_bytes(&ana, &room, Some(ContentType::JSON), twice).await.is_problem(422, "invalid");
    ana.polls(&room, "0").await.says_nothing();
    ana.sends_json(&room.api(""), &json!({"body": "soup", "nonce": "n"})).await.is(201);
}

async fn a_malformed_nonce_is_invalid(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for nonce in ["", " ", "a b", "é", "a\0", "n.n", &"x".repeat(65)] {
        ana.sends_json(&room.api(""), &json!({"body": "soup", "nonce": nonce}))
            .await
            .is_problem(422, "invalid");
    }
    ana.polls(&room, "0").await.says_nothing();
    for nonce in ["A-z_9", &"x".repeat(64)] {
        ana.sends_json(&room.api(""), &json!({"body": "soup", "nonce": nonce})).await.is(201);
    }
}

async fn a_malformed_cursor_stores_nothing(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for after in ["x", "-1", "", "1.", "0.abc", "9223372036854775808", "%00", "%ff"] {
        ana.tries_to_post(&room, &Post::new("soup").after(after)).await.is_problem(422, "invalid");
    }
    ana.polls(&room, "0").await.says_nothing();
}

async fn another_kind_of_content_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let text = r#"{"body":"soup","nonce":"n"}"#;
    for kind in [
        None,
        Some(ContentType::Plain),
        Some(ContentType::Form),
        Some(ContentType::HTML),
        Some(ContentType::FormData),
    ] {
        sends_bytes(&ana, &room, kind, text).await.is_problem(415, "unsupported-media-type");
    }
    ana.polls(&room, "0").await.says_nothing();
    let with_charset = ContentType::JSON.with_params(("charset", "utf-8"));
    sends_bytes(&ana, &room, Some(with_charset), text).await.is(201);
}
