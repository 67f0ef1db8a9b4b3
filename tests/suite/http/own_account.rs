//! One's own account: where one is logged in, and the password.

use rocket::http::Method;

use crate::fixtures::{Answer, Instance, Page, Person};

on_both_engines![
    ones_sessions_are_listed_in_words,
    logging_out_there_ends_that_session_alone,
    logging_out_there_twice_is_doing_it_once,
    a_session_of_somebody_else_cannot_be_ended,
    logging_out_everywhere_else_leaves_this_browser,
    a_new_password_ends_all_other_sessions,
    what_is_wrong_with_a_new_password_is_said_at_its_field,
    the_old_password_may_not_be_guessed_there,
    a_password_changed_meanwhile_is_not_the_old_one,
    the_way_there_is_ones_name,
];

const NEW: &str = "seven green umbrellas";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// The same person in another browser, which calls itself that.
async fn another_browser<'h>(person: &Person<'h>, user_agent: &str) -> Person<'h> {
    let browser = person.without_cookies();
    let form = [("username", person.name.as_str()), ("password", Person::PASSWORD)];
    let ask = browser.asks(Method::Post, "/session").form(&form).header("User-Agent", user_agent);
    ask.send().await.lets_in("/rooms");
    browser
}

async fn account(person: &Person<'_>) -> Page {
    person.opens("/account").await.is(200).page()
}

/// Where the buttons lead that end single sessions, whomever the page was made for.
fn ends(page: &Page) -> Vec<String> {
    let forms = page.elements().into_iter().filter(|element| element.name == "form");
    let actions = forms.filter_map(|form| form.attribute("action"));
    actions
        .filter(|action| action.contains("/end?") && action.contains("/account/"))
        .filter_map(|action| action.split('?').next())
        .map(str::to_owned)
        .collect()
}

async fn changes(person: &Person<'_>, old: &str, new: &str) -> Answer {
    person.sends("/account/password", &[("old_password", old), ("new_password", new)]).await
}

async fn ones_sessions_are_listed_in_words(instance: Instance) {
    let ana = instance.person("ana").await;
    instance.person("bo").await;
    another_browser(&ana, FIREFOX).await;
    let page = account(&ana).await;
    let items = page.items();
    assert_eq!(items.len(), 2, "{items:?}");
    let there = items.iter().find(|item| item.contains("Firefox on Linux")).expect("the other browser");
    assert!(there.contains("Log out there") && !there.contains("this browser"), "{there}");
    let here = items.iter().find(|item| item.contains("this browser")).expect("this browser");
    assert!(here.contains("A browser") && !here.contains("Log out there"), "{here}");
    assert!(!instance.stores("Gecko").await, "only the words are stored");
}

async fn logging_out_there_ends_that_session_alone(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let (phone, desk) = (ana.in_a_second_browser().await, another_browser(&ana, FIREFOX).await);
    let page = account(&phone).await;
    let firefox = page.items().iter().position(|item| item.contains("Firefox")).unwrap();
    let this = page.items().iter().position(|item| item.contains("this browser")).unwrap();
    let end = ends(&page)[if firefox > this { firefox - 1 } else { firefox }].clone();
    phone.sends(&end, &[]).await.leads_to("/account?done=ended");
    phone.opens("/account?done=ended").await.page().calls_out(&["That browser is logged out"]);
    desk.opens("/rooms").await.is(401);
    desk.tries_to_say_by_form(&room, "too late").await.is(401);
    desk.polls(&room, "0").await.is_problem(401, "logged-out");
    for browser in [&ana, &phone] {
        browser.enters_page_of(&room).await;
    }
}

async fn logging_out_there_twice_is_doing_it_once(instance: Instance) {
    let ana = instance.person("ana").await;
    another_browser(&ana, FIREFOX).await;
    let end = ends(&account(&ana).await).remove(0);
    for _ in 0..2 {
        ana.sends(&end, &[]).await.leads_to("/account?done=ended");
    }
    assert!(ends(&account(&ana).await).is_empty());
    assert!(!account(&ana).await.has_button("Log out everywhere else"));
}

async fn a_session_of_somebody_else_cannot_be_ended(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let phone = ana.in_a_second_browser().await;
    let end = ends(&account(&ana).await).remove(0);
    bo.sends(&end, &[]).await.leads_to("/account?done=ended");
    for not_one in ["", "0", "%00", "ffffffffffffffff"] {
        bo.sends(&format!("/account/sessions/{not_one}/end"), &[]).await;
    }
    for browser in [&ana, &phone, &bo] {
        browser.opens("/rooms").await.is(200);
    }
}

async fn logging_out_everywhere_else_leaves_this_browser(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let others = [ana.in_a_second_browser().await, ana.in_a_second_browser().await];
    let bo = instance.person("bo").await;
    ana.sends("/account/sessions/end-others", &[]).await.leads_to("/account?done=ended-others");
    for other in &others {
        other.polls(&room, "0").await.is_problem(401, "logged-out");
    }
    ana.enters_page_of(&room).await;
    bo.opens("/rooms").await.is(200);
    // The address of the form leads to its page.
    ana.opens("/account/sessions/end-others").await.leads_to("/account");
}

async fn a_new_password_ends_all_other_sessions(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let phone = ana.in_a_second_browser().await;
    phone.enters_page_of(&room).await;
    changes(&ana, Person::PASSWORD, NEW).await.leads_to("/account?done=password");
    ana.opens("/account?done=password").await.page().calls_out(&["password is changed"]);
    changes(&ana, Person::PASSWORD, NEW).await.leads_to("/account?done=password");
    ana.enters_page_of(&room).await;
    phone.opens("/rooms").await.is(401);
    phone.tries_to_say_by_form(&room, "too late").await.is(401);
    let elsewhere = ana.without_cookies();
    elsewhere.tries_to_log_in(Person::PASSWORD).await.is(401);
    elsewhere.tries_to_log_in(NEW).await.lets_in("/rooms");
    // What is taken for a form sent twice keeps the word of its answer.
    changes(&ana, "not the password", NEW).await.leads_to("/account?done=password");
    elsewhere.opens("/rooms").await.is(401);
    ana.opens("/rooms").await.is(200);
}

async fn what_is_wrong_with_a_new_password_is_said_at_its_field(instance: Instance) {
    let ana = instance.person("ana").await;
    let phone = ana.in_a_second_browser().await;
    for (old, new, field) in [
        ("", NEW, "old-password"),
        ("not the password", NEW, "old-password"),
        (Person::PASSWORD, "", "new-password"),
        (Person::PASSWORD, "short", "new-password"),
        (Person::PASSWORD, "password1", "new-password"),
        (Person::PASSWORD, "ana-ana-ana", "new-password"),
    ] {
        let page = changes(&ana, old, new).await.is(422).page();
        page.form("/account/password").complains();
        let (focused, described) = page.focused().expect("a field in focus");
        assert_eq!(focused, field, "{old:?} {new:?}");
        assert!(described.contains("password") || described.contains("name"), "{described}");
        assert!(!page.elements().iter().any(|input| input.attribute("value") == Some(Person::PASSWORD)));
    }
    phone.opens("/rooms").await.is(200);
    ana.without_cookies().logs_in().await;
}

/// A browser that is left open is not a way to try passwords.
async fn the_old_password_may_not_be_guessed_there(instance: Instance) {
    let ana = instance.person("ana").await;
    let mut answers = Vec::new();
    for _ in 0..7 {
        answers.push(changes(&ana, "not the password", NEW).await);
    }
    let last = answers.pop().unwrap().is(429);
    assert!(last.header("Retry-After").is_some(), "{last:?}");
    last.page().calls_out(&["too many wrong passwords"]);
    ana.opens("/rooms").await.is(200);
}

async fn a_password_changed_meanwhile_is_not_the_old_one(instance: Instance) {
    let ana = instance.person("ana").await;
    changes(&ana, Person::PASSWORD, NEW).await.leads_to("/account?done=password");
    let page = changes(&ana, Person::PASSWORD, "eight blue umbrellas").await.is(422).page();
    page.calls_out(&["not your current password"]);
}

async fn the_way_there_is_ones_name(instance: Instance) {
    let ana = instance.person("ana").await;
    assert_eq!(ana.list().await.link("ana").as_deref(), Some("/account"));
    // Whoever has to log in first is led there afterwards.
    let page = ana.without_cookies().opens("/account").await.is(401).page();
    assert_eq!(page.form("/session").hidden("next"), "/account");
    let form = [("username", "ana"), ("password", Person::PASSWORD), ("next", "/account")];
    ana.sends("/session", &form).await.lets_in("/account");
    // What is said there is ours.
    assert!(account(&ana).await.alerts().is_empty());
    assert!(ana.opens("/account?done=Call+0900").await.page().alerts().is_empty());
}
