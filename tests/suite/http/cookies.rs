//! Cookies that prove nothing.

use std::collections::BTreeMap;

use crate::fixtures::{Database, Engine, Instance, Person};

on_both_engines![
    a_cookie_cut_short_opens_nothing,
    a_made_up_cookie_opens_nothing,
    two_halves_of_two_cookies_open_nothing,
    whoever_carries_a_cookie_is_its_owner_alone,
    a_cookie_of_another_house_opens_nothing,
];

/// A browser that carries what somebody has made of ana's cookie: of the one that logs in.
async fn tampered(instance: &Instance, change: impl Fn(&str) -> String) -> Person<'_> {
    let ana = instance.person("ana").await;
    ana.opens("/rooms").await.is(200);
    let mallory = instance.visitor("mallory");
    let cookies = ana.cookies().into_iter().filter(|(name, _)| !name.contains("browser"));
    mallory.carries(cookies.map(|(name, value)| (name, change(&value))).collect());
    mallory
}

async fn opens_nothing(mallory: &Person<'_>, cookies: BTreeMap<String, String>) {
    mallory.carries(cookies.clone());
    mallory.opens("/rooms").await.is(401);
    mallory.carries(cookies);
    mallory.opens("/api/rooms/1/messages").await.is_problem(401, "logged-out");
}

async fn a_cookie_cut_short_opens_nothing(instance: Instance) {
    let whole = tampered(&instance, str::to_owned).await;
    whole.opens("/rooms").await.is(200);
    let cookies = whole.cookies();
    let longest = cookies.values().map(String::len).max().unwrap();
    for length in [0, 1, 2, longest / 2, longest - 4, longest - 1] {
        let cut = cookies.iter().map(|(name, value)| (name.clone(), value.chars().take(length).collect()));
        opens_nothing(&whole, cut.collect()).await;
    }
}

async fn a_made_up_cookie_opens_nothing(instance: Instance) {
    let whole = tampered(&instance, str::to_owned).await;
    let cookies = whole.cookies();
    for value in ["1", "ana", "null", "' or 1=1 --", "\u{0}", "é", &"0".repeat(64), &"A".repeat(60_000)] {
        let made_up = cookies.keys().map(|name| (name.clone(), value.to_owned()));
        opens_nothing(&whole, made_up.collect()).await;
    }
    for (old, new) in [('a', 'b'), ('B', 'A'), ('0', '1')] {
        let other = |value: &String| value.replacen(old, &new.to_string(), 1);
        let changed: BTreeMap<_, _> =
            cookies.iter().map(|(name, value)| (name.clone(), other(value))).collect();
        if changed != cookies {
            opens_nothing(&whole, changed).await;
        }
    }
    let misplaced = cookies.values().map(|value| ("another".to_owned(), value.clone()));
    opens_nothing(&whole, misplaced.collect()).await;
    whole.carries(cookies);
    whole.opens("/rooms").await.is(200);
}

async fn two_halves_of_two_cookies_open_nothing(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (anas, bos) = (ana.cookies(), bo.cookies());
    assert!(!anas.is_empty() && anas.keys().eq(bos.keys()));
    let halves = anas.iter().map(|(name, value)| {
        let (first, second) = (value.len() / 2, bos[name].len() / 2);
        (name.clone(), format!("{}{}", &value[..first], &bos[name][second..]))
    });
    opens_nothing(&instance.visitor("mallory"), halves.collect()).await;
}

async fn whoever_carries_a_cookie_is_its_owner_alone(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let (anas, bos) = (ana.cookies(), bo.cookies());
    ana.carries(bos);
    bo.carries(anas);
    ana.polls(&room, "0").await.is_problem(403, "not-a-member");
    bo.says(&room, "this is ana's browser").await;
    assert_eq!(bo.reads(&room).await[0].author, "ana");
    assert!(ana.list().await.text().contains("bo"));
}

async fn a_cookie_of_another_house_opens_nothing(instance: Instance) {
    let ana = instance.person("ana").await;
    let database = Database::create(Engine::Sqlite).await;
    let other = Instance::open(&database).await;
    let there = other.person("ana").await;
    there.opens("/rooms").await.is(200);
    ana.at(&other).opens("/rooms").await.is(401);
    drop(other);
    database.discard().await;
}
