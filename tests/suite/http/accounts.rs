//! `POST /accounts`: names, how they fold, and passwords.

use rocket::futures::future::{join, join_all};

use crate::fixtures::{Answer, Database, Engine, Instance, Page, Person};

on_both_engines![
    a_new_account_is_logged_in_at_once,
    a_taken_name_is_refused,
    letter_case_and_width_make_no_other_person,
    a_name_may_be_of_any_script,
    a_name_that_is_none_is_refused,
    a_password_is_counted_in_characters,
    a_password_that_anybody_would_try_is_refused,
    a_password_may_hold_anything,
    a_password_is_the_same_on_every_keyboard,
    a_missing_field_is_refused,
    a_name_in_two_spellings_is_never_two_people,
    one_name_wanted_by_many_at_once_goes_to_one,
    a_name_that_would_be_mistaken_for_another_is_refused,
    letters_of_two_scripts_make_no_name,
    a_word_of_the_page_is_no_name,
    a_form_sent_twice_makes_one_account,
    a_form_sent_twice_at_once_makes_one_account,
    a_form_sent_many_times_at_once_stops_nobody,
    only_the_same_form_is_a_repeat,
];

async fn try_to_be(instance: &Instance, username: &str, password: &str) -> Answer {
    let fields = [("username", username), ("password", password), ("next", "")];
    instance.visitor("somebody").sends("/accounts", &fields).await
}

#[track_caller]
fn complains_and_keeps(page: &Page, username: &str) {
    let form = page.form("/accounts");
    form.complains();
    assert_eq!(form.field("Username"), username, "what was typed is kept");
    assert_eq!(form.field("Password"), "", "but not the password");
    assert_eq!(page.form("/session").field("Username"), "", "and the other form is as it was");
}

async fn a_new_account_is_logged_in_at_once(instance: Instance) {
    let ana = instance.visitor("ana");
    ana.opens("/rooms").await.is(401);
    ana.signs_up().await;
    let list = ana.list().await;
    assert!(list.text().contains("ana") && list.has_button("Log out"));
}

async fn a_taken_name_is_refused(instance: Instance) {
    instance.person("ana").await;
    let refused = try_to_be(&instance, "ana", "another password").await.is(409);
    complains_and_keeps(&refused.page(), "ana");
    assert!(refused.header("Set-Cookie").is_none(), "and opens nothing");
    instance.visitor("ana").tries_to_log_in("another password").await.is(401);
    instance.visitor("ana").logs_in().await;
}

async fn letter_case_and_width_make_no_other_person(instance: Instance) {
    let people = [
        ("Ann", ["ANN", "ann", "Ａｎｎ"]),
        ("Straße", ["STRASSE", "strasse", "straße"]),
        ("Σίσυφος", ["ΣΊΣΥΦΟΣ", "σίσυφοσ", "σίσυφος"]),
    ];
    for (name, spellings) in people {
        let first = instance.person(name).await;
        assert!(first.list().await.text().contains(name), "shown as it was typed: {name}");
        for spelling in spellings {
            try_to_be(&instance, spelling, Person::PASSWORD).await.is(409);
            let same = instance.visitor(spelling);
            same.logs_in().await;
            assert!(same.list().await.text().contains(name), "{spelling} is {name}");
        }
    }
    instance.person("Anne").await;
}

async fn a_name_may_be_of_any_script(instance: Instance) {
    let longest = "字".repeat(32);
    for name in ["Zoë", "李雷", "हिन्दी", "Ωμέγα", "a.b-c_d", "7", "Михаил", &longest]
    {
        assert!(instance.person(name).await.list().await.text().contains(name), "{name}");
    }
}

async fn a_name_that_is_none_is_refused(instance: Instance) {
    let too_long = "x".repeat(33);
    let very_long = "x".repeat(20_000);
    let shown = ["a b", "<b>", "a/b", "a@b", "😀", "a\u{202e}b", "é'; drop", &too_long, &very_long];
    for name in shown {
        let refused = try_to_be(&instance, name, Person::PASSWORD).await.is(422);
        complains_and_keeps(&refused.page(), name);
    }
    for name in ["", " ", "a\0b", "\u{7}", "a\nb"] {
        let refused = try_to_be(&instance, name, Person::PASSWORD).await.is(422);
        refused.page().form("/accounts").complains();
    }
}

async fn a_password_is_counted_in_characters(instance: Instance) {
    let longest = format!("8 signs!{}", "😀".repeat(120));
    for (name, password) in [("ana", "8 signs!"), ("bo", "八文字のです。。"), ("cy", longest.as_str())]
    {
        try_to_be(&instance, name, password).await.lets_in("/rooms");
        instance.visitor(name).tries_to_log_in(password).await.lets_in("/rooms");
    }
    let too_long = "x".repeat(129);
    for password in ["", "7 signs", "七文字のです。", &too_long] {
        let refused = try_to_be(&instance, "dee", password).await.is(422);
        complains_and_keeps(&refused.page(), "dee");
    }
}

async fn a_password_that_anybody_would_try_is_refused(instance: Instance) {
    for (password, why) in [
        ("password", "would try"),
        ("12345678", "would try"),
        ("        ", "would try"),
        ("Margarete1", "your name"),
    ] {
        let refused = try_to_be(&instance, "Margarete", password).await.is(422);
        complains_and_keeps(&refused.page(), "Margarete");
        refused.page().calls_out(&[why, "a few words in a row"]);
    }
    try_to_be(&instance, "Margarete", "margarete knits socks").await.lets_in("/rooms");
}

async fn a_password_may_hold_anything(instance: Instance) {
    let passwords =
        ["  spaces around  ", "nul \0 inside", "new\nline\ttab", "<script>&amp;\"'%00+", "\u{202e}backwards"];
    for (n, password) in passwords.iter().enumerate() {
        let name = format!("person-{n}");
        try_to_be(&instance, &name, password).await.lets_in("/rooms");
        instance.visitor(&name).tries_to_log_in(password).await.lets_in("/rooms");
        instance.visitor(&name).tries_to_log_in(password.trim()).await.is(if password.trim() == *password {
            303
        } else {
            401
        });
    }
}

async fn a_password_is_the_same_on_every_keyboard(instance: Instance) {
    try_to_be(&instance, "ana", "cafe\u{301} noir").await.lets_in("/rooms");
    instance.visitor("ana").tries_to_log_in("café\u{a0}noir").await.lets_in("/rooms");
    instance.visitor("ana").tries_to_log_in("cafe noir").await.is(401);
}

async fn a_missing_field_is_refused(instance: Instance) {
    let bo = instance.visitor("bo");
    for fields in [&[][..], &[("username", "bo")], &[("password", Person::PASSWORD)], &[("name", "bo")]] {
        bo.sends("/accounts", fields).await.is(422).page().form("/accounts").complains();
    }
    bo.tries_to_log_in(Person::PASSWORD).await.is(401);
    // `next` is a help, not a condition.
    bo.sends("/accounts", &[("username", "bo"), ("password", Person::PASSWORD)]).await.lets_in("/rooms");
}

async fn a_name_in_two_spellings_is_never_two_people(instance: Instance) {
    instance.person("José").await;
    try_to_be(&instance, "Jose\u{301}", Person::PASSWORD).await.is(409);
}

async fn one_name_wanted_by_many_at_once_goes_to_one(instance: Instance) {
    let tries =
        ["dee", "Dee", "DEE", "dEE", "ｄｅｅ"].map(|name| try_to_be(&instance, name, Person::PASSWORD));
    let answers = join_all(tries).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409, 409, 409]);
}

async fn a_name_that_would_be_mistaken_for_another_is_refused(instance: Instance) {
    // The second of each is Cyrillic or Greek, or reads the same in print.
    for (name, like) in [("cac", "сас"), ("Bob-O", "ВОВ-О"), ("barn", "bam"), ("Al", "AI")] {
        instance.person(name).await;
        let refused = try_to_be(&instance, like, Person::PASSWORD).await.is(409);
        complains_and_keeps(&refused.page(), like);
        refused.page().calls_out(&["mistaken", name]);
        instance.visitor(like).tries_to_log_in(Person::PASSWORD).await.is(401);
        instance.visitor(name).logs_in().await;
    }
    for other in ["cad", "сад", "born", "Ann"] {
        instance.person(other).await;
    }
}

async fn letters_of_two_scripts_make_no_name(instance: Instance) {
    for name in ["аnna", "bοb", "Annaя"] {
        let refused = try_to_be(&instance, name, Person::PASSWORD).await.is(422);
        complains_and_keeps(&refused.page(), name);
        refused.page().calls_out(&["script"]);
    }
    for name in ["Анна", "山田たろうYamada", "Zoë"] {
        instance.person(name).await;
    }
}

async fn a_word_of_the_page_is_no_name(instance: Instance) {
    for name in ["you", "You", "уоu", "everyone", "Parlor"] {
        let refused = try_to_be(&instance, name, Person::PASSWORD).await.is(422);
        complains_and_keeps(&refused.page(), name);
    }
    instance.person("young").await;
}

#[rocket::async_test]
async fn a_taken_name_is_refused_before_its_password_is_hashed() {
    let database = Database::create(Engine::Sqlite).await;
    let instance = Instance::open(&database).await;
    instance.person("ana").await;
    instance.inside().stop_hashing();
    try_to_be(&instance, "ana", "another password").await.is(409);
    try_to_be(&instance, "bo", "another password").await.is(429);
    instance.close().await;
    database.discard().await;
}

/// The form of the welcome page as a browser sends it.
fn filled<'a>(name: &'a str, password: &'a str, nonce: &'a str) -> [(&'a str, &'a str); 3] {
    [("username", name), ("password", password), ("nonce", nonce)]
}

async fn a_form_sent_twice_makes_one_account(instance: Instance) {
    let ana = instance.visitor("ana");
    let nonce = ana.opens("/").await.page().form("/accounts").hidden("nonce");
    let form = filled("ana", Person::PASSWORD, &nonce);
    ana.sends("/accounts", &form).await.lets_in("/rooms");
    let first = ana.without_cookies();
    first.carries(ana.cookies());
    let room = ana.creates("Kitchen").await;
    ana.without_cookies().sends("/accounts", &form).await.lets_in("/rooms");
    first.opens("/rooms").await.is(401);
    let again = ana.without_cookies();
    again.sends("/accounts", &form).await.lets_in("/rooms");
    again.enters_page_of(&room).await;
    assert_eq!(instance.query_number("select count(*) from session").await, 1);
    again.logs_out().await;
    assert_eq!(
        instance.query_number("select count(*) from membership").await,
        0,
        "nobody holds a session any more"
    );
}

async fn a_form_sent_twice_at_once_makes_one_account(instance: Instance) {
    let other = if instance.has_company() { Some(instance.another().await) } else { None };
    let browsers = [instance.visitor("ana"), other.as_ref().unwrap_or(&instance).visitor("ana")];
    let form = filled("ana", Person::PASSWORD, "nonce-1");
    let sent = browsers.iter().map(|browser| browser.sends("/accounts", &form));
    for answer in join_all(sent).await {
        answer.lets_in("/rooms");
    }
    let [ana, twin] = &browsers;
    assert_eq!(instance.query_number("select count(*) from account").await, 1);
    let room = ana.creates("Kitchen").await;
    twin.enters_page_of(&room).await;
    // Whichever of the two the browser has kept: logging out is for both.
    twin.logs_out().await;
    ana.opens("/rooms").await.is(401);
    assert_eq!(instance.query_number("select count(*) from membership").await, 0);
}

async fn a_form_sent_many_times_at_once_stops_nobody(instance: Instance) {
    let bo = instance.person("bo").await.without_cookies();
    let form = filled("ana", Person::PASSWORD, "nonce-1");
    instance.visitor("ana").sends("/accounts", &form).await.lets_in("/rooms");
    let browsers: Vec<Person<'_>> = (0..8).map(|_| instance.visitor("ana")).collect();
    let again = browsers.iter().map(|browser| browser.sends("/accounts", &form));
    let other = bo.tries_to_log_in(Person::PASSWORD);
    let (again, other) = join(join_all(again), other).await;
    for answer in again {
        answer.lets_in("/rooms");
    }
    other.lets_in("/rooms");
}

async fn only_the_same_form_is_a_repeat(instance: Instance) {
    let form = filled("ana", Person::PASSWORD, "nonce-1");
    instance.visitor("ana").sends("/accounts", &form).await.lets_in("/rooms");
    let again = async |form: &[(&str, &str)]| instance.visitor("ana").sends("/accounts", form).await.status;
    assert_eq!(again(&filled("ana", "another password", "nonce-1")).await, 409);
    assert_eq!(again(&filled("ana", Person::PASSWORD, "nonce-2")).await, 409);
    assert_eq!(again(&form[..2]).await, 409, "without a nonce nothing is the same");
    assert_eq!(again(&filled("ana", Person::PASSWORD, "no nonce")).await, 422);
    assert_eq!(again(&filled("ANA", Person::PASSWORD, "nonce-1")).await, 303, "one name in any letter case");
    instance.executes_sql("update session set created_at = created_at - 61000").await;
    assert_eq!(again(&form).await, 409, "after a minute");
    instance.visitor("ana").logs_in().await;
}
