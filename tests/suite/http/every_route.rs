//! Walks over all routes there are, so that none is forgotten, however new.

use std::collections::BTreeSet;

use rocket::Route;
use rocket::http::{ContentType, Method};

use crate::fixtures::{Answer, Instance, Person, Room, encode, nonce};

on_both_engines![
    no_route_but_the_way_in_lets_a_visitor_in,
    no_route_of_a_room_lets_a_stranger_in,
    every_post_refuses_other_sites,
    no_forged_request_is_accepted,
    every_answer_carries_the_headers,
    a_get_never_changes_anything,
    no_form_is_sent_for_another_account,
    nobody_joins_for_another_account,
    the_address_of_a_form_leads_to_the_page_it_stands_on,
];

/// What anybody may ask for: the way in, the way out, and the looks.
const PUBLIC: [&str; 9] = [
    "/",
    "/accounts",
    "/invitations/",
    "/password-reset",
    "/password-reset/",
    "/session",
    "/session/begun",
    "/session/end",
    "/static/",
];

/// What only this machine may ask for, which tests do not come from: `http/operations.rs`.
const OPERATIONS: [&str; 2] = ["/health", "/metrics"];

/// A route, detached from the instance that has it.
struct Call {
    method: Method,
    path: String,
    kind: ContentType,
}

impl Call {
    /// Fills the places of a route with what exists.
    fn new(route: &Route, room: &Room) -> Self {
        let fill = |segment: &str| match segment {
            dynamic if dynamic.starts_with('<') => room.id.to_string(),
            literal => literal.to_owned(),
        };
        let path = route.uri.path().split('/').map(fill).collect::<Vec<_>>().join("/");
        let kind = if path.starts_with("/api/") { ContentType::JSON } else { ContentType::Form };
        Self { method: route.method, path, kind }
    }

    fn is_public(&self) -> bool {
        PUBLIC.iter().any(|public| {
            self.path == *public
                || (public.len() > 1 && public.ends_with('/') && self.path.starts_with(public))
        })
    }

    fn changes_things(&self) -> bool {
        self.method == Method::Post
    }

    /// Whether a form is sent there: then who asks for it with a GET is led to a page, whoever it is.
    fn is_form(&self) -> bool {
        self.changes_things() && !self.path.starts_with("/api/")
    }

    fn body(&self) -> String {
        let nonce = nonce();
        if self.kind == ContentType::JSON {
            format!(r#"{{"body":"soup","nonce":"{nonce}"}}"#)
        } else {
            encode(&[
                ("name", "Attic"),
                ("body", "soup"),
                ("nonce", &nonce),
                ("username", "eve"),
                ("password", Person::PASSWORD),
            ])
        }
    }

    async fn by(&self, person: &Person<'_>, header: Option<(&'static str, &str)>) -> Answer {
        let mut ask = person.asks(self.method, &self.path);
        if self.changes_things() {
            ask = ask.body(Some(self.kind.clone()), self.body());
        }
        if let Some((name, value)) = header {
            ask = ask.header(name, value);
        }
        ask.send().await
    }
}

/// Every route but those for operators, and those that only lead from the address of a form to its page.
fn calls(instance: &Instance, room: &Room) -> Vec<Call> {
    let only_leads = |route: &&Route| route.name.as_deref() == Some("page of a form");
    let is_for_operators = |route: &&Route| OPERATIONS.contains(&route.uri.path());
    let routes = instance.routes().filter(|route| !only_leads(route) && !is_for_operators(route));
    let calls: Vec<_> = routes.map(|route| Call::new(route, room)).collect();
    assert!(calls.iter().any(|call| call.path == room.path("/post")), "the walk has found the routes");
    assert!(calls.iter().any(|call| call.path == room.api("")), "and those of the JSON protocol");
    calls
}

async fn no_route_but_the_way_in_lets_a_visitor_in(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let mut refused = 0;
    for call in calls(&instance, &room).iter().filter(|call| !call.is_public()) {
        let answer = call.by(&instance.visitor("cy"), None).await;
        assert_eq!(answer.status, 401, "{answer:?}");
        assert!(!answer.body.contains("Kitchen"), "{answer:?}");
        refused += 1;
    }
    assert!(refused >= 20, "only {refused} routes are closed to visitors");
    ana.polls(&room, "0").await.says_nothing();
}

async fn no_route_of_a_room_lets_a_stranger_in(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "the secret soup").await;
    let inside = room.path("");
    let mut called = 0;
    for call in calls(&instance, &room).iter().filter(|call| call.path.contains(&inside)) {
        let answer = call.by(&bo, None).await;
        assert!(!answer.body.contains("secret"), "{answer:?}");
        if call.path == room.path("/join") {
            bo.leaves(&room).await;
        } else {
            let harmless = ["", "/search", "/leave"].iter().any(|rest| call.path == room.path(rest));
            assert!(harmless || answer.status == 403, "{answer:?}");
        }
        bo.polls(&room, "0").await.is_problem(403, "not-a-member");
        called += 1;
    }
    assert!(called >= 16, "only {called} routes lead into a room");
    assert_eq!(ana.bodies_in(&room).await, ["the secret soup"]);
}

async fn every_post_refuses_other_sites(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let mut refused = 0;
    for call in calls(&instance, &room).iter().filter(|call| call.changes_things()) {
        for person in [&ana, &instance.visitor("cy")] {
            let answer = call.by(person, Some(("Sec-Fetch-Site", "cross-site"))).await;
            // A visitor may be told to log in first; nobody may get through.
            let told = if person.name == "ana" || call.is_public() { &[403][..] } else { &[401, 403] };
            assert!(told.contains(&answer.status), "{answer:?}");
        }
        refused += 1;
    }
    assert!(refused >= 14, "only {refused} routes change things");
    ana.enters_page_of(&room).await;
    assert!(ana.reads(&room).await.is_empty());
    assert!(!ana.list().await.text().contains("Attic"));
}

/// What the page of another site can have a browser send along, whatever the browser: the method of a form, the type of a
/// body and, before there was `Sec-Fetch-Site`, an `Origin`. The host is `127.0.0.1`.
const HOSTILE: [&[(&str, &str)]; 16] = [
    &[("Sec-Fetch-Site", "cross-site")],
    &[("Sec-Fetch-Site", "same-site")],
    &[("Sec-Fetch-Site", "cross-site"), ("Origin", "http://127.0.0.1")],
    &[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")],
    &[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-User", "?1"), ("X-HTTP-Method-Override", "POST")],
    &[("Sec-Fetch-Site", "")],
    &[("Sec-Fetch-Site", "Same-Origin")],
    &[("Origin", "null")],
    &[("Origin", "")],
    &[("Origin", "https://elsewhere.example")],
    &[("Origin", "http://127.0.0.1.elsewhere.example")],
    &[("Origin", "http://127.0.0.1:8001")],
    &[("Origin", "http://elsewhere.example"), ("X-Forwarded-Host", "elsewhere.example")],
    &[("Origin", "http://elsewhere.example"), ("Forwarded", "host=elsewhere.example")],
    &[("Origin", "http://elsewhere.example"), ("Referer", "http://127.0.0.1/rooms")],
    &[("Origin", "http://elsewhere.example"), ("Parlor-Account", "1")],
];

async fn no_forged_request_is_accepted(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let (mut sent, mut accepted) = (0, Vec::new());
    for call in calls(&instance, &room).iter().filter(|call| call.changes_things()) {
        for headers in HOSTILE {
            for kind in [call.kind.clone(), ContentType::Plain, ContentType::FormData] {
                for smuggled in ["", "_method=get&", "_method=put&"] {
                    let body = [smuggled, &call.body()].concat();
                    let ask =
                        ana.asks(call.method, &call.path).host("127.0.0.1").body(Some(kind.clone()), body);
                    let ask = headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value));
                    let answer = ask.send().await;
                    sent += 1;
                    // A form may turn its POST into a GET, which changes nothing, or into what nobody answers.
                    let harmless = !smuggled.is_empty()
                        && kind == ContentType::Form
                        && matches!(answer.status, 200 | 303 | 404);
                    if answer.status != 403 && !harmless {
                        accepted.push(answer);
                    }
                }
            }
        }
    }
    assert!(sent >= 13 * 16 * 9, "only {sent} requests");
    assert!(accepted.is_empty(), "{} of {sent}: {:?}", accepted.len(), accepted[0]);
    ana.enters_page_of(&room).await;
    assert!(ana.reads(&room).await.is_empty());
    for (table, rows) in [("account", 1), ("room", 1), ("session", 1), ("membership", 1), ("entry", 0)] {
        let ours = if table == "account" { " where coalesce(role, '') <> 'site'" } else { "" };
        let count = instance.query_number(&format!("select count(*) from {table}{ours}")).await;
        assert_eq!(count, rows, "{table}");
    }
    ana.without_cookies().logs_in().await;
}

/// Of every route, by whoever asks, by every method: pages, fragments, JSON, files, redirects, refusals.
async fn every_answer_carries_the_headers(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let mut kinds = BTreeSet::new();
    let (visitor, stranger) = (instance.visitor("cy"), instance.person("bo").await);
    let mut answers = Vec::new();
    for call in calls(&instance, &room) {
        for person in [&visitor, &stranger, &ana] {
            answers.push(call.by(person, None).await);
        }
        for method in [Method::Head, Method::Put, Method::Delete, Method::Options] {
            answers.push(visitor.asks(method, &call.path).send().await);
        }
    }
    // The visitor may have come in by one of the forms.
    let first_page = instance.visitor("dee").opens("/").await.page();
    for path in first_page.assets().into_iter().chain(["/static/nothing".to_owned()]) {
        let file = visitor.opens(&path).await;
        if let Some(tag) = file.header("ETag") {
            answers.push(visitor.asks(Method::Get, &path).header("If-None-Match", tag).send().await);
        }
        answers.push(file);
    }
    for answer in &answers {
        kinds.insert((answer.status, answer.kind().to_owned()));
        carries_the_headers(answer);
    }
    for kind in [(200, "text/html"), (200, "text/css"), (200, "text/javascript"), (303, "")] {
        assert!(kinds.contains(&(kind.0, kind.1.to_owned())), "{kind:?} is not among {kinds:?}");
    }
}

fn carries_the_headers(answer: &Answer) {
    let policy = answer.header("Content-Security-Policy").unwrap_or_default();
    for part in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{answer:?}");
    }
    assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"), "{answer:?}");
    assert_eq!(answer.header("Cross-Origin-Resource-Policy"), Some("same-origin"), "{answer:?}");
    assert!(answer.header("Cache-Control").is_some(), "{answer:?}");
    if answer.kind() == "text/html" {
        let referrer = answer.header("Referrer-Policy");
        assert!(matches!(referrer, Some("same-origin" | "strict-origin")), "{answer:?}");
        assert_eq!(answer.header("Cross-Origin-Opener-Policy"), Some("same-origin"), "{answer:?}");
    }
    for name in ["X-Powered-By", "Access-Control-Allow-Origin"] {
        assert_eq!(answer.header(name), None, "{answer:?}");
    }
}

async fn a_get_never_changes_anything(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let version = bo.list().await.version();
    for call in calls(&instance, &room).iter().filter(|call| !call.changes_things()) {
        for person in [&ana, &bo] {
            let answer = call.by(person, None).await;
            assert!(answer.status < 500, "{answer:?}");
        }
    }
    bo.opens(&format!("/rooms/list?after={version}")).await.says_nothing();
    ana.enters_page_of(&room).await;
    // Nor does the wrong method get anywhere.
    for method in [Method::Put, Method::Delete, Method::Patch] {
        for path in [room.path(""), room.path("/delete"), "/rooms".to_owned()] {
            ana.asks(method, &path).send().await.refuses(404);
        }
        ana.asks(method, &room.api("")).send().await.is_problem(404, "not-found");
    }
}

/// In a browser in which somebody else has logged in since the page with the form was made.
async fn no_form_is_sent_for_another_account(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let id = async |name: &str| {
        instance.query_number(&format!("select id from account where name = '{name}'")).await
    };
    let (anas, bos) = (id("ana").await, id("bo").await);
    let forms: Vec<_> =
        calls(&instance, &room).into_iter().filter(|it| it.is_form() && !it.is_public()).collect();
    for form in &forms {
        let of_bo = Call { path: format!("{}?account={bos}", form.path), kind: form.kind.clone(), ..*form };
        let refused = of_bo.by(&ana, None).await.is(409);
        assert!(refused.body.contains("logged in as “ana”"), "{refused:?}");
        let typed = match form.path.as_str() {
            path if path == room.path("/post") || path.ends_with("/edit") => &["soup"][..],
            "/rooms" => &["Attic"],
            _ => &[],
        };
        assert_eq!(refused.page().boxes(), typed, "{}", form.path);
    }
    assert!(forms.len() >= 18, "only {} forms", forms.len());
    assert!(ana.reads(&room).await.is_empty());
    for path in [room.path(""), room.path("/delete"), "/rooms".to_owned(), "/account".to_owned()] {
        let page = ana.opens(&path).await.is(200).body;
        for action in page.split("method=\"post\" action=\"").skip(1) {
            let action = action.split('"').next().unwrap_or_default();
            assert!(action.ends_with(&format!("?account={anas}")), "{path}: {action}");
        }
    }
    for account in [&*bos.to_string(), "", "nobody", "1e0", "%ff"] {
        ana.sends(&room.path(&format!("/leave?account={account}")), &[]).await.is(409);
        ana.sends(&format!("/session/end?account={account}"), &[]).await.is(409);
    }
    ana.enters_page_of(&room).await;
    ana.sends(&room.path(&format!("/leave?account={anas}")), &[]).await.leads_to("/rooms");
    bo.joins(&room).await;
    ana.sends(&format!("/session/end?account={anas}"), &[]).await.leads_to("/");
    ana.opens("/rooms").await.is(401);
}

/// The rows of the list are shared, and the form that their buttons send has its account in a field.
async fn nobody_joins_for_another_account(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = (ana.creates("Kitchen").await, bo.creates("Hall").await);
    let said_by = async |person: &Person<'_>, path: &str| {
        let list = person.opens(path).await.is(200).page();
        let form = list.elements().into_iter().find(|it| it.attribute("id") == Some("join")).expect("a form");
        let field = form.all(&|it| it.attribute("name") == Some("account"));
        field[0].attribute("value").expect("an account").to_owned()
    };
    let (anas, bos) = (said_by(&ana, "/rooms").await, said_by(&bo, "/rooms").await);
    assert_ne!(anas, bos);
    assert_eq!(said_by(&bo, "/rooms/list").await, bos);
    let moves = async |account: &str| {
        let hall = hall.id.to_string();
        bo.sends(&kitchen.path("/join"), &[("leaving", &hall), ("account", account)]).await
    };
    for account in [&*anas, "", "nobody"] {
        let refused = moves(account).await.is(409);
        assert!(refused.body.contains("logged in as “bo”"), "{refused:?}");
    }
    bo.enters_page_of(&hall).await;
    moves(&bos).await.leads_to(&kitchen.path(""));
}

async fn the_address_of_a_form_leads_to_the_page_it_stands_on(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let people = [&ana, &instance.person("bo").await, &instance.visitor("cy")];
    let mut led = 0;
    for form in calls(&instance, &room).iter().filter(|call| call.is_form()) {
        let page = match form.path.as_str() {
            "/session" | "/session/end" | "/accounts" | "/password-reset" => "/".to_owned(),
            "/admin/rooms/delete" => "/admin/rooms".to_owned(),
            "/admin/invitations" | "/admin/invitations/revoke" => "/admin/sign-up".to_owned(),
            path if path.starts_with("/admin/people/") => "/admin".to_owned(),
            path if path.starts_with("/account/") => "/account".to_owned(),
            "/notices/dismiss" => "/rooms".to_owned(),
            // These are pages themselves.
            "/rooms" | "/admin/sign-up" => continue,
            path if path == room.path("/delete") || path.contains("/messages/") => continue,
            _ => room.path(""),
        };
        for person in people {
            person.opens(&form.path).await.leads_to(&page);
            person.opens(&format!("{}?leaving=1", form.path)).await.leads_to(&page);
        }
        led += 1;
    }
    assert!(led >= 7, "only {led} forms");
    ana.enters_page_of(&room).await;
    for nowhere in ["/rooms/kitchen/join", "/rooms/kitchen/post"] {
        ana.opens(nowhere).await.leads_to("/rooms");
    }
    ana.opens("/session/nowhere").await.refuses(404);
}
