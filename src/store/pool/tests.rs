//! Who is acquired a connection, and how long it is kept.

use super::*;
use crate::config::Config;
use crate::store::Store;
use crate::store::checkout::Budget;
use crate::store::connection::Connection;

/// Far away.
const HOUR: Duration = Duration::from_hours(1);

/// A pool for two that is kept up like this.
fn pool(folder: &tempfile::TempDir, lifetimes: Lifetimes) -> Arc<Pool> {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("parlor.db").display());
    Pool::new(
        url.parse().unwrap(),
        "pragma busy_timeout = 5000".to_owned(),
        2,
        Some(lifetimes),
        Arc::default(),
    )
}

/// Acquires so many connections at once, and gives them back.
async fn used_by(pool: &Arc<Pool>, people: usize) {
    let budget = Budget { wait: HOUR, work: HOUR };
    let checkout = || Checkout::new(TrafficClass::Pages, budget, Instant::now() + HOUR, None);
    let mut acquired = Vec::new();
    for _ in 0..people {
        acquired.push(Connection::new(Arc::clone(pool), pool.acquire(checkout()).await.unwrap()));
    }
}

#[rocket::async_test]
async fn nobody_is_given_a_connection_they_have_no_time_for() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("parlor.db").display());
    let store = Store::open(&url, Config::default().database_limits()).await.unwrap();
    let made = store.connections_made();
    let late = store.checkout(&store.readers, TrafficClass::Pages, Instant::now() + WORK_TIME_MIN / 2).await;
    assert!(matches!(late, Err(Error::Failed(Failure::WaitedTooLong("pages")))), "{late:?}");
    assert_eq!(store.change_token().await.map(|_| store.connections_made()).ok(), Some(made), "none is lost");
    store.close().await;
}

#[rocket::async_test]
async fn what_nobody_has_used_for_a_while_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool(
        &folder,
        Lifetimes { idle_timeout: Duration::from_millis(40), max_age: HOUR, ..Lifetimes::NETWORK },
    );
    used_by(&pool, 2).await;
    let all_closed = async {
        while !pool.idle.lock().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(timeout(Duration::from_secs(20), all_closed).await.is_ok());
    used_by(&pool, 1).await;
    assert_eq!(pool.made(), 3, "and made again when it is needed");
}

#[rocket::async_test]
async fn what_is_old_is_closed_after_its_use() {
    let folder = tempfile::tempdir().unwrap();
    for (max_age, made) in [(HOUR, 1), (Duration::ZERO, 3)] {
        let pool = pool(&folder, Lifetimes { idle_timeout: HOUR, max_age, ..Lifetimes::NETWORK });
        for _ in 0..3 {
            used_by(&pool, 1).await;
        }
        assert_eq!(pool.made(), made, "{max_age:?}");
    }
}
