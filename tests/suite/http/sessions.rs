//! Logging in and out, and cookies that prove nothing.

use std::collections::BTreeMap;

use rocket::http::Method;

use crate::support::{House, Person};

on_both_engines![
    a_wrong_password_and_an_unknown_name_read_alike,
    an_empty_form_is_refused,
    logging_out_ends_the_session,
    a_cookie_replayed_after_logging_out_opens_nothing,
    logging_out_here_leaves_other_browsers_logged_in,
    anybody_may_log_out,
    a_cookie_cut_short_opens_nothing,
    a_made_up_cookie_opens_nothing,
    two_halves_of_two_cookies_open_nothing,
    whoever_carries_a_cookie_is_its_owner_alone,
    a_cookie_of_another_house_opens_nothing,
    a_restart_keeps_people_logged_in,
    logging_in_again_replaces_the_cookie,
    a_crowd_at_the_door_is_let_in_or_told_to_wait,
    what_a_browser_says_of_itself_is_not_stored,
];

async fn a_wrong_password_and_an_unknown_name_read_alike(house: House) {
    house.person("ana").await;
    let wrong = house.visitor("ana").tries_to_log_in("not the password").await.is(401);
    let unknown = house.visitor("nobody").tries_to_log_in("not the password").await.is(401);
    for (answer, name) in [(&wrong, "ana"), (&unknown, "nobody")] {
        let form = answer.page().form("/session");
        form.complains();
        assert_eq!((form.field("Username").as_str(), form.field("Password").as_str()), (name, ""));
        assert!(answer.header("Set-Cookie").is_none());
    }
    assert_eq!(wrong.page().alerts(), unknown.page().alerts());
    assert_eq!(wrong.body.replace("\"ana\"", "\"nobody\""), unknown.body);
    house.visitor("ana").logs_in().await;
}

async fn an_empty_form_is_refused(house: House) {
    let ana = house.person("ana").await.without_cookies();
    for fields in [
        &[][..],
        &[("username", ""), ("password", "")],
        &[("username", "ana"), ("password", "")],
        &[("username", "ana")],
        &[("password", Person::PASSWORD)],
    ] {
        ana.sends("/session", fields).await.is(422).page().form("/session").complains();
    }
    // A name nobody can have and a password nobody can have are wrong, not broken.
    for (name, password) in
        [("a\0b", "12345678"), ("😀", "12345678"), ("ana", "short"), ("ana", &"x".repeat(5000))]
    {
        ana.sends("/session", &[("username", name), ("password", password)]).await.is(401);
    }
}

async fn logging_out_ends_the_session(house: House) {
    let ana = house.person("ana").await;
    ana.opens("/rooms").await.is(200);
    ana.logs_out().await;
    assert!(ana.cookies().is_empty(), "the browser is told to forget: {:?}", ana.cookies());
    ana.opens("/rooms").await.is(401);
    ana.opens("/").await.is(200);
}

async fn a_cookie_replayed_after_logging_out_opens_nothing(house: House) {
    let ana = house.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let old = ana.cookies();
    ana.opens("/rooms").await.is(200);
    ana.logs_out().await;

    ana.carries(old);
    ana.opens("/rooms").await.is(401);
    ana.opens("/").await.is(200);
    ana.polls(&room, "0").await.is_problem(401, "logged-out");
    ana.tries_to_create("Hall").await.is(401);
}

async fn logging_out_here_leaves_other_browsers_logged_in(house: House) {
    let ana = house.person("ana").await;
    let phone = ana.in_a_second_browser().await;
    ana.logs_out().await;
    phone.opens("/rooms").await.is(200);
    phone.logs_out().await;
    phone.opens("/rooms").await.is(401);
}

async fn anybody_may_log_out(house: House) {
    house.visitor("bo").logs_out().await;
    let ana = house.person("ana").await;
    let old = ana.cookies();
    ana.logs_out().await;
    ana.carries(old);
    ana.logs_out().await;
}

/// A browser that carries what somebody has made of ana's cookie.
async fn tampered(house: &House, change: impl Fn(&str) -> String) -> Person<'_> {
    let ana = house.person("ana").await;
    ana.opens("/rooms").await.is(200);
    let mallory = house.visitor("mallory");
    mallory.carries(ana.cookies().into_iter().map(|(name, value)| (name, change(&value))).collect());
    mallory
}

async fn opens_nothing(mallory: &Person<'_>, cookies: BTreeMap<String, String>) {
    mallory.carries(cookies.clone());
    mallory.opens("/rooms").await.is(401);
    mallory.carries(cookies);
    mallory.opens("/api/rooms/1/messages").await.is_problem(401, "logged-out");
}

async fn a_cookie_cut_short_opens_nothing(house: House) {
    let whole = tampered(&house, str::to_owned).await;
    whole.opens("/rooms").await.is(200);
    let cookies = whole.cookies();
    let longest = cookies.values().map(String::len).max().unwrap();
    for length in [0, 1, 2, longest / 2, longest - 4, longest - 1] {
        let cut = cookies.iter().map(|(name, value)| (name.clone(), value.chars().take(length).collect()));
        opens_nothing(&whole, cut.collect()).await;
    }
}

async fn a_made_up_cookie_opens_nothing(house: House) {
    let whole = tampered(&house, str::to_owned).await;
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

async fn two_halves_of_two_cookies_open_nothing(house: House) {
    let (ana, bo) = (house.person("ana").await, house.person("bo").await);
    let (anas, bos) = (ana.cookies(), bo.cookies());
    assert!(!anas.is_empty() && anas.keys().eq(bos.keys()));
    let halves = anas.iter().map(|(name, value)| {
        let (first, second) = (value.len() / 2, bos[name].len() / 2);
        (name.clone(), format!("{}{}", &value[..first], &bos[name][second..]))
    });
    opens_nothing(&house.visitor("mallory"), halves.collect()).await;
}

async fn whoever_carries_a_cookie_is_its_owner_alone(house: House) {
    let (ana, bo) = (house.person("ana").await, house.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let (anas, bos) = (ana.cookies(), bo.cookies());
    ana.carries(bos);
    bo.carries(anas);
    ana.polls(&room, "0").await.is_problem(403, "not-a-member");
    bo.says(&room, "this is ana's browser").await;
    assert_eq!(bo.reads(&room).await[0].author, "ana");
    assert!(ana.list().await.text().contains("bo"));
}

async fn a_cookie_of_another_house_opens_nothing(house: House) {
    let ana = house.person("ana").await;
    let database = crate::support::Database::create(crate::support::Engine::Sqlite).await;
    let other = House::open(&database).await;
    let there = other.person("ana").await;
    there.opens("/rooms").await.is(200);
    ana.at(&other).opens("/rooms").await.is(401);
    drop(other);
    database.discard().await;
}

async fn a_restart_keeps_people_logged_in(house: House) {
    let ana = house.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "before").await;
    let cookies = ana.cookies();
    drop(ana);

    let house = house.restart().await;
    let ana = house.visitor("ana");
    ana.carries(cookies);
    ana.says(&room, "after").await;
    assert_eq!(ana.bodies_in(&room).await, ["before", "after"]);
}

async fn logging_in_again_replaces_the_cookie(house: House) {
    let ana = house.person("ana").await;
    let first = ana.cookies();
    ana.logs_in().await;
    assert_ne!(ana.cookies(), first, "a session is never handed on");
    assert_eq!(ana.cookies().len(), first.len());
}

async fn a_crowd_at_the_door_is_let_in_or_told_to_wait(house: House) {
    let ana = house.person("ana").await;
    let crowd: Vec<_> = (0..60).map(|_| ana.without_cookies()).collect();
    let tries = crowd.iter().map(|person| person.tries_to_log_in(Person::PASSWORD));
    let answers = rocket::futures::future::join_all(tries).await;
    assert!(answers.iter().any(|answer| answer.status == 303), "somebody gets in");
    for answer in answers.into_iter().filter(|answer| answer.status != 303) {
        assert!(matches!(answer.status, 429 | 503), "{answer:?}");
        assert!(answer.header("Retry-After").is_some_and(|s| s.parse::<u32>().is_ok()), "{answer:?}");
        assert!(answer.page().has_heading(), "{answer:?}");
    }
    ana.without_cookies().logs_in().await;
}

/// Personal data that nobody shows is not kept.
async fn what_a_browser_says_of_itself_is_not_stored(house: House) {
    let password = ("password", Person::PASSWORD);
    for path in ["/accounts", "/session"] {
        let ana = house.visitor("ana");
        let ask = ana.asks(Method::Post, path).form(&[("username", "ana"), password]);
        ask.header("User-Agent", "Netscape/4.7").header("Accept-Language", "tlh-Latn").send().await.is(303);
    }
    assert!(house.stores("ana").await);
    for word in ["Netscape", "tlh-Latn"] {
        assert!(!house.stores(word).await, "{word}");
    }
}
