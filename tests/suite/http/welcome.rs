//! `GET /`: the way in, and on to the page that was asked for.

use crate::fixtures::{BEGUN, Instance, Person, encode};

on_both_engines![
    a_visitor_finds_both_forms,
    a_wrong_field_has_the_focus_and_says_why,
    somebody_logged_in_is_led_to_the_list,
    having_to_log_in_first_is_no_error,
    a_page_that_needs_a_log_in_is_reached_after_it,
    the_way_on_survives_a_refusal,
    the_way_on_never_leads_off_the_site,
];

async fn a_visitor_finds_both_forms(instance: Instance) {
    let page = instance.visitor("ana").opens("/").await.is(200).page();
    for (action, button) in [("/session", "Log in"), ("/accounts", "Create account")] {
        let form = page.form(action);
        assert_eq!((form.field("Username"), form.field("Password")), (String::new(), String::new()));
        assert!(page.has_button(button), "no button {button}");
    }
    assert!(!page.has_button("Log out"));
    assert_eq!(page.alerts(), [""; 0], "nothing has gone wrong yet");
}

async fn a_wrong_field_has_the_focus_and_says_why(instance: Instance) {
    instance.person("ana").await;
    let cy = instance.visitor("cy");
    assert_eq!(cy.opens("/").await.is(200).page().focused(), None);
    let long = "x".repeat(33);
    for (form, username, password, status, field, why) in [
        (
            "/session",
            "ana",
            "not the password",
            401,
            "log-in-password",
            "The username or the password is wrong.",
        ),
        ("/session", "", Person::PASSWORD, 422, "log-in-username", "Please give your username"),
        ("/session", "ana", "", 422, "log-in-password", "Please give your username"),
        ("/accounts", "Ana", Person::PASSWORD, 409, "create-username", "That username is taken."),
        ("/accounts", &long, Person::PASSWORD, 422, "create-username", "at most 32"),
        ("/accounts", "bo", "short", 422, "create-password", "at least 8"),
        ("/accounts", "", "short", 422, "create-username", "choose a username"),
    ] {
        let page = cy.sends(form, &[("username", username), ("password", password)]).await.is(status).page();
        let (focused, described) = page.focused().expect("a field");
        assert!(focused == field && described.contains(why), "{focused}: {described}");
        assert!(page.title().starts_with("Error: ") && page.title().contains(why), "{}", page.title());
        let wrong =
            page.elements().into_iter().filter(|element| element.attribute("aria-invalid") == Some("true"));
        assert_eq!(wrong.filter_map(|element| element.attribute("id")).collect::<Vec<_>>(), [field]);
        page.calls_out(&[why]);
        assert_eq!(page.form(form).field("Username"), username, "what was typed is kept");
    }
    // Where no field is wrong, none is said to be.
    let fields = [("username", "bo"), ("password", Person::PASSWORD), ("nonce", "")];
    let page = cy.sends("/accounts", &fields).await.is(422).page();
    assert_eq!(page.focused().map(|(id, _)| id).as_deref(), Some("create-error"));
}

async fn somebody_logged_in_is_led_to_the_list(instance: Instance) {
    instance.person("ana").await.opens("/").await.leads_to("/rooms");
}

async fn having_to_log_in_first_is_no_error(instance: Instance) {
    let ana = instance.visitor("ana");
    for (path, class) in [("/rooms", "notice--news"), (BEGUN, "notice--error")] {
        let asked = ana.opens(path).await.is(401);
        let classes = ["notice--news", "notice--error"].map(|class| asked.body.contains(class));
        assert_eq!(classes, [class == "notice--news", class == "notice--error"], "{asked:?}");
    }
}

async fn a_page_that_needs_a_log_in_is_reached_after_it(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let bo = instance.visitor("bo");

    let welcome = bo.opens(&room.path("")).await.is(401).page();
    welcome.calls_out(&["log in"]);
    for form in ["/session", "/accounts"] {
        assert_eq!(welcome.form(form).hidden("next"), room.path(""));
    }

    let next = room.path("");
    let fields = [("username", "bo"), ("password", Person::PASSWORD), ("next", next.as_str())];
    bo.sends("/accounts", &fields).await.lets_in(&next);
    bo.logs_out().await;
    bo.sends("/session", &fields).await.lets_in(&next);
}

async fn the_way_on_survives_a_refusal(instance: Instance) {
    let bo = instance.visitor("bo");
    let asked = bo.opens("/?next=/rooms/7").await.is(200).page();
    assert_eq!(asked.form("/session").hidden("next"), "/rooms/7");

    let fields = [("username", "bo"), ("password", "not the password"), ("next", "/rooms/7")];
    let refused = bo.sends("/session", &fields).await.is(401).page();
    assert_eq!(refused.form("/session").hidden("next"), "/rooms/7");
    let refused = bo.sends("/accounts", &[("username", ""), ("password", ""), ("next", "/rooms/7")]).await;
    assert_eq!(refused.is(422).page().form("/accounts").hidden("next"), "/rooms/7");
}

async fn the_way_on_never_leads_off_the_site(instance: Instance) {
    let bo = instance.person("bo").await;
    let elsewhere = [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "javascript:alert(1)",
        "rooms",
        "/rooms\r\nSet-Cookie: a=b",
    ];
    for next in elsewhere {
        let fields = [("username", "bo"), ("password", Person::PASSWORD), ("next", next)];
        bo.sends("/session", &fields).await.lets_in("/rooms");
        bo.opens(&format!("{BEGUN}{}", encode(&[("", next)]).trim_start_matches('=')))
            .await
            .leads_to("/rooms");
    }
}
