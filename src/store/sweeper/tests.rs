//! When the sweeper rests, and what it forgets then.

use super::*;
use crate::config::Config;

/// A sweeper of a database whose event log has so many entries more than are kept.
async fn sweeper(surplus: i64) -> (tempfile::TempDir, Sweeper) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("parlor.db").display());
    let store = Store::open(&url, Config::default().database_limits()).await.unwrap();
    let entries = format!(
        "insert into account (id, name, name_key, password_hash, created_at) values (1, 'ana', 'ana', '', 0);
         insert into event (seq, tag, kind, account_id, room_id, at)
         with recursive numbers (n) as (
             select 1 union all select n + 1 from numbers where n < {EVENTS_KEPT} + {surplus}
         )
         select n, n, 'session-ended', 1, null, 0 from numbers;
         update site set last_seq = {EVENTS_KEPT} + {surplus}"
    );
    let written = store.write(|mut writing| {
        let entries = sqlx::AssertSqlSafe(entries.clone());
        async move {
            sqlx::raw_sql(entries).execute(&mut writing).await?;
            Ok(((), writing))
        }
    });
    written.await.unwrap();
    (folder, Sweeper { store, round: Round::default(), room: None })
}

async fn first_entry(sweeper: &Sweeper) -> i64 {
    sweeper.store.ends_of_event_log().await.unwrap().0
}

#[rocket::async_test]
async fn a_few_old_entries_keep_the_sweeper_from_no_rest() {
    let (_folder, mut sweeper) = sweeper(STEP + 1).await;
    assert!(sweeper.step().await, "a full step: there may be more");
    assert!(!sweeper.step().await, "one entry more");
    assert_eq!(first_entry(&sweeper).await, STEP + 2, "which is gone");
    sweeper.store.close().await;
}

#[rocket::async_test]
async fn a_round_ends_in_time_however_much_there_is_to_do() {
    let (_folder, mut sweeper) = sweeper(STEP * 3).await;
    sweeper.round.failed.insert(EVENTS);
    assert!(!sweeper.step().await, "what has failed is left alone");
    assert!(sweeper.step().await, "until the next round");
    sweeper.round.failed.insert(EVENTS);
    sweeper.round.clocks_agree = Some(false);
    sweeper.round.began = sweeper.round.began.checked_sub(IDLE_DELAY * 2).unwrap();
    assert!(sweeper.step().await, "and a round is not longer than a rest");
    assert_eq!(first_entry(&sweeper).await, STEP * 2 + 1);
    sweeper.store.close().await;
}

#[rocket::async_test]
async fn nothing_is_swept_while_the_clocks_differ() {
    let (_folder, mut sweeper) = sweeper(STEP * 2).await;
    sweeper.round.clocks_agree = Some(false);
    assert!(!sweeper.step().await);
    assert_eq!(first_entry(&sweeper).await, 1);
    assert!(sweeper.step().await, "they are compared anew in the next round");
    assert_eq!(first_entry(&sweeper).await, STEP + 1);
    sweeper.store.close().await;
}

#[rocket::async_test]
async fn a_step_ends_with_the_weight_of_its_texts() {
    let (_folder, sweeper) = sweeper(0).await;
    let texts = [1_000, 3_000, 1, 9_000, 4_000];
    let entries = texts.iter().enumerate().map(|(n, length)| {
        let (seq, body) = (n + 1, "茶".repeat(*length));
        format!("(1, {seq}, {seq}, 'message', 1, '{body}', 0, '{seq}', x'', 0, {seq})")
    });
    let written = format!(
        "insert into room (id, name, name_key, owner_id, created_at, last_seq, last_tag, message_count,
                           people_seq, people_tag)
         values (1, 'Kitchen', 'kitchen', 1, 0, 900, 0, 5, 0, 0);
         insert into entry (room_id, seq, tag, kind, author_id, body, at, nonce, digest, changed, message_count)
         values {}",
        entries.collect::<Vec<_>>().join(",")
    );
    let written = sweeper.store.write(|mut writing| {
        let written = sqlx::AssertSqlSafe(written.clone());
        async move {
            sqlx::raw_sql(written).execute(&mut writing).await?;
            Ok(((), writing))
        }
    });
    written.await.unwrap();
    let sweep = |swept| RoomSweep { room: crate::model::rooms::RoomId(1), swept, last: 900 };
    for (swept, end) in [(0, 2), (1, 3), (2, 3), (3, 4), (4, 4 + STEP), (800, 900)] {
        assert_eq!(sweeper.store.end_of_step(sweep(swept)).await.unwrap(), end, "after {swept}");
    }
    sweeper.store.close().await;
}
