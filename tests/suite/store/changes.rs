//! What edits and deletions make of what is stored.

use std::fs;

use rocket::futures::future::join_all;
use serde_json::{Value, json};

use crate::fixtures::processes::Settings;
use crate::fixtures::{Answer, Instance, Person, Post, Room, eventually, execute_sql, nonce};

on_both_engines![
    of_what_is_superseded_or_deleted_nothing_is_stored,
    what_is_sent_at_once_makes_one_log,
    history_goes_over_any_number_of_changes,
];
on_postgres![a_text_that_is_deleted_here_is_soon_told_nowhere];

const SECRET: &str = "the recipe of the soup";

async fn edits(person: &Person<'_>, room: &Room, about: u64, body: &str) -> Answer {
    let sent = json!({"body": body, "nonce": nonce()});
    person.sends_json(&room.api(&format!("/{about}/edit?after=0")), &sent).await
}

async fn deletes(person: &Person<'_>, room: &Room, about: u64) -> Answer {
    person.sends_json(&room.api(&format!("/{about}/delete?after=0")), &json!({"nonce": nonce()})).await
}

/// The entries that follow, as they are.
fn entries(answer: &Answer) -> Vec<Value> {
    answer.json()["messages"].as_array().expect("a list").clone()
}

async fn is_whole(instance: &Instance) {
    let said = Settings::on(&instance.database_url()).run(&["check"]).await.succeeds();
    assert!(said.contains("all is well"), "{said}");
}

async fn of_what_is_superseded_or_deleted_nothing_is_stored(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    // Long enough to be stored in pages of its own.
    let long = format!("{SECRET}\n").repeat(150);
    bo.says(&room, &long).await;
    bo.says(&room, "hello").await;
    edits(&bo, &room, 1, &format!("{long}again")).await.is(201);
    edits(&bo, &room, 1, &format!("{long}and again")).await.is(201);
    let count = async |condition: &str| {
        instance.query_number(&format!("select count(*) from entry where {condition}")).await
    };
    assert_eq!(count("body like '%recipe%and again'").await, 2, "there is something to be gone");
    assert_eq!(count("body like '%recipe%'").await, 2, "and what was edited away is");
    // A short text could be guessed from its digest.
    assert_eq!(count("length(digest) = 0 and seq = 3").await, 1, "the edit that was superseded");
    assert_eq!(count("length(digest) = 32").await, 3, "and no other");
    is_whole(&instance).await;
    deletes(&ana, &room, 1).await.is(201);
    assert_eq!(count("body like '%recipe%'").await, 0);
    assert_eq!(count("body <> ''").await, 1, "and nothing else");
    assert_eq!(count("length(digest) = 0 and seq in (1, 3, 4)").await, 3, "the message and its edits");
    assert_eq!(count("length(digest) = 32").await, 2, "hello and the deletion");
    assert_eq!(count("seq = 1 and changed = 5 and deleted_by = 1 and changed_at is not null").await, 1);
    let row = "select count(*) from room r join entry e on e.room_id = r.id
               where r.last_seq = 5 and r.message_count = 2 and e.seq = 2 and r.last_at = e.at";
    assert_eq!(instance.query_number(row).await, 1, "a change is no message");
    is_whole(&instance).await;
    if let Some(file) = instance.database_url().strip_prefix("sqlite:") {
        execute_sql(&instance.database_url(), "pragma wal_checkpoint(truncate)").await;
        let bytes = fs::read(file).expect("the database");
        let left = bytes.windows(SECRET.len()).filter(|bytes| *bytes == SECRET.as_bytes()).count();
        assert_eq!(left, 0, "it is overwritten");
    }
}

async fn what_is_sent_at_once_makes_one_log(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    for n in 1..=4 {
        bo.says(&room, &format!("{SECRET} {n}")).await;
    }
    let (bo, ana, at) = (&bo, &ana, &room);
    let edits = join_all((0..24).map(async |n| edits(bo, at, n % 4 + 1, &format!("{SECRET} {n}")).await));
    let says = join_all((0..12).map(async |_| bo.tries_to_post(at, &Post::new("hello")).await));
    let deletes = join_all((1..=2).map(async |n| deletes(ana, at, n).await));
    let (edited, _, deleted) = rocket::tokio::join!(edits, says, deletes);
    for answer in &deleted {
        assert_eq!(answer.status, 201);
    }
    for answer in &edited {
        assert!(answer.status == 201 || answer.is_problem(409, "message-deleted").is_object());
    }
    is_whole(&instance).await;
    let log = entries(&ana.polls(&room, "0").await.is(200));
    let seqs: Vec<_> = log.iter().map(|entry| entry["seq"].as_u64().expect("a number")).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    for about in 1..=4 {
        // Each message reads as its last change says.
        let last = log.iter().rev().find(|entry| entry["about"] == about).expect("a change");
        let message = &log[about - 1];
        assert_eq!(message["changed"], last["seq"]);
        assert_eq!(message["body"], if about > 2 { last["body"].clone() } else { json!("") });
        let of_this = log.iter().filter(|entry| entry["about"] == about && entry["kind"] == "edited");
        for edit in of_this {
            assert_eq!(edit["body"] == "", edit["seq"] != last["seq"], "{edit}");
        }
    }
}

/// Says *hello*, edits it 1,500 times, says *hello* again and edits that 1,500 times.
async fn history_goes_over_any_number_of_changes(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "hello").await;
    instance
        .executes_sql(
            "insert into entry (room_id, seq, tag, kind, about, author_id, body, at, nonce, digest, changed,
                                message_count)
             with recursive numbers (n) as (select 2 union all select n + 1 from numbers where n < 3002)
             select room_id, n, n, case n when 1502 then 'message' else 'edited' end,
                    case when n < 1502 then 1 when n > 1502 then 1502 end, 1,
                    case when n = 1501 then 'soup' when n in (1502, 3002) then 'stew' else '' end, at,
                    'n' || n, digest, 0, case when n < 1502 then 1 else 2 end
             from numbers, entry where seq = 1;
             update entry set body = 'soup', changed = 1501, changed_at = at where seq = 1;
             update entry set changed = 3002, changed_at = at where seq = 1502;
             update room set last_seq = 3002, last_tag = 3002, message_count = 2",
        )
        .await;
    let instance = instance.restart().await;
    let ana = instance.visitor("ana");
    ana.logs_in().await;
    let history = async |question: &str| {
        let page = ana.opens(&room.api(question)).await.is(200).json();
        let number = |value: &Value| value.as_i64().expect("a number");
        let messages = page["messages"].as_array().expect("a list");
        let seqs: Vec<_> = messages.iter().map(|message| number(&message["seq"])).collect();
        (seqs, number(&page["first"]), number(&page["last"]), page["more"] == true)
    };
    // Each time there is a message, if there is one at all, among a bounded number of entries beside it.
    assert_eq!(history("?before=3003").await, (vec![1502], 503, 3002, true));
    assert_eq!(history("?before=2000").await, (vec![1502], 1000, 1999, true));
    assert_eq!(history("?before=503").await, (vec![1], 1, 502, false));
    assert_eq!(history("?before=1502").await, (vec![1], 1, 1501, false));
    assert_eq!(history("?from=1").await, (vec![1], 1, 1000, true));
    assert_eq!(history("?from=2").await, (vec![1502], 2, 2501, true));
    assert_eq!(history("?from=2502").await, (vec![], 2502, 3002, false));
    assert_eq!(history("?from=1503").await, (vec![], 1503, 3002, false), "to the end, which is known");
    assert_eq!(history("?from=3003").await, (vec![], 3003, 3002, false), "there is nothing yet");
    let page = ana.opens(&room.path("")).await.is(200).page();
    assert_eq!((page.messages().len(), page.span()), (1, (503, 3002)), "nor is the room empty");
    let page = ana.opens(&room.path("?at=1502")).await.is(200).page();
    assert_eq!((page.messages().len(), page.span()), (2, (1, 2001)));
    let first = &ana.opens(&room.api("?from=1")).await.json()["messages"][0];
    assert_eq!((&first["body"], &first["changed"]), (&json!("soup"), &json!(1501)));
}

async fn a_text_that_is_deleted_here_is_soon_told_nowhere(instance: Instance) {
    let other = instance.another().await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.says(&room, SECRET).await;
    edits(&bo, &room, 1, &format!("{SECRET}, again")).await.is(201);
    let there = bo.at(&other);
    eventually("the other has the room in memory", async || {
        other.inside().remembered(room.id.cast_signed(), 0).await == Some(2)
    })
    .await;
    deletes(&ana, &room, 1).await.is(201);
    eventually("it has read the deletion", async || {
        other.inside().remembered(room.id.cast_signed(), 0).await == Some(3)
    })
    .await;
    there.polls(&room, "0").await.is(200);
    let before = other.checkouts();
    let told = there.polls(&room, "0").await.is(200);
    assert_eq!(other.checkouts(), before, "from memory");
    assert_eq!(entries(&told).len(), 3);
    assert!(!told.body.contains("recipe"), "{}", told.body);
}
