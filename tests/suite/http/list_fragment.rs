//! The fragment that keeps the list live.

use crate::fixtures::{Answer, Instance, Person, eventually};

on_both_engines![
    what_is_said_changes_the_list,
    the_fragment_changes_when_the_list_does,
    the_fragment_is_the_page_s_list_for_each_person,
    a_position_of_another_history_shows_the_true_list,
    a_malformed_version_is_refused
];

/// What the page that shows this version is told.
pub async fn fragment_after(person: &Person<'_>, version: &str) -> Answer {
    person.opens(&format!("/rooms/list?after={version}")).await
}

/// Without anybody coming or going, and on the rows that are made once for all.
async fn what_is_said_changes_the_list(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let version = bo.list().await.version();
    ana.says(&room, "soup").await;
    eventually("the list says so", async || fragment_after(&bo, &version).await.status == 200).await;
    let fragment = fragment_after(&bo, &version).await.page();
    assert_eq!(fragment.items(), bo.list().await.items());
    assert_eq!(fragment.version(), bo.list().await.version());
    fragment_after(&bo, &fragment.version()).await.says_nothing();
}

async fn the_fragment_changes_when_the_list_does(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let page_version = bo.list().await.version();
    fragment_after(&bo, &page_version).await.says_nothing();

    let mut version = page_version;
    let room = ana.creates("Kitchen").await;
    for step in ["created", "joined", "left", "deleted"] {
        match step {
            "joined" => bo.joins(&room).await,
            "left" => bo.leaves(&room).await,
            "deleted" => ana.deletes(&room).await,
            _ => {}
        }
        let answer = fragment_after(&bo, &version).await.is(200);
        assert!(!answer.body.contains("<html"), "a fragment, not a page: {answer:?}");
        let fragment = answer.page();
        assert_eq!(fragment.text().contains("Kitchen"), step != "deleted", "{step}: {}", fragment.text());
        assert_ne!(fragment.version(), version, "{step}");
        version = fragment.version();
        fragment_after(&bo, &version).await.says_nothing();
    }
    bo.opens("/rooms/list").await.is(200);
    fragment_after(&bo, "0").await.is(200);
}

/// What looks the same to many is made once; what does not is everybody's own.
async fn the_fragment_is_the_page_s_list_for_each_person(instance: Instance) {
    let people = [instance.person("ana").await, instance.person("bo").await, instance.person("cy").await];
    let kitchen = people[0].creates("Kitchen").await;
    people[1].creates("Hall").await;
    for moves in 0..3 {
        for person in &people {
            for _ in 0..2 {
                let fragment = person.opens("/rooms/list").await.is(200).page();
                let page = person.list().await;
                assert_eq!(fragment.rooms(), page.rooms(), "{moves}, {}", fragment.text());
                assert_eq!(fragment.items(), page.items(), "{moves}");
            }
        }
        match moves {
            0 => people[2].joins(&kitchen).await,
            _ => people[2].leaves(&kitchen).await,
        }
    }
}

async fn a_position_of_another_history_shows_the_true_list(instance: Instance) {
    let ana = instance.person("ana").await;
    ana.creates("Kitchen").await;
    let version = ana.list().await.version();
    fragment_after(&ana, &version).await.says_nothing();
    let (seq, rest) = version.split_once('.').expect("a number and a tag");
    let (tag, _) = rest.split_once('-').expect("a tag and a number");
    let other: String = tag.chars().map(|c| if c == '0' { '1' } else { '0' }).collect();
    let answer = fragment_after(&ana, &format!("{seq}.{other}")).await.is(200);
    assert!(answer.page().text().contains("Kitchen"));
}

async fn a_malformed_version_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    for version in [
        "x",
        "-1",
        "1.",
        ".",
        "1.abc",
        "1.0123456789abcdeg",
        "1.2.3",
        "1-x",
        "1-",
        "1--1",
        "1-1-x",
        "99999999999999999999",
        "%00",
        "%ff",
    ] {
        fragment_after(&ana, version).await.refuses(422);
    }
}
