//! `POST /rooms/<id>/post`: posting without JavaScript, and what becomes of what could not be posted.

use crate::fixtures::{Instance, nonce};

on_both_engines![
    the_form_of_the_page_posts,
    a_form_sent_twice_posts_once,
    somebody_without_a_log_in_keeps_the_text,
    a_stranger_is_shown_the_door_and_keeps_the_text,
    text_that_cannot_be_posted_stays_in_the_box,
    a_reused_nonce_keeps_the_text,
    a_missing_field_is_refused,
    a_field_sent_twice_breaks_nothing,
];

const TEXT: &str = "my <long> & \"careful\" thoughts\nin two lines";

async fn the_form_of_the_page_posts(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for n in 1..=2 {
        let form = ana.enters_page_of(&room).await.form(&room.path("/post"));
        let nonce = form.hidden("nonce");
        ana.sends(&room.path("/post"), &[("body", TEXT), ("nonce", &nonce)]).await.leads_to(&room.path(""));
        let page = ana.enters_page_of(&room).await;
        assert_eq!(page.messages().len(), n);
        assert_ne!(page.form(&room.path("/post")).hidden("nonce"), nonce, "a fresh one for the next");
    }
    assert_eq!(ana.bodies_in(&room).await, [TEXT, TEXT]);
}

async fn a_form_sent_twice_posts_once(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for _ in 0..2 {
        ana.sends(&room.path("/post"), &[("body", "soup"), ("nonce", "n")]).await.leads_to(&room.path(""));
    }
    assert_eq!(ana.bodies_in(&room).await, ["soup"]);
}

async fn somebody_without_a_log_in_keeps_the_text(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let visitor = ana.without_cookies();
    let page = visitor.tries_to_say_by_form(&room, TEXT).await.is(401).page();
    assert!(page.boxes().contains(&TEXT.to_owned()), "{:?}", page.boxes());
    assert_eq!(page.form("/session").hidden("next"), room.path(""));
    assert!(ana.reads(&room).await.is_empty());
    visitor.logs_in().await;
    visitor.tries_to_say_by_form(&room, TEXT).await.leads_to(&room.path(""));
}

async fn a_stranger_is_shown_the_door_and_keeps_the_text(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let join_page = bo.tries_to_say_by_form(&room, TEXT).await.is(403).page();
    assert!(join_page.boxes().contains(&TEXT.to_owned()), "{:?}", join_page.boxes());
    assert!(join_page.has_button("Join"), "{}", join_page.text());
    assert!(ana.reads(&room).await.is_empty());

    bo.creates("Hall").await;
    let join_page = bo.tries_to_say_by_form(&room, TEXT).await.is(403).page();
    assert!(join_page.boxes().contains(&TEXT.to_owned()) && join_page.link("Return to Hall").is_some());
}

async fn text_that_cannot_be_posted_stays_in_the_box(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "soup").await;
    let text = format!("\n<textarea>{}", "long ".repeat(1000));
    let page = ana.tries_to_say_by_form(&room, &text).await.is(422).page();
    assert_eq!(page.form(&room.path("/post")).field("Message"), text);
    assert_eq!(page.messages().len(), 1, "it is the room's page");
    assert!(!page.alerts().is_empty());
}

async fn a_reused_nonce_keeps_the_text(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.sends(&room.path("/post"), &[("body", "soup"), ("nonce", "n")]).await.leads_to(&room.path(""));
    let page = ana.sends(&room.path("/post"), &[("body", TEXT), ("nonce", "n")]).await.is(409).page();
    let form = page.form(&room.path("/post"));
    assert_eq!(form.field("Message"), TEXT);
    assert_ne!(form.hidden("nonce"), "n", "sending it again must work");
    assert!(!page.alerts().is_empty());
    assert_eq!(ana.bodies_in(&room).await, ["soup"]);
}

async fn a_missing_field_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let long = "x".repeat(65);
    for fields in [
        &[][..],
        &[("body", "soup")],
        &[("nonce", "n")],
        &[("body", "soup"), ("nonce", "")],
        &[("body", "soup"), ("nonce", "a b")],
        &[("body", "soup"), ("nonce", "é")],
        &[("body", "soup"), ("nonce", &long)],
    ] {
        ana.sends(&room.path("/post"), fields).await.refuses(422);
    }
    assert!(ana.reads(&room).await.is_empty());
    let longest = "x".repeat(64);
    ana.sends(&room.path("/post"), &[("body", "soup"), ("nonce", &longest)]).await.is(303);
}

async fn a_field_sent_twice_breaks_nothing(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let nonce = nonce();
    for fields in [
        [("body", "one"), ("body", "two"), ("nonce", nonce.as_str())],
        [("nonce", nonce.as_str()), ("nonce", "another"), ("body", "one")],
        [("body", "one"), ("nonce", nonce.as_str()), ("body[0]", "two")],
    ] {
        let answer = ana.sends(&room.path("/post"), &fields).await;
        assert!(matches!(answer.status, 303 | 422), "{answer:?}");
    }
    let said = ana.bodies_in(&room).await;
    assert!(said.iter().all(|body| body == "one") && said.len() <= 1, "{said:?}");
}
