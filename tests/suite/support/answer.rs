//! What came back, and what can be claimed of it.

use std::fmt;

use serde_json::Value;

use super::{News, Page};

/// Where a browser that has just been logged in shows its cookie, on its way to the page that follows.
pub const BEGUN: &str = "/session/begun?next=";

/// A whole answer.
#[derive(Clone)]
pub struct Answer {
    /// What was asked, for the message of a failing test.
    question: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub(super) fn new(question: String, status: u16, headers: Vec<(String, String)>, body: String) -> Self {
        Self { question, status, headers, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The media type, without its parameters.
    pub fn kind(&self) -> &str {
        let kind = self.header("Content-Type").unwrap_or_default();
        kind.split(';').next().unwrap_or_default()
    }

    /// Claims the status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Claims that the browser is sent on to another page.
    #[track_caller]
    pub fn leads_to(self, path: &str) -> Self {
        assert_eq!((self.status, self.header("Location")), (303, Some(path)), "{self:?}");
        self
    }

    /// Claims that the browser is let in and sent on to that page, once it has shown that it keeps cookies.
    #[track_caller]
    pub fn lets_in(self, next: &str) -> Self {
        let encoded = next.replace('/', "%2F");
        self.leads_to(&format!("{BEGUN}{encoded}"))
    }

    /// Claims a page or fragment, and reads it.
    #[track_caller]
    pub fn page(&self) -> Page {
        assert_eq!(self.kind(), "text/html", "{self:?}");
        Page::read(&self.body)
    }

    /// Claims a page of that status with a sentence for the reader, and reads it.
    #[track_caller]
    pub fn refuses(self, status: u16) -> Page {
        let answer = self.is(status);
        let page = answer.page();
        assert!(!page.alerts().is_empty() || page.has_heading(), "says nothing: {answer:?}");
        page
    }

    /// Claims JSON, and reads it.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.kind(), "application/json", "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Claims what is new in a room.
    #[track_caller]
    pub fn news(self) -> News {
        assert!(matches!(self.status, 200 | 201), "{self:?}");
        News::read(&self.json())
    }

    /// Claims that nothing is new.
    #[track_caller]
    pub fn says_nothing(self) {
        assert_eq!((self.status, self.body.as_str()), (204, ""), "{self:?}");
    }

    /// Claims a problem of the JSON protocol, whole and well-formed.
    #[track_caller]
    pub fn is_problem(&self, status: u16, name: &str) -> Value {
        assert_eq!(self.kind(), "application/problem+json", "{self:?}");
        let problem: Value = serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"));
        let expected = (status, format!("/problems/{name}"), u64::from(status));
        let type_ = problem["type"].as_str().unwrap_or_default().to_owned();
        let said = (self.status, type_, problem["status"].as_u64().unwrap_or_default());
        assert_eq!(said, expected, "{self:?}");
        for key in ["title", "detail"] {
            assert!(problem[key].as_str().is_some_and(|text| !text.is_empty()), "no {key}: {self:?}");
        }
        problem
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} -> {}", self.question, self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "\n{}", self.body.chars().take(6000).collect::<String>())
    }
}
