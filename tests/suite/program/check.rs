//! `parlor check` finds what is missing or wrong, and nothing else.

use crate::fixtures::processes::Settings;
use crate::fixtures::{Instance, Person};

on_both_engines![each_kind_of_damage_is_named];

/// What is done to a room of three messages, and what is said of it.
const DAMAGE: [(&str, &str, &str); 6] = [
    ("gap", "delete from entry where room_id = {room} and seq = 2", "entry 2 is missing"),
    ("end", "delete from entry where room_id = {room} and seq = 3", "entry 3 is missing"),
    ("head", "update room set last_tag = last_tag + 1 where id = {room}", "its row says last_tag"),
    (
        "count",
        "update room set message_count = 2 where id = {room}",
        "message_count 2, its last entry says 3",
    ),
    ("orphans", "update entry set room_id = 999 where room_id = {room}", "entries 1 to 3 are missing"),
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
    assert_eq!(said, format!("rooms: 8, entries: 24, events: {}; all is well\n", 3 * 8 + 1));

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
    has("the site says 8 rooms are open; 7 are");
    assert!(!said.contains("“whole”") && !said.contains("“deleted”"), "{whole}: {said}");
    // Each has one sentence, and then there is the summary.
    assert_eq!(said.lines().count(), DAMAGE.len() + 4 + 1, "{said}");
}

/// A statement whose references nobody looks at.
fn unchecked(instance: &Instance, statement: &str) -> String {
    if instance.has_company() {
        format!("set session_replication_role = replica; {statement}")
    } else {
        format!("pragma foreign_keys = off; {statement}")
    }
}
