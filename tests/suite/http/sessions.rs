//! Logging in and out.

use rocket::futures::future::join_all;
use rocket::http::Method;

use crate::fixtures::{Answer, BEGUN, Database, Engine, Instance, Person};

on_both_engines![
    a_wrong_password_and_an_unknown_name_read_alike,
    an_empty_form_is_refused,
    logging_out_ends_the_session,
    a_cookie_replayed_after_logging_out_opens_nothing,
    logging_out_here_leaves_other_browsers_logged_in,
    anybody_may_log_out,
    a_restart_keeps_people_logged_in,
    logging_in_again_replaces_the_cookie,
    a_password_that_cannot_be_checked_is_not_called_wrong,
    a_log_in_whose_cookie_does_not_come_back_says_why,
    a_page_of_somebody_else_is_logged_out,
    a_form_sent_twice_is_one_log_in,
    a_form_sent_twice_at_once_ends_at_once,
    sessions_of_one_form_that_end_at_once_do_not_wait_for_each_other,
    other_forms_are_other_log_ins,
    what_a_browser_says_of_itself_is_not_stored,
];

async fn a_wrong_password_and_an_unknown_name_read_alike(instance: Instance) {
    instance.person("ana").await;
    let wrong = instance.visitor("ana").tries_to_log_in("not the password").await.is(401);
    let unknown = instance.visitor("nobody").tries_to_log_in("not the password").await.is(401);
    for (answer, name) in [(&wrong, "ana"), (&unknown, "nobody")] {
        let form = answer.page().form("/session");
        form.complains();
        assert_eq!((form.field("Username").as_str(), form.field("Password").as_str()), (name, ""));
        assert!(answer.header("Set-Cookie").is_none());
    }
    assert_eq!(wrong.page().alerts(), unknown.page().alerts());
    let nonce = |answer: &Answer| answer.page().form("/session").hidden("nonce");
    let alike = wrong.body.replace("\"ana\"", "\"nobody\"").replace(&nonce(&wrong), &nonce(&unknown));
    assert_eq!(alike, unknown.body);
    instance.visitor("ana").logs_in().await;
}

async fn an_empty_form_is_refused(instance: Instance) {
    let ana = instance.person("ana").await.without_cookies();
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

async fn logging_out_ends_the_session(instance: Instance) {
    let ana = instance.person("ana").await;
    ana.opens("/rooms").await.is(200);
    ana.logs_out().await;
    // The cookie that knows the browser stays; another tells the next page's script.
    let cookies: Vec<_> = ana.cookies().into_keys().collect();
    assert_eq!(cookies, ["parlor_browser", "parlor_left"], "the browser is told to forget");
    ana.opens("/rooms").await.is(401);
    ana.opens("/").await.is(200);
}

async fn a_cookie_replayed_after_logging_out_opens_nothing(instance: Instance) {
    let ana = instance.person("ana").await;
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

async fn logging_out_here_leaves_other_browsers_logged_in(instance: Instance) {
    let ana = instance.person("ana").await;
    let phone = ana.in_a_second_browser().await;
    ana.logs_out().await;
    phone.opens("/rooms").await.is(200);
    phone.logs_out().await;
    phone.opens("/rooms").await.is(401);
}

async fn anybody_may_log_out(instance: Instance) {
    instance.visitor("bo").logs_out().await;
    let ana = instance.person("ana").await;
    let old = ana.cookies();
    ana.logs_out().await;
    ana.carries(old);
    ana.logs_out().await;
}

async fn a_restart_keeps_people_logged_in(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "before").await;
    let cookies = ana.cookies();
    drop(ana);

    let instance = instance.restart().await;
    let ana = instance.visitor("ana");
    ana.carries(cookies);
    ana.says(&room, "after").await;
    assert_eq!(ana.bodies_in(&room).await, ["before", "after"]);
}

async fn logging_in_again_replaces_the_cookie(instance: Instance) {
    let ana = instance.person("ana").await;
    let first = ana.cookies();
    ana.logs_in().await;
    assert_ne!(ana.cookies(), first, "a session is never handed on");
    assert_eq!(ana.cookies().len(), first.len());
}

async fn a_password_that_cannot_be_checked_is_not_called_wrong(instance: Instance) {
    let ana = instance.person("ana").await.without_cookies();
    ana.tries_to_log_in("not the password").await.is(401);
    for broken in [
        "",
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ",
        "$scrypt$ln=16$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y",
    ] {
        instance.executes_sql(&format!("update account set password_hash = '{broken}'")).await;
        let answer = ana.tries_to_log_in(Person::PASSWORD).await.is(503);
        assert!(answer.header("Retry-After").is_some(), "{answer:?}");
        answer.page().form("/session").complains();
    }
}

async fn a_log_in_whose_cookie_does_not_come_back_says_why(instance: Instance) {
    let ana = instance.person("ana").await;
    let begun = format!("{BEGUN}%2Frooms");
    ana.opens(&begun).await.leads_to("/rooms");
    let page = ana.without_cookies().opens(&begun).await.is(401).page();
    page.calls_out(&["cookie", "browser"]);
    assert_eq!(page.form("/session").hidden("next"), "/rooms");
    // Somebody who has just been logged out elsewhere has a cookie.
    let cookies = ana.cookies();
    ana.logs_out().await;
    ana.carries(cookies);
    let page = ana.opens(&begun).await.is(401).page();
    page.calls_out(&["log in"]);
    assert!(!page.text().contains("cookie"), "{}", page.text());
}

#[rocket::async_test]
async fn a_cookie_for_https_only_is_named_where_it_is_lost() {
    let database = Database::create(Engine::Sqlite).await;
    let instance =
        Instance::with(Instance::settings(&database).merge(("parlor.public_url", "https://chat.example")))
            .await;
    let ana = instance.visitor("ana");
    let begun = format!("{BEGUN}%2Frooms");
    for (referer, why) in
        [("http://chat.example/", "only works over HTTPS"), ("https://chat.example/", "cookie")]
    {
        let page = ana.asks(Method::Get, &begun).header("Referer", referer).send().await.is(401).page();
        page.calls_out(&[why]);
    }
    instance.close().await;
    database.discard().await;
}

/// The form of the welcome page as a browser sends it.
fn filled<'a>(password: &'a str, nonce: &'a str) -> [(&'a str, &'a str); 3] {
    [("username", "ana"), ("password", password), ("nonce", nonce)]
}

/// A page says whose it is. Another tab may have logged somebody else in, who is in no room, or in another one.
async fn a_page_of_somebody_else_is_logged_out(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let bo_from_page_of = async |account: i64, uri: &str| {
        let ask = bo.asks(Method::Get, uri).header("Parlor-Account", &account.to_string());
        ask.send().await
    };
    let ids = async |name: &str| {
        instance.query_number(&format!("select id from account where name = '{name}'")).await
    };
    let (anas, bos) = (ids("ana").await, ids("bo").await);
    for query in ["?after=0", "?before=2"] {
        let uri = room.api(query);
        bo_from_page_of(anas, &uri).await.is_problem(401, "logged-out");
        bo_from_page_of(bos, &uri).await.is_problem(403, "not-a-member");
    }
    bo_from_page_of(anas, &room.path("/people")).await.is(401);
    bo.joins(&room).await;
    bo_from_page_of(bos, &room.api("?after=0")).await.is(204);
    bo_from_page_of(anas, &room.api("?after=0")).await.is_problem(401, "logged-out");
}

async fn a_form_sent_twice_is_one_log_in(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.logs_out().await;
    ana.opens("/rooms").await.is(401);
    let nonce = ana.opens("/").await.page().form("/session").hidden("nonce");
    let form = filled(Person::PASSWORD, &nonce);
    let first = ana.without_cookies();
    first.sends("/session", &form).await.lets_in("/rooms");
    first.joins(&room).await;
    first.polls(&room, "0").await.says_nothing();
    ana.sends("/session", &form).await.lets_in("/rooms");
    first.opens("/rooms").await.is(401);
    first.polls(&room, "0").await.is_problem(401, "logged-out");
    ana.enters_page_of(&room).await;
    ana.logs_out().await;
    assert_eq!(
        instance.query_number("select count(*) from membership").await,
        0,
        "nobody holds a session any more"
    );
}

async fn a_form_sent_twice_at_once_ends_at_once(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let other = if instance.has_company() { Some(instance.another().await) } else { None };
    let browsers = [instance.visitor("ana"), other.as_ref().unwrap_or(&instance).visitor("ana")];
    let form = filled(Person::PASSWORD, "nonce-1");
    for answer in join_all(browsers.iter().map(|browser| browser.sends("/session", &form))).await {
        answer.lets_in("/rooms");
    }
    ana.logs_out().await;
    let [one, twin] = &browsers;
    // The one that came later may have ended the other; whoever lives ends all there are.
    let living: Vec<_> = join_all([one.opens("/rooms"), twin.opens("/rooms")]).await;
    let living = if living[0].status == 200 { one } else { twin };
    living.enters_page_of(&room).await;
    living.logs_out().await;
    one.opens("/rooms").await.is(401);
    twin.opens("/rooms").await.is(401);
    assert_eq!(instance.query_number("select count(*) from membership").await, 0);
}

/// Each log-out ends the other's session as well, after its own: were the account not locked before both, each
/// would hold what the other one needs.
async fn sessions_of_one_form_that_end_at_once_do_not_wait_for_each_other(instance: Instance) {
    instance.person("ana").await;
    let other = if instance.has_company() { Some(instance.another().await) } else { None };
    let browsers = [instance.visitor("ana"), other.as_ref().unwrap_or(&instance).visitor("ana")];
    for _ in 0..10 {
        for browser in &browsers {
            browser.logs_in().await;
        }
        instance.executes_sql("update session set nonce = 'nonce-1'").await;
        for answer in join_all(browsers.iter().map(|browser| browser.sends("/session/end", &[]))).await {
            answer.leads_to("/");
        }
    }
    assert_eq!(instance.query_number("select count(*) from session").await, 0);
}

async fn other_forms_are_other_log_ins(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let forms = [filled(Person::PASSWORD, "nonce-1"), filled(Person::PASSWORD, "nonce-2")];
    let [one, two, three] = [(); 3].map(|()| ana.without_cookies());
    one.sends("/session", &forms[0]).await.lets_in("/rooms");
    two.sends("/session", &forms[1]).await.lets_in("/rooms");
    two.without_cookies().sends("/session", &filled("not the password", "nonce-1")).await.is(401);
    one.opens("/rooms").await.is(200);
    instance.executes_sql("update session set created_at = created_at - 61000").await;
    three.sends("/session", &forms[0]).await.lets_in("/rooms");
    one.opens("/rooms").await.is(200);
    three.logs_out().await;
    for browser in [&one, &two, &ana] {
        browser.enters_page_of(&room).await;
    }
}

/// Personal data that nobody shows is not kept.
async fn what_a_browser_says_of_itself_is_not_stored(instance: Instance) {
    let password = ("password", Person::PASSWORD);
    for path in ["/accounts", "/session"] {
        let ana = instance.visitor("ana");
        let ask = ana.asks(Method::Post, path).form(&[("username", "ana"), password]);
        ask.header("User-Agent", "Netscape/4.7").header("Accept-Language", "tlh-Latn").send().await.is(303);
    }
    assert!(instance.stores("ana").await);
    for word in ["Netscape", "tlh-Latn"] {
        assert!(!instance.stores(word).await, "{word}");
    }
}
