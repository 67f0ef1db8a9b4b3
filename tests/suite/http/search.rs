//! `GET /rooms/<id>/search`, and `GET /rooms?find=`.

use rocket::http::Method;
use serde_json::json;

use crate::fixtures::{Instance, Page, Person, Room, encode, nonce};

on_both_engines![
    what_is_acknowledged_is_found_at_once,
    what_was_edited_is_found_as_it_reads_now,
    what_was_deleted_is_not_found_and_not_kept,
    only_those_inside_find_anything,
    what_is_typed_is_words_and_never_an_error,
    hits_come_in_pages_the_newest_first,
    a_search_that_stops_early_goes_on_from_there,
    a_search_is_not_compressed,
    many_searches_in_a_short_time_are_refused,
    rooms_are_found_by_their_names,
    found_rooms_come_in_pages,
];

fn path(room: &Room, typed: &str) -> String {
    room.path(&format!("/search?{}", encode(&[("q", typed)])))
}

impl Person<'_> {
    async fn looks_for(&self, room: &Room, typed: &str) -> Page {
        self.opens(&path(room, typed)).await.is(200).page()
    }
}

/// The excerpts on a page, in its order.
fn excerpts(page: &Page) -> Vec<String> {
    page.elements()
        .iter()
        .filter(|it| it.attribute("class") == Some("hit__excerpt"))
        .map(|it| it.text())
        .collect()
}

async fn what_is_acknowledged_is_found_at_once(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "no tea here").await;
    let seq = ana.says(&room, "Où est le CAFÉ <b>?").await;
    let answer = ana.opens(&path(&room, "cafe ou")).await.is(200);
    assert!(answer.body.contains("<mark>Où</mark> est le <mark>CAFÉ</mark> &lt;b&gt;?"), "{answer:?}");
    assert!(answer.body.contains(&format!("href=\"/rooms/{0}?at={seq}#m{seq}\"", room.id)), "{answer:?}");
    assert_eq!(excerpts(&answer.page()).len(), 1);
    assert_eq!(excerpts(&ana.looks_for(&room, "from:ANA").await).len(), 2);
    assert_eq!(excerpts(&ana.looks_for(&room, "from:bo").await).len(), 0);
    assert!(ana.looks_for(&room, "nowhere").await.text().contains("Nothing found"));
    // Without a word to look for it is the page to type one in.
    assert_eq!(
        ana.opens(&room.path("/search"))
            .await
            .is(200)
            .page()
            .form(&room.path("/search"))
            .field("Words to look for"),
        ""
    );
}

/// Edits message `seq`, or deletes it.
async fn change(person: &Person<'_>, room: &Room, seq: u64, body: Option<&str>) {
    let path = |what| format!("/api/rooms/{}/messages/{seq}/{what}", room.id);
    let answer = match body {
        Some(body) => person.sends_json(&path("edit"), &json!({"body": body, "nonce": nonce()})).await,
        None => person.sends_json(&path("delete"), &json!({"nonce": nonce()})).await,
    };
    answer.is(201);
}

async fn what_was_edited_is_found_as_it_reads_now(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let seq = ana.says(&room, "the green apple").await;
    change(&ana, &room, seq, Some("the red apple")).await;
    assert!(excerpts(&ana.looks_for(&room, "green").await).is_empty());
    assert_eq!(excerpts(&ana.looks_for(&room, "red").await), ["the red apple"]);
    assert_eq!(excerpts(&ana.looks_for(&room, "from:ana apple").await), ["the red apple"]);
}

async fn what_was_deleted_is_not_found_and_not_kept(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let seq = ana.says(&room, "zirconium").await;
    ana.says(&room, "helium").await;
    change(&ana, &room, seq, Some("beryllium")).await;
    change(&ana, &room, seq, None).await;
    for (typed, hits) in [("zirconium", 0), ("beryllium", 0), ("from:ana", 1), ("helium", 1)] {
        assert_eq!(excerpts(&ana.looks_for(&room, typed).await).len(), hits, "{typed}");
    }
    if instance.database_url().starts_with("sqlite:") {
        instance.executes_sql("pragma wal_checkpoint(truncate)").await;
    }
    for (word, is_kept) in [("zirconium", false), ("beryllium", false), ("helium", true)] {
        assert_eq!(instance.stores(word).await, is_kept, "{word}");
    }
}

async fn only_those_inside_find_anything(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "the treasure is here").await;
    let search = path(&room, "treasure");
    assert!(ana.opens(&search).await.is(200).body.contains("<mark>treasure"));
    instance.visitor("cy").opens(&search).await.is(401);
    let stranger = bo.opens(&search).await.is(200);
    assert!(stranger.page().has_button("Join") && !stranger.body.contains("treasure"), "{stranger:?}");
    ana.leaves(&room).await;
    assert!(ana.opens(&search).await.is(200).page().has_button("Join"), "who has left");
    ana.opens("/rooms/999/search?q=treasure").await.is(404);
    ana.deletes(&room).await;
    bo.opens(&search).await.is(410);
}

async fn what_is_typed_is_words_and_never_an_error(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "cat and dog near the mat").await;
    for (typed, hits) in [
        ("cat AND dog", 1),
        ("cat OR bird", 0),
        ("cat NOT dog", 0),
        ("-cat", 1),
        ("ca*", 0),
        ("cat:* & dog | !(x)", 0),
        ("NEAR(cat dog)", 0),
        ("NEAR( cat dog )", 1),
        ("\"cat and", 1),
        ("\"dog cat\"", 0),
        ("terms : cat", 0),
        ("{terms}: cat\0", 0),
        ("'; drop table search; --", 0),
        ("\\' \\\" cat", 1),
        ("%_cat%", 1),
        ("^cat", 1),
        ("a\u{301}\u{fffd}\u{200d}", 0),
    ] {
        assert_eq!(excerpts(&ana.looks_for(&room, typed).await).len(), hits, "{typed:?}");
    }
    let sentence = "cat and dog near the mat ".repeat(40);
    assert_eq!(sentence.chars().count(), 1000);
    assert_eq!(excerpts(&ana.looks_for(&room, &sentence).await).len(), 1);
    let page = ana.opens(&path(&room, &format!("{sentence}x"))).await.refuses(422);
    page.calls_out(&["at most 1000"]);
    for nothing in ["", " ", "\"\"", "* & |", "🎉"] {
        ana.opens(&path(&room, nothing)).await.refuses(422).calls_out(&["type a word"]);
    }
    ana.opens(&format!("{}&before=x", path(&room, "cat"))).await.is(422);
}

async fn hits_come_in_pages_the_newest_first(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 45).await;
    let mut read = Vec::new();
    let mut page = ana.looks_for(&room, "message").await;
    loop {
        let hits = excerpts(&page);
        assert_eq!(hits.len(), 20.min(45 - read.len()));
        read.extend(hits);
        let Some(older) = page.link("Older messages") else { break };
        page = ana.opens(&older).await.is(200).page();
    }
    let numbers = |text: &String| text.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
    let mut sorted: Vec<u64> = read.iter().map(numbers).collect();
    sorted.sort_unstable();
    assert_eq!(sorted, (1..=45).collect::<Vec<_>>());
    assert!(page.text().contains("all that was found"), "{}", page.text());
}

/// Adds so many messages to a room, whose log is empty.
async fn fill(instance: &Instance, room: &Room, text: &str, count: usize) {
    let numbers = format!(
        "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {count})"
    );
    let author = "(select owner_id from room where id = {room})";
    let place = "({room} * 4294967296 + n)";
    let sql = format!(
        "begin;
         insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
         {numbers} select {{room}}, n, n, {author}, '{text}', 0, n, 'message', unhex(''), 0, n from numbers;
         insert into search (rowid, terms)
         {numbers} select {place}, 'by:' || {author} || ' :' || ({place} >> 12) || ' ::' || ({place} >> 16) || ' {text}'
                   from numbers;
         update room set last_seq = {count}, last_tag = {count}, message_count = {count} where id = {{room}};
         commit"
    );
    instance.executes_sql(&sql.replace("{room}", &room.id.to_string())).await;
}

async fn a_search_that_stops_early_goes_on_from_there(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    // One at the far end, behind more candidates than are read at once.
    fill(&instance, &room, "left right", 1_500).await;
    instance
        .executes_sql(&format!(
            "update entry set body = 'right left' where room_id = {} and seq = 1",
            room.id
        ))
        .await;
    let mut page = ana.looks_for(&room, "\"right left\"").await;
    assert!(page.text().contains("not been searched yet") && excerpts(&page).is_empty(), "{}", page.text());
    let mut steps = 0;
    while let Some(further) = page.link("Search further back") {
        page = ana.opens(&further).await.is(200).page();
        steps += 1;
        assert!(steps < 500, "it never ends");
    }
    assert_eq!(excerpts(&page), ["right left"]);
}

async fn a_search_is_not_compressed(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 30).await;
    for path in [path(&room, "message"), "/rooms?find=kitchen".to_owned()] {
        let answer = ana.asks(Method::Get, &path).header("Accept-Encoding", "gzip").send().await.is(200);
        assert!(answer.header("Content-Encoding").is_none() && answer.body.len() > 1_400, "{answer:?}");
    }
    let page = ana.asks(Method::Get, &room.path("")).header("Accept-Encoding", "gzip").send().await.is(200);
    assert_eq!(page.header("Content-Encoding"), Some("gzip"));
}

async fn many_searches_in_a_short_time_are_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let cookies = ana.cookies();
    drop(ana);
    let limit = std::collections::BTreeMap::from([("burst", 3_u32), ("per_minute", 1)]);
    let instance = instance.restart_with("parlor.limits.posts", limit).await;
    let ana = instance.visitor("ana");
    ana.carries(cookies);
    for _ in 0..3 {
        ana.looks_for(&room, "tea").await;
    }
    let refused = ana.opens(&path(&room, "tea")).await.is(429);
    assert!(refused.header("Retry-After").is_some() && refused.page().text().contains("searched many times"));
    ana.opens("/rooms?find=tea").await.is(429);
    ana.opens(&room.path("/search")).await.is(200);
    ana.opens("/rooms").await.is(200);
    ana.says(&room, "a message is something else").await;
}

/// The names of the rooms on a page.
fn names(page: &Page) -> Vec<String> {
    page.rooms().into_iter().map(|room| room.name).collect()
}

async fn rooms_are_found_by_their_names(instance: Instance) {
    let ana = instance.person("ana").await;
    for name in ["Le Café", "東京", "Tea & cake"] {
        let room = ana.creates(name).await;
        ana.leaves(&room).await;
    }
    let gone = ana.creates("Coffee").await;
    ana.deletes(&gone).await;
    let find = async |typed: &str| {
        let path = format!("/rooms?{}", encode(&[("find", typed)]));
        names(&ana.opens(&path).await.is(200).page())
    };
    assert_eq!(find("CAFE").await, ["Le Café"]);
    assert_eq!(find("京").await, ["東京"]);
    assert_eq!(find("cake te").await, ["Tea & cake"]);
    assert_eq!(find("&").await, ["Tea & cake"]);
    assert_eq!(find("e").await, ["Tea & cake", "Le Café"], "the latest coming or going first");
    assert_eq!(find("coffee").await, [""; 0]);
    assert_eq!(find("% _ *").await, [""; 0]);
    assert_eq!(find(" ").await.len(), 3, "nothing to look for");
    let none = ana.opens("/rooms?find=zoo").await.is(200).page();
    assert!(none.text().contains("No room has that") && none.link("All rooms").as_deref() == Some("/rooms"));
    let is_unfolded = |page: &Page| page.elements().iter().any(|it| it.attribute("open").is_some());
    assert!(!is_unfolded(&none), "the form for a new room: there are rooms");
    let long = format!("/rooms?find={}", "x".repeat(1001));
    let refused = ana.opens(&long).await.refuses(422);
    assert!(refused.calls_out(&["at most 1000"]).link("All rooms").is_some());
    assert_eq!(names(&refused), [""; 0]);
    instance.visitor("cy").opens("/rooms?find=cafe").await.is(401);
}

async fn found_rooms_come_in_pages(instance: Instance) {
    let ana = instance.person("ana").await;
    let numbers =
        "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 150)";
    instance
        .executes_sql(&format!(
            "insert into room (name, name_key, owner_id, created_at, last_seq, last_tag, message_count, people_seq, people_tag)
             {numbers} select 'Room ' || n, 'room ' || n, (select id from account where name = 'ana'), 0, 0, 0, 0, n, n from numbers"
        ))
        .await;
    let first = ana.opens("/rooms?find=room").await.is(200).page();
    assert_eq!(names(&first).len(), 100);
    let second = ana.opens(&first.link("Next").expect("a second page")).await.is(200).page();
    assert_eq!(names(&second).len(), 50);
    assert_eq!(names(&second).last().map(String::as_str), Some("Room 1"));
    ana.opens("/rooms?find=room&page=3").await.is(404);
    assert_eq!(names(&ana.opens("/rooms?find=room+77").await.is(200).page()), ["Room 77"]);
}
