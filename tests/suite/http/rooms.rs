//! `POST /rooms` and `GET /rooms/<id>`: making a room, and its page.

use crate::fixtures::{EARLIER_AT_MOST, Instance};

on_both_engines![
    whoever_makes_a_room_is_inside,
    a_room_needs_a_log_in,
    a_taken_name_is_refused_in_any_letter_case,
    one_name_wanted_by_many_at_once_goes_to_one,
    a_name_that_would_be_mistaken_for_another_is_refused,
    a_name_has_something_to_see_in_it,
    a_name_that_is_none_is_refused,
    a_name_is_counted_in_characters,
    nothing_is_made_while_inside_another_room,
    a_form_sent_twice_makes_one_room,
    the_page_shows_the_room_to_those_inside,
    the_page_shows_the_newest_and_leads_to_the_rest,
    a_malformed_place_in_the_history_is_refused,
    a_room_that_never_was_is_not_found,
    what_people_write_is_text_and_only_links_are_links,
];

async fn whoever_makes_a_room_is_inside(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let page = ana.enters_page_of(&room).await;
    assert!(page.text().contains("Kitchen"));
    assert!(page.messages().is_empty());
    for button in ["Send", "Leave", "Log out"] {
        assert!(page.has_button(button), "no {button} on: {}", page.text());
    }
    assert_eq!(page.form(&room.path("/post")).field("Message"), "");
}

async fn a_room_needs_a_log_in(instance: Instance) {
    let visitor = instance.visitor("cy");
    let refused = visitor.tries_to_create("Kitchen").await.refuses(401);
    refused.calls_out(&["log in"]);
    assert_eq!(refused.boxes(), ["Kitchen"]);
    assert!(visitor.tries_to_create("").await.is(401).page().boxes().is_empty());
    let list = instance.person("ana").await.list().await;
    assert!(!list.text().contains("Kitchen"));
}

async fn a_taken_name_is_refused_in_any_letter_case(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let kitchen = ana.creates("Große Küche").await;
    for name in ["Große Küche", "GROSSE KÜCHE", "große ku\u{308}che", "  Große   Küche "] {
        let page = bo.tries_to_create(name).await.is(409).page();
        let form = page.form("/rooms");
        form.complains();
        assert_eq!(form.field("Room name").trim(), name.trim());
    }
    assert_eq!(bo.list().await.link("Return"), None, "bo is in no room");
    ana.deletes(&kitchen).await;
    bo.creates("große küche").await;
}

async fn one_name_wanted_by_many_at_once_goes_to_one(instance: Instance) {
    let (ana, bo, cy) =
        (instance.person("ana").await, instance.person("bo").await, instance.person("cy").await);
    let tries = [&ana, &bo, &cy].map(|person| person.tries_to_create("Kitchen"));
    let answers = rocket::futures::future::join_all(tries).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409]);
}

async fn a_name_that_is_none_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    for name in
        ["", "   ", "\u{3000}", "a\0b", "a\nb", "\u{1b}[1m", "\u{200b}", &"x".repeat(61), &"x".repeat(20_000)]
    {
        let page = ana.tries_to_create(name).await.is(422).page();
        page.form("/rooms").complains();
    }
    let page = ana.tries_to_create(&"é".repeat(61)).await.is(422).page();
    assert_eq!(page.form("/rooms").field("Room name"), "é".repeat(61), "what was typed is kept");
    for fields in [&[][..], &[("title", "Kitchen")]] {
        ana.sends("/rooms", fields).await.is(422).page().form("/rooms").complains();
    }
    ana.creates("a").await;
}

async fn a_name_is_counted_in_characters(instance: Instance) {
    let ana = instance.person("ana").await;
    for name in ["😀".repeat(60), "字".repeat(60), "👩‍👩‍👧 family".to_owned(), "<b>&amp;\"'".to_owned()]
    {
        let room = ana.creates(&name).await;
        assert!(ana.enters_page_of(&room).await.text().contains(&name));
        ana.leaves(&room).await;
        assert!(ana.list().await.text().contains(&name));
    }
}

async fn nothing_is_made_while_inside_another_room(instance: Instance) {
    let ana = instance.person("ana").await;
    let kitchen = ana.creates("Kitchen").await;
    let page = ana.tries_to_create("Hall").await.is(409).page();
    assert!(page.text().contains("Return to Kitchen") && page.has_button("Leave"), "{}", page.text());
    assert_eq!(page.text().matches("You’re in").count(), 1, "it is told once: {}", page.text());
    assert_eq!(page.form("/rooms").field("Room name"), "Hall", "what was typed is kept");
    assert_eq!(page.title(), "Room not created · Parlor");
    let (field, description) = page.focused().expect("a field has the focus");
    assert_eq!((&*field, &*description), ("create-name", "Leave the room you’re in, then create this one."));
    assert!(!ana.list().await.text().contains("Hall"), "nothing was made");

    ana.leaves(&kitchen).await;
    ana.creates("Hall").await;
}

async fn a_form_sent_twice_makes_one_room(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    assert_eq!(ana.creates("kitchen").await.id, room.id);
    assert_eq!(ana.list().await.rooms().len(), 1);
    ana.leaves(&room).await;
    ana.tries_to_create("Kitchen").await.is(409);
}

async fn the_page_shows_the_room_to_those_inside(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.says(&room, "soup is ready").await;
    bo.says(&room, "coming").await;

    let page = bo.enters_page_of(&room).await;
    let shown = page.messages();
    let read: Vec<_> = shown.iter().map(|m| (m.seq, m.author.as_str(), m.body.as_str())).collect();
    assert_eq!(read, [(1, "ana", "soup is ready"), (2, "bo", "coming")]);
    assert_eq!(page.link("Earlier messages"), None);
}

async fn the_page_shows_the_newest_and_leads_to_the_rest(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 2 * EARLIER_AT_MOST + 5).await;
    let all = ana.bodies_in(&room).await;

    let mut page = ana.enters_page_of(&room).await;
    let mut pages = vec![page.messages()];
    while let Some(earlier) = page.link("Earlier messages") {
        let path = if earlier.starts_with('?') { room.path(&earlier) } else { earlier };
        page = ana.opens(&path).await.is(200).page();
        pages.push(page.messages());
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 5]);
    let shown: Vec<_> = pages.into_iter().rev().flatten().collect();
    assert_eq!(shown.len(), all.len());
    for (n, (shown, body)) in shown.iter().zip(&all).enumerate() {
        assert_eq!((shown.seq, &shown.body), (n as u64 + 1, body));
    }
}

async fn a_malformed_place_in_the_history_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "soup").await;
    assert_eq!(ana.opens(&room.path("?before=2")).await.is(200).page().messages().len(), 1);
    for before in ["x", "-1", "1e3", "", "1.5", "99999999999999999999", "%00", "%ff"] {
        ana.opens(&room.path(&format!("?before={before}"))).await.refuses(422);
    }
}

async fn a_room_that_never_was_is_not_found(instance: Instance) {
    let ana = instance.person("ana").await;
    for id in
        ["1", "0", "-1", "9223372036854775807", "9223372036854775808", "x", "1x", "%00", "1%2F2", "%C3%A9"]
    {
        for rest in ["", "/people", "/delete"] {
            ana.opens(&format!("/rooms/{id}{rest}")).await.refuses(404);
        }
        for rest in ["/join", "/leave", "/delete"] {
            ana.sends(&format!("/rooms/{id}{rest}"), &[]).await.refuses(404);
        }
        let fields = [("body", "hello"), ("nonce", "n")];
        ana.sends(&format!("/rooms/{id}/post"), &fields).await.refuses(404);
    }
}

async fn what_people_write_is_text_and_only_links_are_links(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("<img src=x onerror=alert(1)>").await;
    let hostile = "<script>alert(1)</script> &lt; \"'/` {{ 7*7 }} javascript:alert(1)";
    ana.says(&room, hostile).await;
    ana.says(&room, "see https://a.example/x?y=1&z=\"2\" and <http://b.example>, no ftp://c.example").await;

    let page = ana.enters_page_of(&room).await;
    let shown = page.messages();
    assert_eq!(shown[0].body, hostile);
    assert!(page.text().contains("<img src=x onerror=alert(1)>"));
    let rel = "noopener noreferrer nofollow".to_owned();
    let links =
        ["https://a.example/x?y=1&z=", "http://b.example/"].map(|href| (href.to_owned(), rel.clone()));
    assert_eq!(page.links_in_log(), links);
}

async fn a_name_that_would_be_mistaken_for_another_is_refused(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let refused = bo.tries_to_create("Кitchen").await.refuses(409);
    refused.calls_out(&["mistaken", "Kitchen"]);
    assert_eq!(refused.form("/rooms").field("Room name"), "Кitchen");
    bo.creates("Кухня и кафе / Café").await;
    ana.deletes(&room).await;
    instance.person("cy").await.creates("Кitchen").await;
}

async fn a_name_has_something_to_see_in_it(instance: Instance) {
    let ana = instance.person("ana").await;
    for nothing in
        ["\u{200b}", "\u{2060}", "\u{2800}", "\u{3164}", "\u{301}", &format!("Z{}", "\u{301}".repeat(50))]
    {
        ana.tries_to_create(nothing).await.refuses(422);
    }
    ana.creates("Ze\u{301} 👩‍👧").await;
}
