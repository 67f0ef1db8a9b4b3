//! What the search index costs those who post, and what a search takes in a large room.

use std::time::Duration;

use super::crowd::{Crowd, room};
use super::times::{at_once, over, timed, times_of_posts, within};
use crate::fixtures::processes::{Postgres, Program, Settings};
use crate::fixtures::{Database, Engine, Person, check, encode, execute_sql};

const POSTERS: usize = 64;
/// How many posts are looked at in a turn of one person, and of each of many.
const POSTS: usize = 400;
const POSTS_OF_EACH: usize = 60;
/// How often it is measured with the index, and how often without.
const TURNS: usize = 3;

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn a_post_with_the_index_on_sqlite() {
    let database = Database::create(Engine::Sqlite).await;
    a_post_with_the_index(Engine::Sqlite, database.url(), || Duration::ZERO).await;
    database.discard().await;
}

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn a_post_with_the_index_on_postgres() {
    let server = Postgres::create().await;
    a_post_with_the_index(Engine::Postgres, &server.url("postgres"), || server.cpu()).await;
}

/// What a post takes.
#[derive(Clone, Copy)]
struct Cost {
    /// Until it is answered.
    time: Duration,
    /// Of a core, by the program and by the server of its database.
    cpu: Duration,
}

async fn a_post_with_the_index(engine: Engine, url: &str, server_takes: impl Fn() -> Duration) {
    let settings = Settings::on(url);
    Program::start(&settings).await.stop().await;
    let crowd = Crowd::settle(url, POSTERS, 1, "1").await;
    let (mut alone, mut together) = ([vec![], vec![]], [vec![], vec![]]);
    // In turn, so that a log which grows is none of the difference. The first turn is of a database that has just been
    // made.
    for turn in 0..=2 * TURNS {
        let program = Program::start(&settings).await;
        let cpu = || program.cpu() + server_takes();
        let people: Vec<_> = (1..=POSTERS).map(|n| crowd.at_address(program.address(), n)).collect();
        at_once(&people, async |_, person| person.tells(&room(1)).await.is(201));
        let before = cpu();
        let times = times_of_posts(POSTS, &people[0], &room(1)).await;
        let of_one = Cost { time: within(50, &times), cpu: (cpu() - before).div_f64(POSTS as f64) };
        let before = cpu();
        let times = at_once(&people, async |_, person| times_of_posts(POSTS_OF_EACH, person, &room(1)).await);
        let cpu_of_each = (cpu() - before).div_f64((POSTERS * POSTS_OF_EACH) as f64);
        let of_each = Cost { time: within(50, &times.concat()), cpu: cpu_of_each };
        if turn > 0 {
            alone[turn % 2].push(of_one);
            together[turn % 2].push(of_each);
        }
        program.stop().await;
        execute_sql(url, if turn % 2 == 0 { left_out(engine) } else { kept(engine) }).await;
    }
    for (who, [with, without]) in [("one poster", alone), ("64 posters", together)] {
        let ratio = |of: fn(&Cost) -> Duration| over(middle(&with, of), middle(&without, of));
        eprintln!(
            "{engine:?}: a post with the index over one without, {who}: time {:.2} ({:.1?} over {:.1?}), CPU {:.2} \
             ({:.2?} over {:.2?}) (wanted ≤ 1.3)",
            ratio(|cost| cost.time),
            middle(&with, |cost| cost.time),
            middle(&without, |cost| cost.time),
            ratio(|cost| cost.cpu),
            middle(&with, |cost| cost.cpu),
            middle(&without, |cost| cost.cpu),
        );
    }
}

fn middle(costs: &[Cost], of: impl Fn(&Cost) -> Duration) -> Duration {
    within(50, &costs.iter().map(of).collect::<Vec<_>>())
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

/// Messages in two rooms: of each ten, one in the room that is searched, and nine in the one that is opened.
const MESSAGES: usize = 10_000_000;
const SEARCHED: usize = MESSAGES / 10;
const OPENED: usize = MESSAGES - SEARCHED;
/// How many messages were said after the one that is opened.
const BACK: usize = 5_000_000;
const AUTHORS: usize = 64;

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn in_large_rooms() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        check(engine, async |instance| {
            let url = instance.database_url();
            let crowd = Crowd::settle(&url, AUTHORS + 1, 2, "case id when 2 then 2 else 1 end").await;
            let ((), filling) = timed(execute_sql(&url, &filled(engine))).await;
            eprintln!("{engine:?}: {SEARCHED} and {OPENED} messages, written in {filling:.0?}");
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
            }
            let (newest, back) = times_of_pages(&crowd.at(&instance, 2)).await;
            eprintln!(
                "  opening a message {BACK} back over the newest page: {:.2}, {back:.1?} over {newest:.1?} (wanted ≤ 2)",
                over(back, newest)
            );
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

/// Of the newest page of the large room, and of one far back.
async fn times_of_pages(person: &Person<'_>) -> (Duration, Duration) {
    let (mut newest, mut back) = (Vec::new(), Vec::new());
    for n in 0..50 {
        let at = OPENED - BACK - 1_000 * n;
        for (times, path) in
            [(&mut newest, room(2).path("")), (&mut back, room(2).path(&format!("?at={at}")))]
        {
            let (answer, time) = timed(person.opens(&path)).await;
            answer.is(200);
            times.push(time);
        }
    }
    (within(50, &newest), within(50, &back))
}

/// The two rooms: words that every message has, some that one in 5,000 has, and one that no other
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
        "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {MESSAGES}),
         places as (select n, case n % 10 when 0 then 1 else 2 end as room,
                           case n % 10 when 0 then n / 10 else n - n / 10 end as seq from numbers),
         texts as (select places.*, case seq % 2 when 0 then 'even' else 'odd' end as parity,
                          case seq when 1 then {AUTHORS} + 1 else seq % {AUTHORS} + 1 end as author from places)"
    );
    format!(
        "begin; {before}
         insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
         {numbers} select room, seq, seq, author, 'Shall we meet at the lake at three w' || (seq % 5000) || ', is it too cold, '
                          || parity || ', what do you think n' || seq || '?', 0, {nonce}, 'message', unhex(''), 0, seq
                   from texts;
         insert into search (rowid, terms)
         {numbers}, rows as (select cast(room as bigint) * 4294967296 + seq as place, texts.* from texts)
                   select place, 'by:' || author || ' :' || (place >> 12) || ' ::' || (place >> 16) || ' shall we meet at the lake three w'
                          || (seq % 5000) || ' is it too cold ' || parity || ' what do you think n' || seq
                   from rows;
         update room set last_seq = {SEARCHED}, last_tag = {SEARCHED}, message_count = {SEARCHED} where id = 1;
         update room set last_seq = {OPENED}, last_tag = {OPENED}, message_count = {OPENED} where id = 2;
         {after} commit"
    )
}
