//! How much memory the logs of rooms take.

use crate::fixtures::{Instance, Room, eventually};

on_both_engines![the_rooms_least_lately_asked_for_go_first];

/// Six rooms whose newest messages, twenty of 16 KB in each, take twice the memory there is.
const LONG_MESSAGES: &str = "
    insert into room (name, name_key, owner_id, created_at, last_seq, last_tag, message_count, people_seq,
                      people_tag)
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 6)
    select 'room ' || n, 'room ' || n, 1, 0, 20, 20, 20, 0, 0 from numbers;
    insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 20)
    select id, n, n, 1, '{much}', 0, n, 'message', unhex(''), 0, n
    from room cross join numbers;
    insert into membership (account_id, room_id, joined_at) values (1, 1, 0)";

/// Whether memory knows a room, which it may have to be loaded for.
async fn knows(instance: &Instance, room: i64) -> bool {
    instance.inside().remembered(room, 10).await == Some(10)
}

async fn the_rooms_least_lately_asked_for_go_first(instance: Instance) {
    instance.person("ana").await;
    instance.executes_sql(&LONG_MESSAGES.replace("{much}", &"x".repeat(16_000))).await;
    let instance = instance.restart_with("parlor.memory_mb", 1).await;
    for room in 1..=6 {
        eventually("a room is loaded", async || knows(&instance, room).await).await;
    }
    // When the tail has been to the database five times more, one of its readings has come to its end.
    let (read, _) = instance.inside().memory_checkouts();
    eventually("the tail has looked at what memory takes", async || {
        instance.inside().memory_checkouts().0 >= read + 5
    })
    .await;

    let (_, loads) = instance.inside().memory_checkouts();
    for room in [6, 5] {
        assert!(knows(&instance, room).await);
    }
    assert_eq!(instance.inside().memory_checkouts().1, loads, "those asked for last are still there");
    let ana = instance.visitor("ana");
    ana.logs_in().await;
    let kitchen = Room { id: 1, name: "room 1".to_owned() };
    let news = ana.sees_after(&kitchen, "10").await;
    assert_eq!(
        news.messages.iter().map(|message| message.seq).collect::<Vec<_>>(),
        (11..=20).collect::<Vec<_>>()
    );
    assert_eq!(instance.inside().memory_checkouts().1, loads + 1, "that one had gone");
}
