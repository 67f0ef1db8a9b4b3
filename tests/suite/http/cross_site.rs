//! A form or script on another site gets nothing done here, whoever looks at it.

use rocket::http::{ContentType, Method};

use crate::fixtures::{Answer, Instance, Person, Room, encode, nonce};

on_both_engines![
    what_the_browser_says_of_the_site_decides,
    without_that_the_origin_must_be_ours,
    the_json_protocol_is_guarded_too,
    the_method_cannot_be_smuggled,
    reading_is_allowed_from_anywhere,
];

const HOST: &str = "parlor.example:8000";

/// Posts by form with such headers.
async fn posts(person: &Person<'_>, room: &Room, headers: &[(&'static str, &str)]) -> Answer {
    let fields = [("body", "soup"), ("nonce", &nonce())];
    let ask = person.asks(Method::Post, &room.path("/post")).host(HOST).form(&fields);
    headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value)).send().await
}

async fn what_the_browser_says_of_the_site_decides(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for site in ["same-origin", "none"] {
        posts(&ana, &room, &[("Sec-Fetch-Site", site)]).await.is(303);
        // An Origin beside it does not matter: the browser has compared already.
        posts(&ana, &room, &[("Sec-Fetch-Site", site), ("Origin", "http://127.0.0.1")]).await.is(303);
    }
    for site in ["cross-site", "same-site", "", "anything"] {
        posts(&ana, &room, &[("Sec-Fetch-Site", site)]).await.refuses(403);
        let own = format!("http://{HOST}");
        posts(&ana, &room, &[("Sec-Fetch-Site", site), ("Origin", &own)]).await.refuses(403);
    }
    assert_eq!(ana.reads(&room).await.len(), 4);
}

async fn without_that_the_origin_must_be_ours(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for scheme in ["http", "https"] {
        posts(&ana, &room, &[("Origin", &format!("{scheme}://{HOST}"))]).await.is(303);
    }
    posts(&ana, &room, &[]).await.is(303);
    for origin in [
        "https://elsewhere.example",
        "http://parlor.example",
        "http://parlor.example:8001",
        "http://parlor.example:8000.elsewhere.example",
        "http://elsewhere.example/parlor.example:8000",
        "http://parlor.example:8000@elsewhere.example",
        "null",
        "",
        "nonsense",
    ] {
        posts(&ana, &room, &[("Origin", origin)]).await.refuses(403);
    }
    assert_eq!(ana.reads(&room).await.len(), 3);
}

async fn the_json_protocol_is_guarded_too(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let text = r#"{"body":"soup","nonce":"n"}"#;
    for (name, value) in
        [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "null")]
    {
        let ask = ana.asks(Method::Post, &room.api("")).host(HOST).json(text).header(name, value);
        ask.send().await.is_problem(403, "cross-site");
    }
    ana.polls(&room, "0").await.says_nothing();
    let ask = ana.asks(Method::Post, &room.api("")).host(HOST).json(text);
    ask.header("Sec-Fetch-Site", "same-origin").send().await.is(201);
}

async fn the_method_cannot_be_smuggled(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for method in ["delete", "DELETE", "put", "patch", "get"] {
        let body = encode(&[("_method", method), ("body", "soup"), ("nonce", &nonce())]);
        for path in [room.path("/post"), room.path("/delete"), room.path("/leave")] {
            let ask = ana.asks(Method::Post, &path).host(HOST).header("Sec-Fetch-Site", "cross-site");
            let answer = ask.body(Some(ContentType::Form), &body).send().await;
            // What becomes a GET may be answered: it changes nothing.
            let harmless = method == "get" && matches!(answer.status, 200 | 303);
            assert!(harmless || matches!(answer.status, 403 | 404), "{answer:?}");
        }
    }
    ana.enters_page_of(&room).await;
    assert!(ana.reads(&room).await.is_empty());
}

async fn reading_is_allowed_from_anywhere(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for path in ["/rooms".to_owned(), room.path("")] {
        let ask = ana.asks(Method::Get, &path).host(HOST).header("Sec-Fetch-Site", "cross-site");
        ask.send().await.is(200);
    }
}
