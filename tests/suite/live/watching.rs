//! What following many rooms costs, and that none of them delays another.

use rocket::futures::future::{join, join_all};
use sqlx::{AnyConnection, Connection};

use crate::fixtures::{Instance, eventually};

on_both_engines![
    many_rooms_come_into_memory_in_few_statements,
    one_room_is_loaded_once_for_all_who_ask,
    rooms_that_move_together_are_read_together,
    twenty_thousand_rooms_can_be_watched,
];
on_postgres![what_is_committed_late_is_read, a_room_that_cannot_be_loaded_delays_no_other];

/// An instance with so many rooms, numbered from 1, and one message in each of the first.
async fn with_rooms(instance: Instance, count: i64, with_a_message: i64) -> Instance {
    instance.person("ana").await;
    instance
        .executes_sql(&format!(
            "insert into room (name, name_key, owner_id, created_at, last_seq, last_tag, message_count, people_seq,
                               people_tag)
             with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {count})
             select 'room ' || n, 'room ' || n, 1, 0, 0, 0, 0, 0, 0 from numbers;
             insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
             select id, 1, 7, 1, 'hello', 0, 'first', 'message', unhex(''), 0, 1 from room where id <= {with_a_message};
             update room set last_seq = 1, last_tag = 7 where id <= {with_a_message}"
        ))
        .await;
    instance.restart().await
}

/// How many messages memory has of that room; nothing if it cannot answer.
async fn remembered(instance: &Instance, room: i64) -> Option<usize> {
    instance.inside().remembered(room, 0).await
}

async fn many_rooms_come_into_memory_in_few_statements(instance: Instance) {
    let instance = with_rooms(instance, 2500, 2500).await;
    let (_, before) = instance.inside().memory_checkouts();
    // Nobody waits longer than a second, which may be too short for all of them on a slow machine.
    eventually("all are remembered", async || {
        join_all((1..=2500).map(|room| remembered(&instance, room)))
            .await
            .iter()
            .all(|known| *known == Some(1))
    })
    .await;
    let (_, after) = instance.inside().memory_checkouts();
    // The first to ask need not wait for company.
    assert!(after - before <= 25 + 4, "{} statements", after - before);
}

async fn one_room_is_loaded_once_for_all_who_ask(instance: Instance) {
    let instance = with_rooms(instance, 1, 1).await;
    let (_, before) = instance.inside().memory_checkouts();
    let known = join_all((0..50).map(|_| remembered(&instance, 1))).await;
    assert!(known.iter().all(|known| *known == Some(1)));
    assert_eq!(instance.inside().memory_checkouts().1 - before, 1);
}

async fn rooms_that_move_together_are_read_together(instance: Instance) {
    let instance = with_rooms(instance, 500, 500).await;
    join_all((1..=500).map(|room| remembered(&instance, room))).await;
    let (before, loads) = instance.inside().memory_checkouts();
    instance
        .executes_sql(
            "begin;
             insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
             select id, 2, 8, 1, 'moved', 0, 'second', 'message', unhex(''), 0, 2 from room;
             update room set last_seq = 2, last_tag = 8;
             commit",
        )
        .await;
    eventually("all have moved in memory", async || {
        join_all((1..=500).map(|room| remembered(&instance, room)))
            .await
            .iter()
            .all(|known| *known == Some(2))
    })
    .await;
    let (after, loads_after) = instance.inside().memory_checkouts();
    assert!(after - before < 100, "{} readings", after - before);
    assert_eq!(loads_after, loads, "they have been followed, not loaded again");
}

async fn twenty_thousand_rooms_can_be_watched(instance: Instance) {
    let instance = with_rooms(instance, 20_000, 0).await;
    for some in (1..=20_000).collect::<Vec<_>>().chunks(2_000) {
        join_all(some.iter().map(|room| remembered(&instance, *room))).await;
    }
    let (_, loads) = instance.inside().memory_checkouts();
    instance
        .executes_sql(
            "begin;
             insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
             values (20000, 1, 8, 1, 'moved', 0, 'first', 'message', unhex(''), 0, 1);
             update room set last_seq = 1, last_tag = 8 where id = 20000;
             commit",
        )
        .await;
    eventually("the last has moved in memory", async || remembered(&instance, 20_000).await == Some(1)).await;
    assert_eq!(instance.inside().memory_checkouts().1, loads, "it has been followed, not loaded again");
}

/// Two rooms move; the one that moved first is committed last, when the tail has seen the other.
async fn what_is_committed_late_is_read(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = (ana.creates("Kitchen").await, bo.creates("Hall").await);
    assert_eq!((ana.bodies_in(&kitchen).await.len(), bo.bodies_in(&hall).await.len()), (0, 0));
    let mut late = AnyConnection::connect(&instance.database_url()).await.expect("the database");
    let mut run = async |statement: String| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut late).await.expect("to run a statement");
    };
    run(format!(
        "begin;
         update room set last_seq = 1, last_tag = 7 where id = {0};
         insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
         values ({0}, 1, 7, 1, 'late', 0, 'late', 'message', unhex(''), 0, 1)",
        kitchen.id
    ))
    .await;
    bo.says(&hall, "early").await;
    let other = instance.another().await;
    eventually("the other room is read", async || bo.at(&other).bodies_in(&hall).await == ["early"]).await;
    assert_eq!(ana.bodies_in(&kitchen).await.len(), 0);
    run("commit".to_owned()).await;
    for instance in [&instance, &other] {
        eventually("so is the late one", async || ana.at(instance).bodies_in(&kitchen).await == ["late"])
            .await;
    }
    late.close().await.expect("to hang up");
}

async fn a_room_that_cannot_be_loaded_delays_no_other(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (warm, cold) = (ana.creates("Kitchen").await, bo.creates("Hall").await);
    ana.says(&warm, "hello").await;
    let query = format!("?after={}", ana.sees_after(&warm, "0").await.cursor());
    bo.opens("/rooms/list").await.is(200);

    let mut lock = AnyConnection::connect(&instance.database_url()).await.expect("the database");
    sqlx::raw_sql("begin; lock table entry in access exclusive mode")
        .execute(&mut lock)
        .await
        .expect("a lock");
    let checkouts = instance.checkouts();
    let of_cold = async {
        // Longer than memory may be old.
        for _ in 0..3 {
            bo.polls(&cold, "0").await.is(503);
        }
    };
    let of_warm = async |polls: u32| {
        for _ in 0..polls {
            ana.opens(&warm.api(&query)).await.is(204);
            rocket::tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    join(of_cold, of_warm(200)).await;
    // Each of bo's polls may have asked twice, hers none.
    assert!(instance.checkouts() - checkouts <= 3 * 2, "{} checkouts", instance.checkouts() - checkouts);
    sqlx::raw_sql("rollback").execute(&mut lock).await.expect("to let go");
    lock.close().await.expect("to hang up");
    eventually("the cold room is loaded", async || bo.polls(&cold, "0").await.status == 204).await;
}
