//! `parlor check` finds what is missing or wrong, and nothing else.

use std::fs;

use crate::fixtures::processes::Settings;
use crate::fixtures::{Database, Engine, Instance, Person, execute_sql};

on_both_engines![each_kind_of_damage_is_named];

/// What is done to a room of three messages, and what is said of it.
const DAMAGE: [(&str, &str, &str); 8] = [
    ("gap", "delete from entry where room_id = {room} and seq = 2", "entry 2 is missing"),
    ("end", "delete from entry where room_id = {room} and seq = 3", "entry 3 is missing"),
    ("head", "update room set last_tag = last_tag + 1 where id = {room}", "its row says last_tag"),
    (
        "count",
        "update room set message_count = 2 where id = {room}",
        "message_count 2, its last entry says 3",
    ),
    ("orphans", "update entry set room_id = 999 where room_id = {room}", "entries 1 to 3 are missing"),
    (
        "unfindable",
        "delete from search where rowid = {room} * 4294967296 + 2",
        "message 2 is not in the search index",
    ),
    (
        "misfiled",
        "update search set terms = 'by:1 tea' where rowid = {room} * 4294967296 + 3",
        "message 3 reads otherwise than the search index has it",
    ),
    ("people", "update room set people_tag = people_tag + 1 where id = {room}", "the version of its people"),
];

async fn makes_room(ana: &Person<'_>, name: &str) -> u64 {
    let room = ana.creates(name).await;
    ana.says_many(&room, 3).await;
    ana.leaves(&room).await;
    room.id
}

async fn each_kind_of_damage_is_named(instance: Instance) {
    let ana = instance.person("ana").await;
    let whole = makes_room(&ana, "whole").await;
    let mut rooms = Vec::new();
    for (name, ..) in DAMAGE {
        rooms.push(makes_room(&ana, name).await);
    }
    let deleted = ana.creates("deleted").await;
    ana.says_many(&deleted, 3).await;
    ana.deletes(&deleted).await;
    let check = || async { Settings::on(&instance.database_url()).run(&["check"]).await };
    let said = check().await.succeeds();
    assert_eq!(said, format!("rooms: 10, entries: 30, events: {}; all is well\n", 3 * 10 + 1));

    for ((_, damage, _), room) in DAMAGE.iter().zip(&rooms) {
        instance.executes_sql(&unchecked(&instance, &damage.replace("{room}", &room.to_string()))).await;
    }
    let lost = "insert into membership (account_id, room_id, joined_at) values (777, 1, 0)";
    instance.executes_sql(&unchecked(&instance, lost)).await;
    instance.executes_sql("delete from event where seq = 2").await;
    instance.executes_sql("update site set room_count = room_count + 1 where id = 1").await;
    let said = check().await.fails();
    let has = |words: &str| assert!(said.contains(words), "“{words}” is not in: {said}");
    for ((name, _, words), room) in DAMAGE.iter().zip(&rooms) {
        assert!(
            said.lines()
                .any(|line| line.starts_with(&format!("room {room} “{name}”: ")) && line.contains(words)),
            "{name}: {said}"
        );
    }
    has("1 row of membership: account_id names a row of account that is not there");
    has("3 rows of entry: room_id names a row of room that is not there");
    has("the event log has a gap before entry 3");
    has("the site says 10 rooms are open; 9 are");
    assert!(!said.contains("“whole”") && !said.contains("“deleted”"), "{whole}: {said}");
    has("the search index has 3 rows of no message");
    // Each has one sentence, and those whose entries are gone one more on what is left in the index; then there is the
    // summary.
    assert_eq!(said.lines().count(), DAMAGE.len() + 3 + 4 + 1, "{said}");
}

/// A statement whose references nobody looks at.
fn unchecked(instance: &Instance, statement: &str) -> String {
    if instance.has_company() {
        format!("set session_replication_role = replica; {statement}")
    } else {
        format!("pragma foreign_keys = off; {statement}")
    }
}

#[rocket::async_test]
async fn what_a_check_has_found_is_told_though_a_page_cannot_be_read() {
    let database = Database::create(Engine::Sqlite).await;
    let instance = Instance::open(&database).await;
    let ana = instance.person("ana").await;
    let room = ana.creates("torn").await;
    ana.says_many(&room, 100).await;
    ana.says(&room, "the page of these words").await;
    // What comes after stands on other pages.
    ana.says_many(&room, 200).await;
    ana.leaves(&room).await;
    makes_room(&ana, "other").await;
    instance.close().await;
    execute_sql(database.url(), "update room set message_count = 7 where name = 'other'").await;
    execute_sql(database.url(), "pragma wal_checkpoint(truncate)").await;

    let mut bytes = fs::read(database.beside("")).unwrap();
    let words = b"the page of these words";
    let place = bytes.windows(words.len()).position(|window| window == words).expect("these words");
    let page = place - place % 4096;
    bytes[page..page + 4096].fill(0xff);
    fs::write(database.beside(""), bytes).unwrap();

    let said = Settings::on(database.url()).run(&["check"]).await.fails();
    let has = |words: &str| assert!(said.contains(words), "“{words}” is not in: {said}");
    has("the file is damaged: ");
    has("“torn”: cannot be read to the end: ");
    has("“other”: its row says message_count 7, its last entry says 3");
    has("rooms: 2, ");
    database.discard().await;
}
