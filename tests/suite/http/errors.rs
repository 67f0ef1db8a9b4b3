//! Error pages in the style of all pages, problems in the JSON protocol, and *Log out* on every page.

use rocket::http::{ContentType, Method};

use crate::fixtures::{Answer, Instance, Person, Room, nonce};

on_both_engines![
    every_page_lets_one_log_out,
    every_page_has_one_heading_and_a_label_for_every_field,
    a_visitor_is_offered_no_way_out,
    an_error_page_leads_back_to_where_one_is,
    an_unknown_page_is_not_found,
    an_unknown_call_is_a_problem,
    the_kind_of_answer_depends_on_the_address_alone,
    a_strange_cookie_breaks_nothing,
];

/// Pages of every status a person can meet: inside `room`, with `gone` deleted.
async fn pages(person: &Person<'_>, room: &Room, gone: &Room) -> Vec<Answer> {
    let long = "x".repeat(70_000);
    let post = room.path("/post");
    let form =
        |fields: Vec<u8>| person.asks(Method::Post, &post).body(Some(ContentType::Form), fields).send();
    let plain = person.asks(Method::Post, &post).body(Some(ContentType::Plain), "body=soup").send();
    let elsewhere = person.asks(Method::Post, &post).form(&[]).header("Sec-Fetch-Site", "cross-site").send();
    vec![
        person.opens("/rooms").await,
        person.opens("/rooms?page=x").await,
        person.opens("/rooms?page=9").await,
        person.opens(&room.path("")).await,
        person.opens(&room.path("?before=x")).await,
        person.opens(&room.path("/delete")).await,
        person.opens(&gone.path("")).await,
        person.opens(&gone.path("/delete")).await,
        person.opens("/rooms/99999").await,
        person.opens("/rooms/nowhere").await,
        person.opens("/nowhere").await,
        person.opens("/static/nowhere").await,
        person.tries_to_create("Attic").await,
        person.tries_to_create("").await,
        person.tries_to_join(gone).await,
        person.tries_to_say_by_form(room, "").await,
        person.tries_to_say_by_form(gone, "soup").await,
        form(b"body=%ff&nonce=n".to_vec()).await,
        form(format!("body={long}&nonce=n").into_bytes()).await,
        plain.await,
        elsewhere.await,
    ]
}

async fn every_page_lets_one_log_out(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let gone = ana.creates("Attic").await;
    ana.deletes(&gone).await;
    let room = ana.creates("Kitchen").await;
    let mut answers = pages(&ana, &room, &gone).await;
    answers.extend([bo.opens(&room.path("")).await, bo.opens(&room.path("/delete")).await]);
    answers.extend([bo.tries_to_delete(&room).await, bo.tries_to_delete(&gone).await]);
    answers.push(bo.tries_to_say_by_form(&room, "soup").await);
    answers.push(ana.opens(&room.path("?before=1")).await);
    bo.creates("Hall").await;
    answers.extend([bo.opens(&room.path("")).await, bo.tries_to_join(&room).await]);
    let taken = [("username", "ana"), ("password", Person::PASSWORD)];
    answers.extend([bo.sends("/accounts", &taken).await, bo.sends("/accounts", &[]).await]);
    answers.extend([
        bo.sends("/session", &[]).await,
        bo.sends("/session", &[("username", "ana"), ("password", "wrong")]).await,
    ]);

    for answer in &answers {
        let page = answer.page();
        let form = page.find_form("/session/end");
        assert!(form.is_some() && page.has_button("Log out"), "no way out of {answer:?}");
        assert!(page.text().contains("ana") || page.text().contains("bo"), "whose page is {answer:?}");
    }
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    assert_eq!(statuses, [200, 400, 401, 403, 404, 409, 410, 413, 415, 422], "all of these have been walked");
}

async fn every_page_has_one_heading_and_a_label_for_every_field(instance: Instance) {
    let ana = instance.person("ana").await;
    let gone = ana.creates("Attic").await;
    ana.deletes(&gone).await;
    let room = ana.creates("Kitchen").await;
    let mut answers = pages(&ana, &room, &gone).await;
    answers.extend(pages(&instance.visitor("cy"), &room, &gone).await);
    answers.push(instance.visitor("cy").opens("/").await);
    for answer in answers {
        let page = answer.page();
        let elements = page.elements();
        let named = |name: &str| elements.iter().filter(|it| it.name == name).collect::<Vec<_>>();
        assert_eq!(named("h1").len(), 1, "{answer:?}");
        assert!(!page.title().is_empty(), "{answer:?}");
        let descriptions = elements.iter().filter(|it| it.attribute("name") == Some("description"));
        assert_eq!(descriptions.count(), 1, "{answer:?}");
        let fields = [named("input"), named("textarea")].concat();
        for field in fields.into_iter().filter(|field| field.attribute("type") != Some("hidden")) {
            let id = field.attribute("id").expect("an id");
            let labels = named("label").into_iter().filter(|label| label.attribute("for") == Some(id));
            assert_eq!(labels.count(), 1, "{id} in {answer:?}");
        }
        let mut ids: Vec<_> = elements.iter().filter_map(|it| it.attribute("id")).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id twice in {answer:?}");
    }
}

async fn a_visitor_is_offered_no_way_out(instance: Instance) {
    let ana = instance.person("ana").await;
    let gone = ana.creates("Attic").await;
    ana.deletes(&gone).await;
    let room = ana.creates("Kitchen").await;
    let cy = instance.visitor("cy");
    let mut answers = pages(&cy, &room, &gone).await;
    answers.extend([cy.opens("/").await, cy.sends("/session", &[]).await]);
    answers
        .push(cy.asks(Method::Post, "/session").body(Some(ContentType::Form), "username=%ff").send().await);
    for answer in answers {
        let page = answer.page();
        assert!(answer.status >= 400 || answer.status == 200, "{answer:?}");
        assert!(!page.has_button("Log out") && !page.text().contains("ana"), "{answer:?}");
    }
}

async fn an_error_page_leads_back_to_where_one_is(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let page = async |person: &Person<'_>| person.opens("/nowhere").await.refuses(404);
    assert_eq!(page(&ana).await.link("Back to Kitchen"), Some(room.path("")));
    assert_eq!(page(&bo).await.link("Back to the rooms"), Some("/rooms".to_owned()));
    assert_eq!(page(&instance.visitor("cy")).await.link("Go to Parlor"), Some("/".to_owned()));
    for page in [page(&ana).await, page(&bo).await] {
        assert!(page.link("Go to Parlor").is_none() && page.link("Try again").is_none(), "{}", page.text());
    }
}

async fn an_unknown_page_is_not_found(instance: Instance) {
    let ana = instance.person("ana").await;
    for path in ["/nowhere", "/apix", "/rooms/1/nowhere", "/index.html", "/.env", "/rooms/../etc/passwd"] {
        let page = ana.opens(path).await.refuses(404);
        assert!(page.link("Go to Parlor").is_some() || page.has_heading(), "{}", page.text());
        instance.visitor("cy").opens(path).await.refuses(404);
    }
}

async fn an_unknown_call_is_a_problem(instance: Instance) {
    let ana = instance.person("ana").await;
    for path in ["/api", "/api/", "/api/nowhere", "/api/rooms", "/api/rooms/1", "/api/rooms/1/nowhere"] {
        for person in [&ana, &instance.visitor("cy")] {
            person.opens(path).await.is_problem(404, "not-found");
            person.sends_json(path, &serde_json::json!({})).await.is_problem(404, "not-found");
        }
    }
}

async fn the_kind_of_answer_depends_on_the_address_alone(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let ask = |path: &str, accept: &str| ana.asks(Method::Get, path).header("Accept", accept).send();
    ask("/nowhere", "application/json").await.refuses(404);
    ask(&room.path("?before=x"), "application/json").await.refuses(422);
    ask(&room.path(""), "application/json").await.is(200).page();
    ask("/api/nowhere", "text/html").await.is_problem(404, "not-found");
    ask(&room.api("?after=x"), "text/html").await.is_problem(422, "invalid");
    ana.says(&room, "soup").await;
    ask(&room.api("?after=0"), "text/html").await.is(200).news();
}

async fn a_strange_cookie_breaks_nothing(instance: Instance) {
    let ana = instance.person("ana").await;
    let mut cookies = ana.cookies();
    for (name, value) in
        [("_flash", "1:éx"), ("_flash", ""), ("a", "\u{1}"), ("", "b"), ("long", &"x".repeat(30_000))]
    {
        cookies.insert(name.to_owned(), value.to_owned());
        ana.carries(cookies.clone());
        ana.opens("/rooms").await.is(200);
    }
    let room = ana.creates("Kitchen").await;
    ana.sends(&room.path("/post"), &[("body", "soup"), ("nonce", &nonce())]).await.is(303);
}
