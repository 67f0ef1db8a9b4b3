//! How much, and of what kind, a request may bring: forms and JSON alike.

use rocket::http::{ContentType, Method};

use crate::fixtures::{Answer, Instance, Person, encode, nonce};

on_both_engines![
    a_form_over_the_limit_is_too_large,
    json_over_the_limit_is_too_large,
    a_legal_message_is_never_too_large,
    bytes_that_are_no_text_are_refused,
    a_form_of_another_kind_is_refused,
    nonsense_in_a_form_breaks_nothing,
];

const LIMIT: usize = 64 * 1024;

/// The forms, with the field that takes text.
async fn forms(person: &Person<'_>) -> Vec<(String, &'static str)> {
    let room = person.creates("Kitchen").await;
    vec![
        ("/accounts".to_owned(), "username"),
        ("/session".to_owned(), "username"),
        ("/rooms".to_owned(), "name"),
        (room.path("/post"), "body"),
    ]
}

async fn sends(person: &Person<'_>, path: &str, kind: Option<ContentType>, body: &[u8]) -> Answer {
    person.asks(Method::Post, path).body(kind, body).send().await
}

async fn a_form_over_the_limit_is_too_large(instance: Instance) {
    let ana = instance.person("ana").await;
    for (path, field) in forms(&ana).await {
        let filled = |size: usize| format!("{field}={}", "x".repeat(size - field.len() - 1)).into_bytes();
        let answer = sends(&ana, &path, Some(ContentType::Form), &filled(LIMIT)).await;
        assert!(matches!(answer.status, 401 | 409 | 422), "as large as allowed: {answer:?}");
        for size in [LIMIT + 1, 2 * LIMIT, 4_000_000] {
            sends(&ana, &path, Some(ContentType::Form), &filled(size)).await.refuses(413);
        }
    }
    ana.opens("/rooms").await.is(200);
}

async fn json_over_the_limit_is_too_large(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let filled = |size: usize| {
        let text = format!(r#"{{"body":"soup","nonce":"{}"}}"#, nonce());
        format!("{text}{}", " ".repeat(size - text.len()))
    };
    let send =
        async |size| sends(&ana, &room.api(""), Some(ContentType::JSON), filled(size).as_bytes()).await;
    send(LIMIT).await.is(201);
    for size in [LIMIT + 1, 2 * LIMIT, 4_000_000] {
        send(size).await.is_problem(413, "too-large");
    }
    assert_eq!(ana.reads(&room).await.len(), 1);
}

async fn a_legal_message_is_never_too_large(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let longest = "😀".repeat(4000);
    let form = encode(&[("body", &longest), ("nonce", &"n".repeat(64))]);
    assert!(form.len() > 48_000, "each of them takes twelve bytes");
    sends(&ana, &room.path("/post"), Some(ContentType::Form), form.as_bytes()).await.is(303);
    let escaped = format!(r#"{{"body":"{}","nonce":"{}"}}"#, "\\ud83d\\ude00".repeat(4000), "m".repeat(64));
    sends(&ana, &room.api(""), Some(ContentType::JSON), escaped.as_bytes()).await.is(201);
    assert_eq!(ana.bodies_in(&room).await, [longest.clone(), longest]);
}

async fn bytes_that_are_no_text_are_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    let bytes: [&[u8]; 6] = [b"%ff", b"a%c3", b"%ed%a0%80", b"%c0%80", b"\xff", b"a\xc3"];
    for (path, field) in forms(&ana).await {
        for text in bytes {
            let body = [field.as_bytes(), b"=", text].concat();
            sends(&ana, &path, Some(ContentType::Form), &body).await.refuses(400);
            let elsewhere = [b"other=", text, b"&nonce=", text].concat();
            sends(&ana, &path, Some(ContentType::Form), &elsewhere).await.refuses(400);
        }
    }
    let room = instance.person("bo").await.creates("Hall").await;
    ana.polls(&room, "0").await.is_problem(403, "not-a-member");
}

async fn a_form_of_another_kind_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    let kinds = [
        None,
        Some(ContentType::Plain),
        Some(ContentType::JSON),
        Some(ContentType::FormData),
        Some(ContentType::XML),
    ];
    for (path, field) in forms(&ana).await {
        for kind in &kinds {
            let body = format!("{field}=soup&nonce=n&password=12345678");
            sends(&ana, &path, kind.clone(), body.as_bytes()).await.refuses(415);
        }
    }
    assert!(!ana.list().await.text().contains("soup"));
}

async fn nonsense_in_a_form_breaks_nothing(instance: Instance) {
    let ana = instance.person("ana").await;
    let nonsense: [&[u8]; 12] = [
        b"",
        b"=",
        b"&",
        b"&&==&&",
        b"%",
        b"%zz",
        b"a=%",
        b"a=%f",
        b"[]=1",
        b"a[b][c]=1&a.b=2",
        b"\0",
        b"name=%00",
    ];
    for (path, field) in forms(&ana).await {
        for body in nonsense {
            let answer = sends(&ana, &path, Some(ContentType::Form), body).await;
            assert!(matches!(answer.status, 400 | 401 | 409 | 422), "{body:?}: {answer:?}");
            let many = format!("{field}[0]=a&").repeat(4000);
            let answer = sends(&ana, &path, Some(ContentType::Form), many.as_bytes()).await;
            assert!(matches!(answer.status, 401 | 409 | 422), "{}", answer.status);
        }
    }
}
