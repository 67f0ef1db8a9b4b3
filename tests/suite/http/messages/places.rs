//! Reading a room's log at any place: `?from=` beside `?before=`, and the page at `?at=`, `?before=` and `?from=`.

use crate::fixtures::{Change, EARLIER_AT_MOST, Instance, Page, Person, Room};

on_both_engines![
    later_messages_lead_to_the_end,
    a_page_leads_through_the_whole_log,
    a_page_shows_what_is_around_a_message,
    a_place_beyond_the_end_is_the_end,
    changes_count_as_entries_and_are_not_shown,
    one_place_is_asked_for_at_a_time,
    a_place_is_a_number,
    a_stranger_sees_no_place,
];

async fn opens(person: &Person<'_>, room: &Room, query: &str) -> Page {
    person.opens(&room.path(query)).await.is(200).page()
}

/// Where *Later messages* leads: to the beginning of the log there, which is for the browser to know.
fn later(page: &Page) -> Option<String> {
    page.link("Later messages").map(|link| link.strip_suffix("#log").expect("the log").to_owned())
}

fn seqs(page: &Page) -> Vec<u64> {
    page.messages().iter().map(|message| message.seq).collect()
}

async fn later_messages_lead_to_the_end(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 230).await;
    let all = ana.reads(&room).await;
    let (mut from, mut read) = (1, Vec::new());
    loop {
        let answer = ana.opens(&room.api(&format!("?from={from}"))).await.is(200);
        let json = answer.json();
        let news = answer.news();
        assert!(news.messages.len() as u64 <= EARLIER_AT_MOST);
        let last = from + news.messages.len() as u64 - 1;
        assert_eq!((json["first"].as_u64(), json["last"].as_u64()), (Some(from), Some(last)));
        assert_eq!(json["as_of"], all[229].cursor());
        assert_eq!(news.more, last < 230);
        read.extend(news.messages);
        if !news.more {
            break;
        }
        from = last + 1;
    }
    assert_eq!(read, all);
}

async fn a_page_leads_through_the_whole_log(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 230).await;
    let mut page = opens(&ana, &room, "").await;
    assert!(page.is_live() && later(&page).is_none() && page.link("Newest messages").is_none());
    assert_eq!((seqs(&page), page.span()), ((131..=230).collect(), (131, 230)));
    for (first, last) in [(31, 130), (1, 30)] {
        page = ana.opens(&page.link("Earlier messages").unwrap()).await.is(200).page();
        assert_eq!((seqs(&page), page.span()), ((first..=last).collect(), (first, last)));
        assert!(!page.is_live());
    }
    assert_eq!(page.link("Earlier messages"), None);
    assert_eq!(page.link("Newest messages"), Some(room.path("")));
    for (first, last) in [(31, 130), (131, 230)] {
        page = ana.opens(&later(&page).unwrap()).await.is(200).page();
        assert_eq!((seqs(&page), page.span()), ((first..=last).collect(), (first, last)));
    }
    assert!(page.is_live() && later(&page).is_none());
}

async fn a_page_shows_what_is_around_a_message(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 230).await;
    let end = ana.enters_page_of(&room).await.cursor();
    let page = opens(&ana, &room, "?at=120").await;
    assert_eq!((seqs(&page), page.span()), ((70..=169).collect(), (70, 169)));
    assert_eq!((page.is_live(), page.cursor()), (false, end));
    assert_eq!(page.link("Earlier messages"), Some(room.path("?before=70")));
    assert_eq!(later(&page), Some(room.path("?from=170")));
    assert_eq!(page.link("Newest messages"), Some(room.path("")));
    assert_eq!(opens(&ana, &room, "?at=1").await.span(), (1, 100));
    let near_the_end = opens(&ana, &room, "?at=200").await;
    assert!(near_the_end.is_live() && seqs(&near_the_end).contains(&200) && near_the_end.span().1 == 230);
}

async fn a_place_beyond_the_end_is_the_end(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for query in ["?at=7", "?before=7", "?from=7"] {
        let page = opens(&ana, &room, query).await;
        assert!(page.is_live() && page.span() == (1, 0) && page.text().contains("say hello"), "{query}");
    }
    ana.says_many(&room, 3).await;
    for number in ["4", "5", "9223372036854775807"] {
        for query in ["at", "before"] {
            let page = opens(&ana, &room, &format!("?{query}={number}")).await;
            assert_eq!((page.is_live(), seqs(&page), page.span()), (true, vec![1, 2, 3], (1, 3)), "{query}");
        }
        let page = opens(&ana, &room, &format!("?from={number}")).await;
        assert_eq!((page.is_live(), seqs(&page), page.span()), (true, vec![], (4, 3)));
        assert!(!page.text().contains("say hello"));
        let answer = ana.opens(&room.api(&format!("?from={number}"))).await.is(200);
        assert_eq!((answer.json()["first"].as_u64(), answer.json()["last"].as_u64()), (Some(4), Some(3)));
        assert!(!answer.news().more);
    }
    let beginning = opens(&ana, &room, "?before=1").await;
    assert_eq!((beginning.span(), later(&beginning)), ((1, 0), Some(room.path("?from=1"))));
}

async fn changes_count_as_entries_and_are_not_shown(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "one").await;
    for n in 0..120 {
        ana.changes(&room, &Change::edit(1, &format!("one, {n}"))).await;
    }
    ana.says(&room, "two").await;
    let page = opens(&ana, &room, "").await;
    assert_eq!((seqs(&page), page.span(), page.is_live()), (vec![1, 122], (1, 122), true));
    assert_eq!(page.messages()[0].body, "one, 119");
    let answer = ana.opens(&room.api("?from=2")).await.is(200);
    assert_eq!((answer.json()["first"].as_u64(), answer.json()["last"].as_u64()), (Some(2), Some(122)));
    assert_eq!(answer.news().seqs(), [122]);
    let answer = ana.opens(&room.api("?before=100")).await.is(200);
    assert_eq!((answer.json()["first"].as_u64(), answer.json()["last"].as_u64()), (Some(1), Some(99)));
    assert_eq!((answer.clone().news().bodies(), answer.news().more), (vec!["one, 119"], false));
    // The number of a change is a place, too.
    assert_eq!(seqs(&opens(&ana, &room, "?at=60").await), [1, 122]);
}

async fn one_place_is_asked_for_at_a_time(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 3).await;
    for query in ["?before=2&from=2", "?after=1&from=2", "?after=1&before=2"] {
        ana.opens(&room.api(query)).await.is_problem(422, "invalid");
    }
    for query in ["?before=2&from=2", "?at=1&from=2", "?at=1&before=2"] {
        ana.opens(&room.path(query)).await.refuses(422);
    }
}

async fn a_place_is_a_number(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "one").await;
    for number in ["", "0", "x", "-1", "1.0123456789abcdef", "9223372036854775808", "%00", "%ff"] {
        ana.opens(&room.api(&format!("?from={number}"))).await.is_problem(422, "invalid");
        for query in ["at", "before", "from"] {
            ana.opens(&room.path(&format!("?{query}={number}"))).await.refuses(422);
        }
    }
}

async fn a_stranger_sees_no_place(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "the secret soup").await;
    for query in ["?at=1", "?before=2", "?from=1"] {
        assert!(opens(&ana, &room, query).await.text().contains("secret"));
        let join_page = bo.opens(&room.path(query)).await.is(200);
        assert!(!join_page.body.contains("secret") && join_page.page().has_button("Join"), "{join_page:?}");
        instance.visitor("cy").opens(&room.path(query)).await.is(401);
    }
    bo.opens(&room.api("?from=1")).await.is_problem(403, "not-a-member");
    instance.visitor("cy").opens(&room.api("?from=1")).await.is_problem(401, "logged-out");
    // Where it is read: somebody may have left since they asked.
    let (first, second) = (1, 2);
    assert_eq!(instance.inside().history(first, 1).await, Some(1));
    assert_eq!(instance.inside().history(second, 1).await, None);
    ana.leaves(&room).await;
    assert_eq!(instance.inside().history(first, 1).await, None);
}
