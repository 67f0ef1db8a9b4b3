//! Admins: who is one, what they do, and that nobody else does it.

use rocket::http::Method;

use crate::fixtures::{Answer, Instance, Person, Post, eventually, try_sql};

on_both_engines![
    the_first_account_is_the_admins,
    those_who_are_named_are_admins,
    every_route_of_admins_is_theirs_alone,
    a_barred_account_is_out_until_it_is_let_in,
    somebody_is_left_to_look_after_the_site,
    an_admin_deletes_a_room_and_reads_none,
    people_are_found_by_how_their_names_begin,
    what_was_done_is_kept,
];

/// The number of somebody's account.
async fn account(instance: &Instance, name: &str) -> String {
    instance.query_number(&format!("select id from account where name = '{name}'")).await.to_string()
}

async fn tries(admin: &Person<'_>, instance: &Instance, deed: &str, name: &str) -> Answer {
    let account = account(instance, name).await;
    admin.sends(&format!("/admin/people/{deed}"), &[("account", &account)]).await
}

async fn does(admin: &Person<'_>, instance: &Instance, deed: &str, name: &str) {
    tries(admin, instance, deed, name).await.leads_to("/admin");
}

async fn the_first_account_is_the_admins(instance: Instance) {
    let ana = instance.person("ana").await;
    assert!(ana.list().await.text().contains("You’re an admin of this site"));
    let bo = instance.person("bo").await;
    assert_eq!(ana.list().await.link("Admin").as_deref(), Some("/admin"));
    assert!(!ana.list().await.text().contains("You’re an admin of this site"), "said once");
    assert_eq!(bo.list().await.link("Admin"), None);
    ana.opens("/admin").await.is(200);
    bo.opens("/admin").await.refuses(404);
}

async fn those_who_are_named_are_admins(instance: Instance) {
    let instance = instance.restart_with("parlor.admins", ["Bo", "cy"]).await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    ana.opens("/admin").await.is(404);
    bo.opens("/admin").await.is(200);
    does(&bo, &instance, "bar", "ana").await;
    drop((ana, bo));
    let instance = instance.restart_with("parlor.admins", ["ana"]).await;
    let ana = instance.visitor("ana");
    ana.logs_in().await;
    let done = ana.opens("/admin/actions").await.is(200).page().text();
    assert!(done.contains("The settings made ana an admin"), "and let her in: {done}");
    // Bo is an admin of the time before; ana would be one again at the next start.
    let people = ana.opens("/admin").await.is(200);
    assert_eq!(people.body.matches("An admin by the server’s settings").count(), 1);
    assert_eq!(people.body.matches("Remove as admin").count(), 1);
}

/// Their pages and forms.
fn routes(instance: &Instance) -> Vec<(Method, String)> {
    let only_leads = |name: Option<&str>| name == Some("page of a form");
    let routes = instance.routes().filter(|route| !only_leads(route.name.as_deref()));
    let theirs = routes.filter(|route| route.uri.path().starts_with("/admin"));
    theirs.map(|route| (route.method, route.uri.path().to_owned())).collect()
}

async fn every_route_of_admins_is_theirs_alone(instance: Instance) {
    let (ana, bo, dee) =
        (instance.person("ana").await, instance.person("bo").await, instance.person("dee").await);
    does(&ana, &instance, "bar", "dee").await;
    let room = bo.creates("Kitchen").await;
    let cy = instance.visitor("cy");
    let nowhere = bo.opens("/nowhere").await.is(404).page().text();
    let fields = [
        ("account", account(&instance, "dee").await),
        ("room", room.id.to_string()),
        ("sign_up", "closed".to_owned()),
        ("uses", "1".to_owned()),
    ];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let routes = routes(&instance);
    assert!(routes.len() >= 14, "{routes:?}");
    let asks = async |person: &Person<'_>, method: Method, path: &str| match method {
        Method::Post => person.sends(path, &fields).await,
        _ => person.opens(path).await,
    };
    let before = "select count(*) from admin_action";
    let done = instance.query_number(before).await;
    for (method, path) in &routes {
        for outside in [&cy, &dee] {
            assert_eq!(asks(outside, *method, path).await.status, 401, "{method} {path}");
        }
        let answer = asks(&bo, *method, path).await.is(404);
        assert_eq!(answer.page().text(), nowhere, "{method} {path}");
    }
    assert_eq!(instance.query_number(before).await, done, "nothing was done");
    for (method, path) in &routes {
        let answer = asks(&ana, *method, path).await;
        assert!(matches!(answer.status, 200 | 303), "{answer:?}");
        assert!(answer.header("Location").is_none_or(|to| to.starts_with("/admin")), "{answer:?}");
    }
}

async fn a_barred_account_is_out_until_it_is_let_in(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let phone = bo.in_a_second_browser().await;
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.says(&room, "hello").await;
    does(&ana, &instance, "bar", "bo").await;
    for browser in [&bo, &phone] {
        browser.tries_to_post(&room, &Post::new("still here")).await.is_problem(401, "logged-out");
        browser.polls(&room, "0").await.is(401);
        browser.opens("/rooms").await.is(401);
    }
    assert!(!ana.sees_people_in(&room).await.text().contains("bo"), "and out of the room");
    bo.tries_to_log_in("wrong password").await.is(401);
    bo.tries_to_log_in(Person::PASSWORD).await.refuses(403).calls_out(&["barred"]);
    assert!(ana.opens("/admin").await.page().text().contains("barred"));
    does(&ana, &instance, "bar", "bo").await;
    does(&ana, &instance, "lift-bar", "bo").await;
    bo.logs_in().await;
    assert_eq!(ana.bodies_in(&room).await, ["hello"], "what was said stays");
}

async fn somebody_is_left_to_look_after_the_site(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    tries(&ana, &instance, "bar", "ana").await.refuses(409);
    tries(&ana, &instance, "unname-admin", "ana").await.refuses(409);
    does(&ana, &instance, "name-admin", "bo").await;
    tries(&ana, &instance, "password-link", "bo").await.refuses(409);
    does(&ana, &instance, "bar", "bo").await;
    tries(&ana, &instance, "unname-admin", "ana").await.refuses(409);
    does(&ana, &instance, "lift-bar", "bo").await;
    tries(&ana, &instance, "unname-admin", "ana").await.leads_to("/rooms");
    ana.opens("/admin").await.is(404);
    bo.logs_in().await;
    bo.sends("/admin/people/bar", &[("account", "999")]).await.refuses(404);
}

async fn an_admin_deletes_a_room_and_reads_none(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = bo.creates("Kitchen").await;
    bo.says(&room, "the secret soup").await;
    let listed = ana.opens("/admin/rooms").await.is(200);
    assert!(listed.page().text().contains("1 inside, 1 message"), "{listed:?}");
    assert!(!listed.body.contains("soup"));
    ana.polls(&room, "0").await.is_problem(403, "not-a-member");
    assert!(!ana.opens(&room.path("")).await.body.contains("soup"));
    ana.sends("/admin/rooms/delete", &[("room", &room.id.to_string())]).await.leads_to("/admin/rooms");
    bo.polls(&room, "0").await.is_problem(410, "room-deleted");
    bo.list().await.calls_out(&["Kitchen", "ana"]);
    assert!(!ana.opens("/admin/rooms").await.page().text().contains("Kitchen"));
}

async fn people_are_found_by_how_their_names_begin(instance: Instance) {
    let ana = instance.person("ana").await;
    for name in ["Anna", "anton", "bo", "Äna"] {
        drop(instance.person(name).await);
    }
    let finds = async |beginning: &str| {
        let page = ana.opens(&format!("/admin?beginning={beginning}")).await.is(200).page();
        ["ana", "Anna", "anton", "bo", "Äna"]
            .map(|name| page.items().iter().any(|item| item.starts_with(name)))
    };
    assert_eq!(finds("").await, [true; 5]);
    assert_eq!(finds("AN").await, [true, true, true, false, false]);
    assert_eq!(finds("%C3%A4").await, [false, false, false, false, true]);
    assert_eq!(finds("x").await, [false; 5]);
    assert_eq!(finds("an%00").await, [false; 5]);
    ana.opens("/admin/rooms?beginning=%00").await.is(200);
    let there = [("account", "1"), ("list.beginning", "ä&x\r\n"), ("list.page", "1")];
    let again = "/admin?beginning=%C3%A4%26x%0D%0A&page=1";
    ana.sends("/admin/people/lift-bar", &there).await.leads_to(again);
    let form = ana.opens("/admin?beginning=%C3%A4&page=1").await.page().form("/admin/people/bar");
    assert_eq!((form.hidden("list.beginning").as_str(), form.hidden("list.page").as_str()), ("ä", "1"));
    ana.opens("/admin?page=0").await.refuses(422);
    let numbers =
        "with recursive numbers (n) as (select 100 union all select n + 1 from numbers where n < 320)";
    let people = "insert into account (name, name_key, password_hash, created_at)";
    let rooms = "insert into room (name, name_key, owner_id, created_at, last_seq, last_tag, message_count, people_seq, people_tag)";
    let many = format!(
        "{people} {numbers} select 'p' || n, 'p' || n, '', 0 from numbers;
         {rooms} {numbers} select 'r' || n, 'r' || n, 1, 0, 0, 0, 0, 0, 0 from numbers;"
    );
    instance.executes_sql(&many).await;
    for (list, initial) in [("/admin", "p"), ("/admin/rooms", "r")] {
        for (page, first, length) in [(1, 100, 100), (2, 200, 100), (3, 300, 21)] {
            let listed =
                ana.opens(&format!("{list}?beginning={initial}&page={page}")).await.is(200).page().items();
            assert_eq!(listed.len(), length);
            assert!(listed[0].starts_with(&format!("{initial}{first}")), "{}", listed[0]);
            assert!(listed[length - 1].starts_with(&format!("{initial}{}", first + length - 1)));
        }
        assert!(
            ana.opens(&format!("{list}?beginning={initial}&page=4")).await.is(200).page().items().is_empty()
        );
    }
}

async fn what_was_done_is_kept(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    does(&ana, &instance, "end-sessions", "bo").await;
    bo.opens("/rooms").await.is(401);
    ana.sends("/admin/sign-up", &[("sign_up", "closed")]).await.leads_to("/admin/sign-up");
    let done = async || ana.opens("/admin/actions").await.is(200).page().items();
    let [set, ended] = &done().await[..] else { panic!("two things were done") };
    assert!(set.starts_with("ana set who can create an account: closed"), "{set}");
    assert!(ended.starts_with("ana logged bo out everywhere"), "{ended}");
    // Not even somebody who has the database by mistake changes it.
    for statement in ["update admin_action set what = 'barred'", "delete from admin_action"] {
        let changed = try_sql(&instance.database_url(), statement).await;
        assert!(changed.is_err(), "{statement}");
    }
    assert_eq!(done().await.len(), 2);
    // The sweeper leaves it.
    drop((ana, bo));
    instance
        .executes_sql(
            "update session set expires_at = 1 where account_id = 2;
             insert into invitation (token_hash, created_at, expires_at, uses, used) values (unhex(''), 0, 1, 1, 0)",
        )
        .await;
    let instance = instance.restart().await;
    eventually("what has expired is gone", async || {
        instance.query_number("select count(*) from invitation").await == 0
    })
    .await;
    assert_eq!(instance.query_number("select count(*) from admin_action").await, 2);
}
