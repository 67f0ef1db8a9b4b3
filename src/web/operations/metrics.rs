//! What was measured, in the text format of Prometheus.

use std::fs;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use rocket::http::{ContentType, Status};
use rocket::{State, get};

use super::{Operator, Requests};
use crate::live::Live;
use crate::store::Store;

/// All metrics, and those of them that are looked up when they are asked for.
pub(crate) struct Metrics {
    registry: Registry,
    tail_lag: Gauge<f64, AtomicU64>,
    rooms: Gauge,
    people: Gauge,
    sessions: Gauge,
    memory: Gauge,
    files: Gauge,
}

impl Metrics {
    /// Those of `requests`, of `store` and of what is looked up.
    pub(crate) fn new(requests: &Requests, store: &Store) -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            tail_lag: Gauge::default(),
            rooms: Gauge::default(),
            people: Gauge::default(),
            sessions: Gauge::default(),
            memory: Gauge::default(),
            files: Gauge::default(),
        };
        metrics.register(requests, store);
        metrics
    }

    fn register(&mut self, requests: &Requests, store: &Store) {
        let (all, commits) = (&mut self.registry, store.commits());
        all.register("parlor_requests", "Answers, by route and status", requests.answers.clone());
        all.register(
            "parlor_request_duration_seconds",
            "Time until a request was answered, by route; a poll is GET /api/rooms/<_>/messages",
            requests.durations.clone(),
        );
        all.register(
            "parlor_commit_duration_seconds",
            "Time that a transaction of posts took, commit included",
            commits.durations.clone(),
        );
        all.register("parlor_commit_posts", "Posts that shared one transaction", commits.sizes.clone());
        all.register(
            "parlor_tail_lag_seconds",
            "Time since the last successful reading of the logs began",
            self.tail_lag.clone(),
        );
        all.register("parlor_rooms", "Open rooms", self.rooms.clone());
        all.register("parlor_people_inside", "People who are in a room", self.people.clone());
        all.register("parlor_sessions_in_memory", "Sessions that memory knows", self.sessions.clone());
        all.register("process_resident_memory_bytes", "Resident memory", self.memory.clone());
        all.register("process_open_fds", "Open files, connections among them", self.files.clone());
    }

    /// Looks up what is not counted as it happens, and writes all.
    fn text(&self, live: &Live) -> Result<String, std::fmt::Error> {
        let (figures, (lag, _)) = (live.figures(), live.lag());
        self.tail_lag.set(lag.as_secs_f64());
        self.rooms.set(number(figures.rooms));
        self.people.set(number(figures.people));
        self.sessions.set(number(figures.sessions));
        self.memory.set(resident_memory().unwrap_or(0));
        self.files.set(open_files().unwrap_or(0));
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// In bytes, as Linux tells it; nothing elsewhere.
fn resident_memory() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<i64>().ok()? * 1024)
}

/// As Linux tells it; nothing elsewhere.
fn open_files() -> Option<i64> {
    Some(number(fs::read_dir("/proc/self/fd").ok()?.count()))
}

#[get("/metrics")]
pub(super) fn show(
    _operator: Operator,
    metrics: &State<Metrics>,
    live: &State<Live>,
) -> Result<(ContentType, String), Status> {
    let kind = ContentType::new("text", "plain").with_params([("version", "0.0.4"), ("charset", "utf-8")]);
    let text = metrics.text(live).map_err(|_| Status::InternalServerError)?;
    Ok((kind, text))
}
