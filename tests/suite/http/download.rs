//! A room as a file, for its owner.

use rocket::tokio::io::AsyncReadExt;

use crate::fixtures::Instance;

on_both_engines![
    an_owner_downloads_a_room,
    nobody_else_does,
    a_part_of_a_file_is_no_larger_than_an_answer,
    somebody_downloads_two_files_at_a_time,
    who_is_logged_out_meanwhile_is_sent_no_more_of_it,
];

async fn an_owner_downloads_a_room(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.says_many(&room, 250).await;
    // An owner need not be inside.
    ana.leaves(&room).await;
    let lines = ana.opens(&room.path("/export.jsonl")).await.is(200);
    assert_eq!(lines.header("Content-Disposition"), Some("attachment; filename=\"parlor-room-1.jsonl\""));
    assert_eq!(lines.body.lines().count(), 251);
    let page = ana.opens(&room.path("/export.html")).await.is(200);
    assert_eq!(page.body.matches("<article").count(), 250);
    assert_eq!(page.header("Cache-Control"), Some("no-store"));
    for offer in ["/export.html", "/export.jsonl"] {
        let asks = ana.opens(&room.path("/delete")).await.is(200);
        assert!(asks.body.contains(&room.path(offer)), "{}", asks.body);
    }
    ana.joins(&room).await;
    // A link: a download is no navigation, which would be waited for.
    assert_eq!(ana.enters_page_of(&room).await.link("Save a copy"), Some(room.path("/export.html")));
    bo.leaves(&room).await;
    let empty = bo.creates("Attic").await;
    assert!(bo.opens(&empty.path("/export.html")).await.is(200).body.contains("Nothing was said here."));
}

async fn nobody_else_does(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.says(&room, "the secret soup").await;
    let cy = instance.person("cy").await;
    for file in ["/export.jsonl", "/export.html"] {
        ana.opens(&room.path(file)).await.is(200);
        for (person, status) in [(&bo, 403), (&cy, 403), (&instance.visitor("di"), 401)] {
            let answer = person.opens(&room.path(file)).await.is(status);
            assert!(!answer.body.contains("secret"), "{answer:?}");
        }
    }
    ana.deletes(&room).await;
    for file in ["/export.jsonl", "/export.html"] {
        let answer = ana.opens(&room.path(file)).await;
        assert!(!answer.body.contains("secret") && answer.status != 200, "{answer:?}");
    }
}

async fn a_part_of_a_file_is_no_larger_than_an_answer(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let (said, large) = (40, "𝄞".repeat(4_000));
    for _ in 0..said {
        ana.says(&room, &large).await;
    }
    let ask = instance.client().get(room.path("/export.jsonl")).cookies(ana.cookies());
    let mut download = ask.dispatch().await;
    let (mut file, mut part) = (Vec::new(), vec![0; 4 << 20]);
    loop {
        let length = download.read(&mut part).await.expect("a part");
        if length == 0 {
            break;
        }
        assert!(length < 300_000, "{length}");
        file.extend_from_slice(&part[..length]);
    }
    assert_eq!(String::from_utf8(file).expect("text").matches(&large).count(), said);
}

async fn somebody_downloads_two_files_at_a_time(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let other = bo.creates("Hall").await;
    let begin = async || {
        let ask = instance.client().get(room.path("/export.html")).cookies(ana.cookies());
        ask.dispatch().await
    };
    let (first, second) = (begin().await, begin().await);
    let refused = ana.opens(&room.path("/export.jsonl")).await.is(429);
    assert!(refused.header("Retry-After").is_some(), "{refused:?}");
    refused.page().calls_out(&["downloading two files"]);
    bo.opens(&other.path("/export.html")).await.is(200);
    drop(first);
    ana.opens(&room.path("/export.jsonl")).await.is(200);
    drop(second);
}

async fn who_is_logged_out_meanwhile_is_sent_no_more_of_it(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "the secret soup").await;
    for (file, end) in [
        ("/export.jsonl", "{\"error\":\"This file breaks off here.\"}\n"),
        ("/export.html", "<p><strong>This file breaks off here.</strong></p>\n"),
    ] {
        let ask = instance.client().get(room.path(file)).cookies(ana.cookies());
        let mut download = ask.dispatch().await;
        // Parts are read as they are taken.
        let beginning = download.read_u8().await.expect("what comes before the messages");
        let stays = ana.opens(&room.path(file)).await.is(200);
        assert!(stays.body.contains("secret") && !stays.body.contains("breaks off"));
        ana.logs_out().await;
        let rest = download.into_string().await.expect("text");
        assert!(rest.ends_with(end) && !rest.contains("secret"), "{}{rest}", char::from(beginning));
        ana.logs_in().await;
    }
}
