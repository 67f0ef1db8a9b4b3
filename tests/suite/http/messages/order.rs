//! No phantom messages: all see the same, in the same order, and a new one is always last.

use rocket::futures::future::join_all;

use crate::fixtures::{Instance, Message, Person, Post, Room};

on_both_engines![
    interleaved_posters_make_a_gapless_log,
    a_reader_in_the_midst_of_posting_meets_no_hole,
    a_message_stands_where_its_answer_said,
    a_refused_post_does_not_touch_its_neighbours,
];

async fn interleaved_posters_make_a_gapless_log(instance: Instance) {
    let (ana, bo, cy) =
        (instance.person("ana").await, instance.person("bo").await, instance.person("cy").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    cy.joins(&room).await;
    join_all([&ana, &bo, &cy].map(|person| person.says_many(&room, 20))).await;
    let read = ana.reads(&room).await;
    assert!(read.iter().map(|message| message.seq).eq(1..=60));
    for person in [&ana, &bo, &cy] {
        let of = |message: &&Message| message.author == person.name;
        assert_eq!(read.iter().filter(of).count(), 20, "all of {}", person.name);
        assert_eq!(person.reads(&room).await, read);
    }
}

/// Polls on until it has read so many.
async fn follows(person: &Person<'_>, room: &Room, count: usize) -> Vec<Message> {
    let mut read: Vec<Message> = Vec::new();
    while read.len() < count {
        let cursor = read.last().map_or("0".to_owned(), Message::cursor);
        let answer = person.polls(room, &cursor).await;
        if answer.status == 204 {
            rocket::tokio::task::yield_now().await;
            continue;
        }
        let news = answer.is(200).news();
        let next = read.len() as u64 + 1;
        assert!(news.seqs().into_iter().eq(next..next + news.messages.len() as u64), "a hole after {cursor}");
        read.extend(news.messages);
    }
    read
}

async fn a_reader_in_the_midst_of_posting_meets_no_hole(instance: Instance) {
    let (ana, bo, cy) =
        (instance.person("ana").await, instance.person("bo").await, instance.person("cy").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    cy.joins(&room).await;
    let posting = join_all([&ana, &bo].map(|person| person.says_many(&room, 30)));
    let (_, read) = rocket::tokio::join!(posting, follows(&cy, &room, 60));
    assert_eq!(ana.reads(&room).await, read);
}

async fn a_message_stands_where_its_answer_said(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let said = async |person: &Person<'_>, n: u64| {
        let body = format!("{} {n}", person.name);
        let news = person.tries_to_post(&room, &Post::new(&body)).await.is(201).news();
        let seq = news.seq.expect("a number");
        assert!(
            news.messages.iter().any(|m| m.seq == seq && m.body == body),
            "one's own message is among the news"
        );
        (seq, body)
    };
    let both = (0..15).flat_map(|n| [said(&ana, n), said(&bo, n)]);
    let mut acknowledged = join_all(both).await;
    acknowledged.sort();
    let read = bo.reads(&room).await.into_iter().map(|message| (message.seq, message.body));
    assert_eq!(read.collect::<Vec<_>>(), acknowledged);
}

async fn a_refused_post_does_not_touch_its_neighbours(instance: Instance) {
    let (ana, bo, cy) =
        (instance.person("ana").await, instance.person("bo").await, instance.person("cy").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let posts: Vec<_> = (0..10).map(|n| Post::new(&format!("message {n}"))).collect();
    let sending =
        posts.iter().flat_map(|post| [&ana, &cy, &bo].map(|person| person.tries_to_post(&room, post)));
    let answers = join_all(sending).await;
    for three in answers.chunks(3) {
        let statuses: Vec<_> = three.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [201, 403, 201]);
    }
    let read = ana.reads(&room).await;
    assert!(read.iter().map(|message| message.seq).eq(1..=20));
}
