//! `GET /api/rooms/<id>/messages`: reading on from anywhere, and back to the start.

use crate::fixtures::{EARLIER_AT_MOST, Instance, Message, NEWS_AT_MOST};

on_both_engines![
    a_poll_brings_only_what_is_new,
    a_cursor_may_be_bare_or_tagged,
    a_cursor_of_another_history_is_sent_back,
    a_cursor_ahead_of_the_log_is_sent_back,
    a_malformed_cursor_is_refused,
    news_come_two_hundred_at_a_time,
    earlier_messages_lead_to_the_start,
    earlier_messages_say_how_far_they_reach,
    before_and_after_exclude_each_other,
    the_page_carries_the_cursor_of_what_it_shows,
    reading_needs_a_log_in,
    all_readers_read_the_same,
];

async fn a_poll_brings_only_what_is_new(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.opens(&room.api("")).await.says_nothing();
    ana.polls(&room, "0").await.says_nothing();
    ana.says(&room, "one").await;
    ana.says(&room, "two").await;
    assert_eq!(ana.opens(&room.api("")).await.is(200).news().bodies(), ["one", "two"]);
    let news = ana.sees_after(&room, "1").await;
    assert_eq!((news.bodies(), news.seqs(), news.more), (vec!["two"], vec![2], false));
    assert_eq!(news.seq, None, "only a post has a number of its own");
    ana.polls(&room, &news.cursor()).await.says_nothing();
}

async fn a_cursor_may_be_bare_or_tagged(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 3).await;
    let all = ana.reads(&room).await;
    for cursor in ["0".to_owned(), "0.0000000000000000".to_owned()] {
        assert_eq!(ana.sees_after(&room, &cursor).await.messages, all);
    }
    for (n, message) in all.iter().enumerate().take(2) {
        for cursor in [message.seq.to_string(), message.cursor()] {
            assert_eq!(ana.sees_after(&room, &cursor).await.messages, all[n + 1..]);
        }
    }
    ana.polls(&room, "3").await.says_nothing();
    ana.polls(&room, &all[2].cursor()).await.says_nothing();
}

async fn a_cursor_of_another_history_is_sent_back(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 3).await;
    let tags: Vec<_> = ana.reads(&room).await.into_iter().map(|message| message.tag).collect();
    assert!(tags[0] != tags[1] && tags[1] != tags[2], "every entry has a tag of its own");
    ana.polls(&room, &format!("2.{}", tags[1])).await.is(200);
    for (seq, tag) in [(2, &tags[0]), (3, &tags[1]), (1, &tags[2]), (3, &"0".repeat(16))] {
        ana.polls(&room, &format!("{seq}.{tag}")).await.is_problem(409, "resync");
    }
}

async fn a_cursor_ahead_of_the_log_is_sent_back(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.polls(&room, "1").await.is_problem(409, "resync");
    ana.says(&room, "one").await;
    ana.polls(&room, "1").await.says_nothing();
    for cursor in ["2", "2.0123456789abcdef", "9223372036854775807"] {
        ana.polls(&room, cursor).await.is_problem(409, "resync");
    }
}

async fn a_malformed_cursor_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "one").await;
    let malformed = [
        "",
        "x",
        "-1",
        "%2B1",
        "%201",
        "1e0",
        "0x1",
        "1.",
        ".",
        "1.abc",
        "1.0123456789abcdeg",
        "1.0123456789abcdef0",
        "1.%2B123456789abcdef",
        "1.0123456789abcdef.1",
        "9223372036854775808",
        "%00",
        "1%00",
        "%ff",
        "%D9%A1",
        "1,2",
    ];
    for cursor in malformed {
        ana.polls(&room, cursor).await.is_problem(422, "invalid");
    }
    for before in ["", "x", "-1", "1.0123456789abcdef", "1.5", "9223372036854775808", "%00", "%ff"] {
        ana.opens(&room.api(&format!("?before={before}"))).await.is_problem(422, "invalid");
    }
    let twice = ana.opens(&room.api("?after=0&after=x")).await;
    assert!(matches!(twice.status, 200 | 422), "{twice:?}");
}

async fn news_come_two_hundred_at_a_time(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, NEWS_AT_MOST).await;
    let all = ana.sees_after(&room, "0").await;
    assert_eq!((all.messages.len() as u64, all.more), (NEWS_AT_MOST, false));
    ana.says_many(&room, 5).await;

    let first = ana.sees_after(&room, "0").await;
    assert!(first.seqs().into_iter().eq(1..=NEWS_AT_MOST) && first.more, "{:?}", first.seqs());
    let rest = ana.sees_after(&room, &first.cursor()).await;
    assert!(rest.seqs().into_iter().eq(NEWS_AT_MOST + 1..=NEWS_AT_MOST + 5) && !rest.more);
    let most = ana.sees_after(&room, "5").await;
    assert_eq!((most.messages.len() as u64, most.more), (NEWS_AT_MOST, false));
    let most = ana.sees_after(&room, "4").await;
    assert_eq!((most.messages.len() as u64, most.more), (NEWS_AT_MOST, true));
}

async fn earlier_messages_lead_to_the_start(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 230).await;
    let all = ana.reads(&room).await;
    let before = async |seq: u64| ana.opens(&room.api(&format!("?before={seq}"))).await.is(200).news();

    let mut read: Vec<Message> = Vec::new();
    let mut seq = 231;
    loop {
        let page = before(seq).await;
        assert!(page.messages.len() as u64 <= EARLIER_AT_MOST);
        seq = page.messages[0].seq;
        assert_eq!(page.more, seq > 1, "`more` says whether there is anything before {seq}");
        read.splice(0..0, page.messages);
        if !page.more {
            break;
        }
    }
    assert_eq!(read, all);
    let exactly = before(EARLIER_AT_MOST + 1).await;
    assert!(exactly.seqs().into_iter().eq(1..=EARLIER_AT_MOST) && !exactly.more);
    let start = before(1).await;
    assert!(start.messages.is_empty() && !start.more);
}

async fn earlier_messages_say_how_far_they_reach(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 5).await;
    let head = ana.reads(&room).await.last().expect("a message").cursor();
    let reach = async |before: u64| {
        let page = ana.opens(&room.api(&format!("?before={before}"))).await.is(200).json();
        assert_eq!(page["as_of"], head.as_str());
        (page["first"].as_u64(), page["last"].as_u64())
    };
    assert_eq!(reach(4).await, (Some(1), Some(3)));
    assert_eq!(reach(100).await, (Some(1), Some(5)));
    assert_eq!(reach(1).await, (Some(1), Some(0)), "there are none");
}

async fn before_and_after_exclude_each_other(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "one").await;
    ana.opens(&room.api("?before=2&after=0")).await.is_problem(422, "invalid");
    ana.opens(&room.api("?before=2")).await.is(200);
}

async fn the_page_carries_the_cursor_of_what_it_shows(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for count in 0..3 {
        let page = ana.enters_page_of(&room).await;
        assert_eq!(page.messages().len(), count);
        ana.polls(&room, &page.cursor()).await.says_nothing();
        ana.says(&room, "soup").await;
        let news = ana.sees_after(&room, &page.cursor()).await;
        assert_eq!(news.seqs(), [count as u64 + 1]);
        assert!(
            page.cursor() == "0" || page.cursor().contains('.'),
            "a place in this history: {}",
            page.cursor()
        );
    }
}

async fn reading_needs_a_log_in(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "the secret soup").await;
    ana.polls(&room, "0").await.is(200);
    let visitor = instance.visitor("cy");
    for query in ["", "?after=0", "?before=2", "?after=x", "?after=9", "?before=2&after=0"] {
        visitor.opens(&room.api(query)).await.is_problem(401, "logged-out");
    }
}

async fn all_readers_read_the_same(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 20).await;
    bo.joins(&room).await;
    bo.says_many(&room, 20).await;
    let read = ana.reads(&room).await;
    assert_eq!(read.len(), 40);
    assert_eq!(bo.reads(&room).await, read, "history from before one came is history too");
    assert_eq!(ana.in_a_second_browser().await.reads(&room).await, read);
}
