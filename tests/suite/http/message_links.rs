//! The way to a message by its link, for somebody who is not logged in or not in the room.

use crate::fixtures::{BEGUN, Instance, Person, encode};

on_both_engines![
    a_log_in_leads_to_the_message,
    no_link_to_a_message_leads_elsewhere,
    joining_leads_to_the_message,
    a_move_that_is_refused_keeps_the_way_to_the_message,
];

async fn a_log_in_leads_to_the_message(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "the secret soup").await;
    let (link, bo) = (room.path("?at=1"), instance.visitor("bo"));
    let asked = bo.opens(&link).await.is(401).page();
    let fields = [("username", "bo"), ("password", Person::PASSWORD), ("next", link.as_str())];
    for form in ["/accounts", "/session"] {
        assert_eq!(asked.form(form).hidden("next"), link);
        let let_in = bo.sends(form, &fields).await.is(303);
        let begun = let_in.header("Location").unwrap_or_default().to_owned();
        assert!(begun.starts_with(BEGUN), "{let_in:?}");
        bo.opens(&begun).await.leads_to(&room.path("?at=1#m1"));
        bo.logs_out().await;
    }
}

async fn no_link_to_a_message_leads_elsewhere(instance: Instance) {
    let bo = instance.person("bo").await;
    let hostile = [
        "//elsewhere.example/rooms/7?at=1",
        "/rooms/7?at=1#@elsewhere.example",
        "/rooms//elsewhere.example?at=1",
        "/rooms/7?at=//elsewhere.example",
        "/rooms/7?at=1\r\nSet-Cookie: a=b",
        "/rooms/7?at=<script>",
        "/rooms/\\elsewhere.example?at=1",
        "https://elsewhere.example/rooms/7?at=1",
    ];
    for next in hostile {
        let begun = format!("{BEGUN}{}", encode(&[("", next)]).trim_start_matches('='));
        bo.opens(&begun).await.leads_to("/rooms");
    }
}

async fn joining_leads_to_the_message(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "the secret soup").await;
    let join_page = bo.opens(&room.path("?at=1")).await.is(200).page();
    assert!(join_page.log().is_none());
    assert_eq!(join_page.form(&room.path("/join")).hidden("at"), "1");
    bo.sends(&room.path("/join"), &[("at", "1")]).await.leads_to(&room.path("?at=1#m1"));
    for at in ["", "x", "-1", "1#//elsewhere.example", "99999999999999999999"] {
        bo.sends(&room.path("/join"), &[("at", at)]).await.leads_to(&room.path(""));
    }
}

async fn a_move_that_is_refused_keeps_the_way_to_the_message(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = (ana.creates("Kitchen").await, bo.creates("Hall").await);
    ana.says(&kitchen, "the secret soup").await;
    let refused = bo.sends(&kitchen.path("/join"), &[("at", "1")]).await.is(409).page();
    let form = refused.form(&kitchen.path("/join"));
    assert_eq!((form.hidden("at"), form.hidden("leaving")), ("1".to_owned(), hall.id.to_string()));
    let moves = [("leaving", &*hall.id.to_string()), ("at", "1")];
    bo.sends(&kitchen.path("/join"), &moves).await.leads_to(&kitchen.path("?at=1#m1"));
}
