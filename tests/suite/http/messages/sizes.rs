//! However long messages are, an answer is not.

use rocket::futures::future::join_all;

use crate::fixtures::{Answer, EARLIER_AT_MOST, Instance, Message, News, Person, Post, Room};

on_both_engines![
    two_hundred_long_messages_are_read_on_in_order_and_without_a_hole,
    answers_from_the_database_are_as_short_as_those_from_memory,
    long_messages_lead_back_to_the_start,
    a_page_of_whatever_has_to_be_escaped_is_short,
];

/// What an answer in JSON may take.
const ANSWER_MAX: usize = 256 * 1024;
/// What may stand around the messages in a page.
const FRAME: usize = 16 * 1024;

#[track_caller]
fn short(answer: Answer) -> News {
    assert!(answer.body.len() <= ANSWER_MAX, "{} bytes", answer.body.len());
    answer.is(200).news()
}

/// The longest there are, each with its number.
async fn says_long_ones(person: &Person<'_>, room: &Room, count: usize) {
    let numbers: Vec<usize> = (1..=count).collect();
    for chunk in numbers.chunks(10) {
        let posts: Vec<_> =
            chunk.iter().map(|n| Post::new(&format!("{n:04}{}", "😀".repeat(3996)))).collect();
        let answers = join_all(posts.iter().map(|post| person.tries_to_post(room, post))).await;
        for answer in answers {
            assert!(answer.body.len() <= ANSWER_MAX, "{} bytes", answer.body.len());
            answer.is(201);
        }
    }
}

/// All that follows `after`, as often asked for as `more` says.
async fn reads_on(person: &Person<'_>, room: &Room, after: u64) -> (Vec<Message>, usize) {
    let mut read: Vec<Message> = Vec::new();
    for answers in 1.. {
        let cursor = read.last().map_or(after.to_string(), Message::cursor);
        let news = short(person.polls(room, &cursor).await);
        let next = after + read.len() as u64 + 1;
        let count = news.messages.len() as u64;
        assert!(count > 0 && news.seqs().into_iter().eq(next..next + count), "a hole after {cursor}");
        read.extend(news.messages);
        if !news.more {
            return (read, answers);
        }
    }
    unreachable!("numbers end")
}

async fn two_hundred_long_messages_are_read_on_in_order_and_without_a_hole(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    says_long_ones(&ana, &room, 200).await;
    let (read, answers) = reads_on(&ana, &room, 0).await;
    assert_eq!(read.len(), 200);
    assert!((13..=14).contains(&answers), "{answers} answers are not filled");
    // Of the last there is always one more than nothing.
    for after in [199, 198, 185] {
        assert_eq!(reads_on(&ana, &room, after).await.0, read[usize::try_from(after).unwrap()..]);
    }
    ana.polls(&room, "200").await.says_nothing();
}

async fn answers_from_the_database_are_as_short_as_those_from_memory(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    says_long_ones(&ana, &room, 40).await;
    let (read, _) = reads_on(&ana, &room, 0).await;
    // An instance that has just started knows nothing of the room yet.
    let cookies = ana.cookies();
    let instance = instance.restart().await;
    let ana = instance.visitor("ana");
    ana.carries(cookies);
    let first = short(ana.polls(&room, "0").await);
    assert!(first.more && !first.messages.is_empty());
    assert_eq!(first.messages, read[..first.messages.len()]);
    assert_eq!(reads_on(&ana, &room, 0).await.0, read);
}

async fn long_messages_lead_back_to_the_start(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    says_long_ones(&ana, &room, 40).await;
    let (all, _) = reads_on(&ana, &room, 0).await;
    let mut read: Vec<Message> = Vec::new();
    for _ in 0..all.len() {
        let before = read.first().map_or(41, |first| first.seq);
        let page = short(ana.opens(&room.api(&format!("?before={before}"))).await);
        assert_eq!(page.more, page.messages[0].seq > 1);
        let more = page.more;
        read.splice(0..0, page.messages);
        if !more {
            break;
        }
    }
    assert_eq!(read, all);

    let answer = ana.opens(&room.path("")).await.is(200);
    assert!(answer.body.len() <= ANSWER_MAX + FRAME, "{} bytes", answer.body.len());
    let page = answer.page();
    let shown: Vec<u64> = page.messages().iter().map(|message| message.seq).collect();
    assert!(shown.iter().copied().eq(shown[0]..=40), "the newest: {shown:?}");
    assert!((10..17).contains(&shown.len()), "{} are shown", shown.len());
    let earlier = page.link("Earlier messages").expect("a way on");
    assert_eq!(earlier, room.path(&format!("?before={}", shown[0])));
    let before = ana.opens(&earlier).await.is(200).page().messages();
    assert_eq!(before.last().map(|message| message.seq), Some(shown[0] - 1));
}

async fn a_page_of_whatever_has_to_be_escaped_is_short(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let posts: Vec<_> = ["'", "/", "&", "<", "\"", "\\"].map(|c| Post::new(&c.repeat(4000))).into();
    let links = Post::new(&"http://a/& ".repeat(360));
    for post in posts.iter().chain([&links]).cycle().take(60) {
        ana.tries_to_post(&room, &Post::new(&post.body)).await.is(201);
    }
    let answer = ana.opens(&room.path("")).await.is(200);
    assert!(answer.body.len() <= ANSWER_MAX + FRAME, "{} bytes", answer.body.len());
    assert!(!answer.page().messages().is_empty());
    assert_eq!(reads_on(&ana, &room, 0).await.0.len(), 60);
    assert!(short(ana.opens(&room.api("?before=61")).await).messages.len() as u64 <= EARLIER_AT_MOST);
}
