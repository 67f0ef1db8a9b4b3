//! What every answer tells the browser to be careful about.

use crate::fixtures::{Answer, Instance};

on_both_engines![
    every_page_carries_the_policy,
    every_answer_says_of_what_kind_it_is,
    no_page_holds_an_inline_script_or_style,
    the_cookie_is_out_of_reach_of_scripts_and_other_sites,
    pages_and_polls_are_never_kept_in_a_cache,
    every_answer_leaves_in_one_piece,
];

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types parlor";

/// One answer of every sort.
async fn answers(instance: &Instance) -> Vec<Answer> {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "soup").await;
    vec![
        instance.visitor("cy").opens("/").await,
        instance.visitor("cy").opens("/rooms").await,
        ana.opens("/rooms").await,
        ana.opens("/rooms/list").await,
        ana.opens(&room.path("")).await,
        ana.opens(&room.path("/people")).await,
        ana.opens(&room.path("/delete")).await,
        bo.opens(&room.path("")).await,
        bo.opens("/nowhere").await,
        bo.tries_to_create("").await,
        ana.polls(&room, "0").await,
        ana.polls(&room, "1").await,
        bo.polls(&room, "0").await,
        ana.opens("/api/nowhere").await,
        bo.opens("/").await,
    ]
}

async fn every_page_carries_the_policy(instance: Instance) {
    for answer in answers(&instance).await.iter().filter(|answer| answer.kind() == "text/html") {
        assert_eq!(answer.header("Content-Security-Policy"), Some(POLICY), "{answer:?}");
    }
}

async fn every_answer_says_of_what_kind_it_is(instance: Instance) {
    for answer in answers(&instance).await {
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"), "{answer:?}");
        if !answer.body.is_empty() {
            let kind = answer.header("Content-Type").unwrap_or_default();
            assert!(kind.contains("charset=utf-8") || kind.contains("json"), "{kind} in {answer:?}");
        }
    }
}

async fn no_page_holds_an_inline_script_or_style(instance: Instance) {
    let answers = answers(&instance).await;
    let mut pages = 0;
    for answer in answers.iter().filter(|answer| answer.kind() == "text/html") {
        for element in answer.page().elements() {
            assert_ne!(element.name, "style", "{answer:?}");
            assert!(element.name != "script" || element.attribute("src").is_some(), "{answer:?}");
            let attributes = element.attributes.iter().map(|(name, _)| name.as_str());
            let inline: Vec<_> =
                attributes.filter(|name| *name == "style" || name.starts_with("on")).collect();
            assert!(inline.is_empty(), "{inline:?} in {answer:?}");
        }
        pages += 1;
    }
    assert!(pages >= 9, "only {pages} pages");
}

async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites(instance: Instance) {
    let answer = instance.visitor("ana").tries_to_sign_up().await.is(303);
    let cookies = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Set-Cookie"));
    let mut set = 0;
    for (_, cookie) in cookies {
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.split("; ").any(|p| p == part), "no {part} in {cookie}");
        }
        assert!(!cookie.contains("ana"), "{cookie}");
        set += 1;
    }
    assert_eq!(set, 2, "the session’s, and the one that knows the browser: {answer:?}");
}

async fn pages_and_polls_are_never_kept_in_a_cache(instance: Instance) {
    for answer in answers(&instance).await {
        let cache = answer.header("Cache-Control").unwrap_or_default();
        assert!(cache.contains("no-store"), "{cache:?} on {answer:?}");
    }
}

/// What leaves in pieces can be cut in two by the death of its instance.
async fn every_answer_leaves_in_one_piece(instance: Instance) {
    let answers = answers(&instance).await;
    assert!(answers.iter().any(|answer| answer.body.len() > 4096), "none of these is long");
    for answer in answers {
        let pieces = if answer.body.is_empty() { "0" } else { "1" };
        assert_eq!(answer.header("Pieces"), Some(pieces), "{answer:?}");
    }
}
