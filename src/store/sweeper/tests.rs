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
