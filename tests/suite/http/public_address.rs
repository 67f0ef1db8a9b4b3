//! Parlor that knows by which address people open it.

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
