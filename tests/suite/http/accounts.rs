//! `POST /accounts`: names, how they fold, and passwords.

use crate::support::{Answer, House, Page, Person};

on_both_engines![
    a_new_account_is_logged_in_at_once,
    a_taken_name_is_refused,
    letter_case_and_width_make_no_other_person,
    a_name_may_be_of_any_script,
    a_name_that_is_none_is_refused,
    a_password_is_counted_in_characters,
    a_password_may_hold_anything,
    a_password_is_the_same_on_every_keyboard,
    a_missing_field_is_refused,
    a_name_in_two_spellings_is_never_two_people,
    one_name_wanted_by_many_at_once_goes_to_one,
];

async fn try_to_be(house: &House, username: &str, password: &str) -> Answer {
    let fields = [("username", username), ("password", password), ("next", "")];
    house.visitor("somebody").sends("/accounts", &fields).await
}

#[track_caller]
fn complains_and_keeps(page: &Page, username: &str) {
    let form = page.form("/accounts");
    form.complains();
    assert_eq!(form.field("Username"), username, "what was typed is kept");
    assert_eq!(form.field("Password"), "", "but not the password");
    assert_eq!(page.form("/session").field("Username"), "", "and the other form is as it was");
}

async fn a_new_account_is_logged_in_at_once(house: House) {
    let ana = house.visitor("ana");
    ana.opens("/rooms").await.is(401);
    ana.signs_up().await;
    let list = ana.list().await;
    assert!(list.text().contains("ana") && list.has_button("Log out"));
}

async fn a_taken_name_is_refused(house: House) {
    house.person("ana").await;
    let refused = try_to_be(&house, "ana", "another password").await.is(409);
    complains_and_keeps(&refused.page(), "ana");
    assert!(refused.header("Set-Cookie").is_none(), "and opens nothing");
    house.visitor("ana").tries_to_log_in("another password").await.is(401);
    house.visitor("ana").logs_in().await;
}

async fn letter_case_and_width_make_no_other_person(house: House) {
    let people = [
        ("Ann", ["ANN", "ann", "Ａｎｎ"]),
        ("Straße", ["STRASSE", "strasse", "straße"]),
        ("Σίσυφος", ["ΣΊΣΥΦΟΣ", "σίσυφοσ", "σίσυφος"]),
    ];
    for (name, spellings) in people {
        let first = house.person(name).await;
        assert!(first.list().await.text().contains(name), "shown as it was typed: {name}");
        for spelling in spellings {
            try_to_be(&house, spelling, Person::PASSWORD).await.is(409);
            let same = house.visitor(spelling);
            same.logs_in().await;
            assert!(same.list().await.text().contains(name), "{spelling} is {name}");
        }
    }
    house.person("Anne").await;
}

async fn a_name_may_be_of_any_script(house: House) {
    let longest = "字".repeat(32);
    for name in ["Zoë", "李雷", "हिन्दी", "Ωμέγα", "a.b-c_d", "7", "Михаил", &longest]
    {
        assert!(house.person(name).await.list().await.text().contains(name), "{name}");
    }
}

async fn a_name_that_is_none_is_refused(house: House) {
    let too_long = "x".repeat(33);
    let very_long = "x".repeat(20_000);
    let shown = ["a b", "<b>", "a/b", "a@b", "😀", "a\u{202e}b", "é'; drop", &too_long, &very_long];
    for name in shown {
        let refused = try_to_be(&house, name, Person::PASSWORD).await.is(422);
        complains_and_keeps(&refused.page(), name);
    }
    for name in ["", " ", "a\0b", "\u{7}", "a\nb"] {
        let refused = try_to_be(&house, name, Person::PASSWORD).await.is(422);
        refused.page().form("/accounts").complains();
    }
}

async fn a_password_is_counted_in_characters(house: House) {
    let longest = "😀".repeat(128);
    for (name, password) in [("ana", "8 signs!"), ("bo", "八文字のです。。"), ("cy", longest.as_str())]
    {
        try_to_be(&house, name, password).await.leads_to("/rooms");
        house.visitor(name).tries_to_log_in(password).await.leads_to("/rooms");
    }
    let too_long = "x".repeat(129);
    for password in ["", "7 signs", "七文字のです。", &too_long] {
        let refused = try_to_be(&house, "dee", password).await.is(422);
        complains_and_keeps(&refused.page(), "dee");
    }
}

async fn a_password_may_hold_anything(house: House) {
    let passwords =
        ["  spaces around  ", "nul \0 inside", "new\nline\ttab", "<script>&amp;\"'%00+", "\u{202e}backwards"];
    for (n, password) in passwords.iter().enumerate() {
        let name = format!("person-{n}");
        try_to_be(&house, &name, password).await.leads_to("/rooms");
        house.visitor(&name).tries_to_log_in(password).await.leads_to("/rooms");
        house.visitor(&name).tries_to_log_in(password.trim()).await.is(if password.trim() == *password {
            303
        } else {
            401
        });
    }
}

async fn a_password_is_the_same_on_every_keyboard(house: House) {
    try_to_be(&house, "ana", "cafe\u{301} noir").await.leads_to("/rooms");
    house.visitor("ana").tries_to_log_in("café\u{a0}noir").await.leads_to("/rooms");
    house.visitor("ana").tries_to_log_in("cafe noir").await.is(401);
}

async fn a_missing_field_is_refused(house: House) {
    let bo = house.visitor("bo");
    for fields in [&[][..], &[("username", "bo")], &[("password", Person::PASSWORD)], &[("name", "bo")]] {
        bo.sends("/accounts", fields).await.is(422).page().form("/accounts").complains();
    }
    bo.tries_to_log_in(Person::PASSWORD).await.is(401);
    // `next` is a help, not a condition.
    bo.sends("/accounts", &[("username", "bo"), ("password", Person::PASSWORD)]).await.leads_to("/rooms");
}

async fn a_name_in_two_spellings_is_never_two_people(house: House) {
    house.person("José").await;
    try_to_be(&house, "Jose\u{301}", Person::PASSWORD).await.is(409);
}

async fn one_name_wanted_by_many_at_once_goes_to_one(house: House) {
    let tries = ["dee", "Dee", "DEE", "dEE", "ｄｅｅ"].map(|name| try_to_be(&house, name, Person::PASSWORD));
    let answers = rocket::futures::future::join_all(tries).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409, 409, 409]);
}
