//! `GET /rooms/<id>/people`: who is inside.

use crate::fixtures::{Answer, Instance, Person, Room};

on_both_engines![
    those_inside_see_who_is_inside,
    of_a_crowd_the_first_are_named_and_all_are_counted,
    the_fragment_changes_when_somebody_comes_or_goes,
    only_those_inside_may_know,
    a_refusal_reads_the_session_once,
    a_malformed_version_is_refused,
    a_poll_says_when_people_have_changed,
];

async fn people_after(person: &Person<'_>, room: &Room, version: &str) -> Answer {
    person.opens(&room.path(&format!("/people?after={version}"))).await
}

async fn those_inside_see_who_is_inside(instance: Instance) {
    let (ana, bo) = (instance.person("Ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let alone = ana.sees_people_in(&room).await;
    assert!(alone.text().contains("Ana") && !alone.text().contains("bo"), "{}", alone.text());
    assert!(!alone.text().contains("more"), "{}", alone.text());
    bo.joins(&room).await;
    let both = ana.sees_people_in(&room).await;
    assert!(both.text().contains("Ana") && both.text().contains("bo"), "{}", both.text());
    let page = ana.enters_page_of(&room).await;
    assert!(page.text().contains("bo"), "and on the page itself: {}", page.text());
}

async fn of_a_crowd_the_first_are_named_and_all_are_counted(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let cookies = ana.cookies();
    drop(ana);
    let id = room.id;
    instance
        .executes_sql(&format!(
            "insert into account (name, name_key, password_hash, created_at)
             with recursive numbers (n) as (select 1001 union all select n + 1 from numbers where n < 1250)
             select 'P' || n, 'p' || n, '', 0 from numbers;
             insert into membership (account_id, room_id, joined_at)
             select id, {id}, 0 from account where name like 'P1%'"
        ))
        .await;
    let instance = instance.restart().await;
    let ana = instance.visitor("ana");
    ana.carries(cookies);
    let bo = instance.person("bo").await;
    for (count, last, first_unnamed, more) in [(251, "P1199", "P1200", 51), (252, "P1198", "P1199", 52)] {
        for shown in [ana.sees_people_in(&room).await, ana.enters_page_of(&room).await] {
            let text = shown.text();
            assert!(text.contains("ana") && text.contains(last) && !text.contains(first_unnamed), "{text}");
            assert!(text.contains(&format!("People here {count}")), "{text}");
            assert!(text.contains(&format!("and {more} more")), "{text}");
        }
        bo.joins(&room).await;
    }
}

async fn the_fragment_changes_when_somebody_comes_or_goes(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let mut version = ana.sees_people_in(&room).await.version();
    people_after(&ana, &room, &version).await.says_nothing();
    for inside in [true, false] {
        if inside {
            bo.joins(&room).await;
        } else {
            bo.leaves(&room).await;
        }
        let fragment = people_after(&ana, &room, &version).await.is(200).page();
        assert_eq!(fragment.text().contains("bo"), inside, "{}", fragment.text());
        version = fragment.version();
        people_after(&ana, &room, &version).await.says_nothing();
    }
}

async fn only_those_inside_may_know(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.opens(&room.path("/people")).await.is(200);
    bo.opens(&room.path("/people")).await.refuses(403);
    bo.opens(&room.path("/people?after=x")).await.refuses(403);
    instance.visitor("cy").opens(&room.path("/people")).await.refuses(401);
    ana.deletes(&room).await;
    ana.opens(&room.path("/people")).await.refuses(410);
    bo.opens(&room.path("/people")).await.refuses(410);
}

async fn a_refusal_reads_the_session_once(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let before = instance.checkouts();
    people_after(&bo, &room, "0").await.is(403);
    assert_eq!(instance.checkouts() - before, 3, "the session, the room, and what is shown of it");
}

async fn a_malformed_version_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for version in ["x", "-1", "1.", "1.abc", "99999999999999999999", "%00", "%ff"] {
        people_after(&ana, &room, version).await.refuses(422);
        ana.opens(&room.api(&format!("?after=0&people={version}"))).await.is_problem(422, "invalid");
    }
}

async fn a_poll_says_when_people_have_changed(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let poll = async |version: &str| ana.opens(&room.api(&format!("?after=0&people={version}"))).await;

    let before = ana.sees_people_in(&room).await.version();
    poll(&before).await.says_nothing();
    ana.polls(&room, "0").await.says_nothing();
    bo.joins(&room).await;
    let news = poll(&before).await.is(200).news();
    assert!(news.messages.is_empty() && !news.more);
    let after = news.people.expect("a version");
    poll(&after).await.says_nothing();
    ana.polls(&room, "0").await.says_nothing();
    assert!(people_after(&ana, &room, &before).await.is(200).page().text().contains("bo"));
}
