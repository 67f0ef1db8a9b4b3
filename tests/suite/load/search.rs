//! What the search index costs those who post, and what a search takes in a large room.

use std::time::Duration;

use super::crowd::{Crowd, room};
use super::posts::posts_a_second;
use super::times::{over, timed, times_of_posts, within};
use crate::fixtures::{Engine, Person, check, encode, execute_sql};

const POSTERS: usize = 64;
/// How many posts of one person are looked at.
const POSTS: usize = 1_000;

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn a_post_with_the_index() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        check(engine, async |instance| {
            let url = instance.database_url();
            let crowd = Crowd::settle(&url, POSTERS, 1, "1").await;
            let mut instance = instance.restart().await;
            let mut measured = Vec::new();
            // In turn, so that a log which grows is none of the difference.
            for turn in 0..4 {
                let together = posts_a_second(&instance, &crowd);
                let alone = times_of_posts(POSTS, &crowd.at(&instance, 1), &room(1)).await;
                measured.push((together, within(50, &alone)));
                execute_sql(&url, if turn % 2 == 0 { left_out(engine) } else { kept(engine) }).await;
                instance = instance.restart().await;
            }
            let [(a, x), (b, y), (c, z), (d, w)] = measured[..] else { panic!("four") };
            eprintln!(
                "{engine:?}: a post with the index over one without: {POSTERS} posters {:.2} and {:.2} ({a:.0} and {c:.0} \
                 over {b:.0} and {d:.0} posts/s), one poster {:.2} and {:.2} ({x:.0?}, {z:.0?} over {y:.0?}, {w:.0?}) \
                 (wanted ≤ 1.3)",
                b / a,
                d / c,
                over(x, y),
                over(z, w)
            );
        })
        .await;
    }
}

/// Puts something that keeps nothing in the place of the index.
fn left_out(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "alter table search rename to search_aside;
             create view search as select 0 as rowid, '' as terms;
             create trigger search_left_out instead of insert on search begin select 1; end"
        }
        Engine::Postgres => "create rule search_left_out as on insert to search do instead nothing",
    }
}

/// Takes that away again.
fn kept(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "drop view search; alter table search_aside rename to search",
        Engine::Postgres => "drop rule search_left_out on search",
    }
}

const ROOM: usize = 1_000_000;
const AUTHORS: usize = 64;

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn in_a_large_room() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        check(engine, async |instance| {
            let url = instance.database_url();
            let crowd = Crowd::settle(&url, AUTHORS + 1, 2, "1").await;
            let ((), filling) = timed(execute_sql(&url, &filled(engine))).await;
            eprintln!("{engine:?}: two rooms of {ROOM} messages each, written in {filling:.0?}");
            let instance = instance.restart().await;
            let person = crowd.at(&instance, 1);
            // What nobody has looked for yet: the first time is with cold pages.
            for (what, typed) in [
                ("a rare word, the oldest message", "n1"),
                ("a rare word in the middle", "n500001"),
                ("a word in every message", "lake"),
                ("a phrase of common words", "\"lake at three\""),
                ("a phrase of common words that is nowhere", "\"three lake\""),
                ("two words that are never together", "even odd"),
                ("from: somebody", "from:p7"),
                ("from: somebody, and a common word", "from:p7 lake"),
                ("from: somebody with one message, the oldest", "from:p65"),
                ("a word that is nowhere", "zebra"),
                ("a sentence of 1,000 characters", &"lake meet three cold think shall w7 even ".repeat(24)),
            ] {
                let mut times = Vec::new();
                let mut said = "";
                for _ in 0..5 {
                    let (answer, time) = timed(looks_for(&person, typed)).await;
                    said = answer;
                    times.push(time);
                }
                let (first, later) = (times[0], within(50, &times));
                eprintln!("  {what}: {first:.1?}, then {later:.1?} (wanted ≤ 100 ms); {said}");
                assert!(later < Duration::from_secs(5), "{what}");
            }
        })
        .await;
    }
}

async fn looks_for(person: &Person<'_>, typed: &str) -> &'static str {
    let path = room(1).path(&format!("/search?{}", encode(&[("q", typed)])));
    let body = person.opens(&path).await.is(200).body;
    match () {
        () if body.contains("Search further back") && body.contains("<mark>") => "some found, further back",
        () if body.contains("Search further back") => "none found yet, further back",
        () if body.contains("Older messages") => "a page found, older hits",
        () if body.contains("hit__link") => "found, and all of it",
        () => "nothing found",
    }
}

/// Two rooms, message by message in turn: words that every message has, some that one in 5,000 has, and one that no other
/// has.
fn filled(engine: Engine) -> String {
    let (nonce, before, after) = match engine {
        Engine::Sqlite => ("printf('%012x', n) || lower(hex(randomblob(10)))", "", ""),
        Engine::Postgres => (
            "lpad(to_hex(n), 12, '0') || left(md5(cast(random() as text)), 20)",
            "drop index search_terms;",
            "create index search_terms on search using gin (search_vector(terms)); analyze;",
        ),
    };
    let numbers = format!(
        "with recursive numbers (n) as (select 2 union all select n + 1 from numbers where n < {}),
         texts as (select n % 2 + 1 as room, n / 2 as seq, n, case when n / 2 % 2 = 0 then 'even' else 'odd' end as parity,
                          case when n / 2 = 1 then {AUTHORS} + 1 else n / 2 % {AUTHORS} + 1 end as author
                   from numbers)",
        2 * ROOM + 1
    );
    format!(
        "begin; {before}
         insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
         {numbers} select room, seq, seq, author, 'Shall we meet at the lake at three w' || (seq % 5000) || ', is it too cold, '
                          || parity || ', what do you think n' || seq || '?', 0, {nonce}, 'message', unhex(''), 0, seq
                   from texts;
         insert into search (rowid, terms)
         {numbers}, places as (select cast(room as bigint) * 4294967296 + seq as place, texts.* from texts)
                   select place, 'by:' || author || ' :' || (place >> 12) || ' ::' || (place >> 16) || ' shall we meet at the lake three w'
                          || (seq % 5000) || ' is it too cold ' || parity || ' what do you think n' || seq
                   from places;
         update room set last_seq = {ROOM}, last_tag = {ROOM}, message_count = {ROOM};
         {after} commit"
    )
}
