//! Whether the server is well: for load balancers, containers and watchdogs.

use std::time::{Duration, Instant};

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::tokio::sync::Mutex;
use rocket::{State, get};
use serde::Serialize;

use super::Operator;
use crate::live::Live;
use crate::store::Store;

/// How often the database is asked at most, however many want to know.
const INTERVAL: Duration = Duration::from_secs(1);

/// What the database has answered, and when.
#[derive(Default)]
pub(crate) struct LastPing(Mutex<Option<(Instant, bool)>>);

impl LastPing {
    /// Whether the database answers. Who asks while another does waits for the same answer.
    async fn is_answered(&self, store: &Store) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, answered)) = *last
            && at.elapsed() < INTERVAL
        {
            return answered;
        }
        let answered = store.ping().await.is_ok();
        *last = Some((Instant::now(), answered));
        answered
    }
}

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
    database: &'static str,
    /// How long ago the last reading of the logs began, in milliseconds.
    tail_lag_ms: u128,
}

/// 200, or 503 when the database does not answer or memory is too old to answer from.
#[get("/health")]
pub(super) async fn show(
    _operator: Operator,
    last: &State<LastPing>,
    store: &State<Store>,
    live: &State<Live>,
) -> (Status, Json<Health>) {
    let word = |well| if well { "ok" } else { "failing" };
    let answered = last.is_answered(store).await;
    let (lag, is_fresh) = live.lag();
    let well = answered && is_fresh;
    let health = Health { status: word(well), database: word(answered), tail_lag_ms: lag.as_millis() };
    (if well { Status::Ok } else { Status::ServiceUnavailable }, Json(health))
}
