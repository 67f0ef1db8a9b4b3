//! The addresses of all instances: sends one request to one of them, and counts what fails.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rocket::tokio::time::timeout;

use super::recorder::Recorder;
use crate::fixtures::{HttpClient, HttpFailure};

/// How long somebody usually waits for an answer.
const PATIENCE: Duration = Duration::from_millis(2500);

/// All instances by their addresses, and the recorder of what comes of it.
pub struct Endpoints {
    addresses: Vec<SocketAddr>,
    http: HttpClient,
    patience: Duration,
    unanswered: AtomicUsize,
    torn: AtomicUsize,
    turned_away: AtomicUsize,
    pub recorder: Recorder,
}

impl Endpoints {
    pub fn at(addresses: Vec<SocketAddr>) -> Self {
        Self {
            addresses,
            http: HttpClient::new(PATIENCE, usize::MAX),
            patience: PATIENCE,
            unanswered: AtomicUsize::new(0),
            torn: AtomicUsize::new(0),
            turned_away: AtomicUsize::new(0),
            recorder: Recorder::new(),
        }
    }

    pub fn count(&self) -> usize {
        self.addresses.len()
    }

    /// Where how slow the machine is does not matter.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// How often nobody answered, or only to say that it cannot, 503 aside: that is said by an instance
    /// which lives, of its database.
    pub fn unanswered(&self) -> usize {
        self.unanswered.load(Ordering::Relaxed)
    }

    /// How many of these were answers that broke off in the middle.
    pub fn torn(&self) -> usize {
        self.torn.load(Ordering::Relaxed)
    }

    /// How often an instance that lives said that it cannot serve, for now.
    pub fn turned_away(&self) -> usize {
        self.turned_away.load(Ordering::Relaxed)
    }

    /// Sends it to one of the instances. No answer in time, or none at all, is none.
    pub async fn send(&self, instance: usize, request: Request<'_>) -> Option<Answer> {
        let answer = timeout(self.patience, self.exchange(instance, request)).await.ok().flatten();
        if answer.as_ref().is_none_or(|answer| matches!(answer.status, 500 | 502 | 504)) {
            self.unanswered.fetch_add(1, Ordering::Relaxed);
        }
        let is_turned_away = answer.as_ref().is_some_and(|answer| answer.status == 503);
        self.turned_away.fetch_add(is_turned_away.into(), Ordering::Relaxed);
        answer
    }

    async fn exchange(&self, instance: usize, request: Request<'_>) -> Option<Answer> {
        let Request { method, path, cookie, content } = request;
        let origin = format!("http://{}", self.addresses[instance]);
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{origin}{path}"))
            .header("Cookie", cookie)
            .header("Origin", &origin);
        let body = match content {
            Content::Nothing => String::new(),
            Content::Form(form) => {
                request = request.header("Content-Type", "application/x-www-form-urlencoded");
                form
            }
            Content::Json(json) => {
                request = request.header("Content-Type", "application/json");
                json
            }
        };
        let response = self.http.send(request.body(body.into_bytes()).expect("a request")).await;
        if let Err(HttpFailure::Torn(_)) = response {
            self.torn.fetch_add(1, Ordering::Relaxed);
        }
        let response = response.ok()?;
        let header = |name| Some(response.headers().get(name)?.to_str().expect("text").to_owned());
        let cookies = response.headers().get_all("set-cookie").iter();
        let mut cookies = cookies.map(|cookie| cookie.to_str().expect("text"));
        let session = cookies.find(|cookie| cookie.starts_with("parlor="));
        let cookie = session.and_then(|cookie| Some(cookie.split_once(';')?.0.to_owned()));
        let retry_after = header("retry-after").map(|seconds| seconds.parse().expect("seconds"));
        let (status, location) = (response.status().as_u16(), header("location").unwrap_or_default());
        let retry_after = retry_after.map(Duration::from_secs);
        Some(Answer { status, location, cookie, retry_after, body: response.into_body() })
    }
}

pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub cookie: &'a str,
    pub content: Content,
}

pub enum Content {
    Nothing,
    Form(String),
    Json(String),
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub cookie: Option<String>,
    /// When to come again.
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
}
