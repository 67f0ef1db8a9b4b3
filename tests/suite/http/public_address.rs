//! Parlor that knows by which address people open it.

use rocket::http::Method;

use crate::fixtures::{Answer, Database, Engine, Instance};

const PUBLIC: &str = "https://chat.example";

/// An instance that people come to by HTTPS.
async fn with_public_url(test: impl AsyncFnOnce(Instance)) {
    let database = Database::create(Engine::Sqlite).await;
    test(Instance::with(Instance::settings(&database).merge(("parlor.public_url", PUBLIC))).await).await;
    database.discard().await;
}

fn set_cookies(answer: &Answer) -> Vec<&str> {
    let cookies = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Set-Cookie"));
    cookies.map(|(_, cookie)| cookie.as_str()).collect()
}

/// Browsers drop a `__Host-` cookie without each of these, its removal too.
fn is_of_this_host_only(cookie: &str) {
    assert!(cookie.starts_with("__Host-parlor"), "{cookie}");
    for part in ["Secure", "Path=/", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.split("; ").any(|p| p == part), "no {part} in {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[rocket::async_test]
async fn over_https_cookies_are_of_this_host_only() {
    with_public_url(async |instance| {
        let ana = instance.visitor("ana");
        let answer = ana.tries_to_sign_up().await.lets_in("/rooms");
        let given = set_cookies(&answer);
        assert_eq!(given.len(), 2, "{answer:?}");
        given.into_iter().for_each(is_of_this_host_only);
        ana.opens("/rooms").await.is(200);

        let answer = ana.sends("/session/end", &[]).await.leads_to("/");
        let removed = set_cookies(&answer);
        assert_eq!(removed.len(), 1, "the other one stays: {answer:?}");
        is_of_this_host_only(removed[0]);
        assert!(removed[0].contains("Max-Age=0"), "{removed:?}");
        assert_eq!(answer.header("Clear-Site-Data"), Some("\"storage\""), "{answer:?}");
        ana.opens("/rooms").await.is(401);
    })
    .await;
}

/// It could have been planted by anybody on the line.
#[rocket::async_test]
async fn over_https_a_cookie_of_plain_http_opens_nothing() {
    with_public_url(async |instance| {
        let ana = instance.person("ana").await;
        let plain = |name: &str| name.strip_prefix("__Host-").unwrap().to_owned();
        ana.carries(ana.cookies().iter().map(|(name, value)| (plain(name), value.clone())).collect());
        ana.opens("/rooms").await.is(401);
    })
    .await;
}

#[rocket::async_test]
async fn under_another_name_nothing_is_answered() {
    with_public_url(async |instance| {
        let ana = instance.person("ana").await;
        let room = ana.creates("Kitchen").await;
        ana.says(&room, "soup").await;
        for path in
            ["/".to_owned(), "/rooms".to_owned(), room.path(""), room.api("?after=0"), "/nowhere".to_owned()]
        {
            for host in
                ["elsewhere.example", "chat.example:8000", "chat.example.elsewhere.example", "127.0.0.1"]
            {
                let answer = ana.asks(Method::Get, &path).host(host).send().await.is(421);
                assert!(
                    answer.page().link("https://chat.example").as_deref() == Some("https://chat.example")
                        && !answer.body.contains("soup"),
                    "{answer:?}"
                );
            }
            let twice = ana.asks(Method::Get, &path).host("chat.example").header("Host", "elsewhere.example");
            twice.send().await.is(421);
        }
        for path in [room.path("/post"), room.path("/leave"), "/session/end".to_owned()] {
            let ask = ana
                .asks(Method::Post, &path)
                .host("elsewhere.example")
                .form(&[("body", "x"), ("nonce", "n")]);
            ask.header("Sec-Fetch-Site", "same-origin").send().await.is(421);
        }
        for host in ["chat.example", "chat.example:443", "CHAT.example"] {
            ana.asks(Method::Get, &room.path("")).host(host).send().await.is(200);
        }
        assert_eq!(ana.bodies_in(&room).await, ["soup"]);
        // Who looks after it asks at whatever address it listens; here that is nobody.
        let health = ana.asks(Method::Get, "/health").host("127.0.0.1").send().await;
        assert_ne!(health.status, 421, "{health:?}");
    })
    .await;
}

#[rocket::async_test]
async fn forms_come_from_that_very_address() {
    with_public_url(async |instance| {
        let ana = instance.person("ana").await;
        for (origin, status) in [
            (PUBLIC, 303),
            ("http://chat.example", 403),
            ("https://chat.example:8443", 403),
            ("https://elsewhere.example", 403),
            ("null", 403),
        ] {
            let ask = ana.asks(Method::Post, "/notices/dismiss").form(&[]).header("Origin", origin);
            assert_eq!(ask.send().await.status, status, "{origin}");
        }
    })
    .await;
}

#[rocket::async_test]
async fn over_https_browsers_are_told_to_use_nothing_else() {
    with_public_url(async |instance| {
        let ana = instance.visitor("ana");
        let style = ana.opens("/").await.page().assets().remove(0);
        for path in ["/", "/rooms", "/api/nowhere", &style] {
            let answer = ana.opens(path).await;
            assert_eq!(answer.header("Strict-Transport-Security"), Some("max-age=31536000"), "{answer:?}");
        }
        let misdirected = ana.asks(Method::Get, "/").host("elsewhere.example").send().await.is(421);
        assert!(misdirected.header("Content-Security-Policy").is_some(), "{misdirected:?}");
    })
    .await;
    let database = Database::create(Engine::Sqlite).await;
    let instance = Instance::open(&database).await;
    let ana = instance.person("ana").await;
    assert_eq!(ana.opens("/").await.header("Strict-Transport-Security"), None);
    let answer = ana.sends("/session/end", &[]).await;
    assert_eq!(answer.header("Clear-Site-Data"), None, "over plain HTTP browsers do not obey it");
    drop(ana);
    instance.close().await;
    database.discard().await;
}
