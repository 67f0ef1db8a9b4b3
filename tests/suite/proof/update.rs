//! What somebody is told of a room's log, and how far they have read.

use std::fmt;

use serde::Deserialize;

use super::history::{Entry, Nonce, What};

/// How far somebody has read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cursor {
    pub seq: i64,
    tag: u64,
}

impl Cursor {
    /// Goes on to the end of what was read, if that continues it; whether it does is for the checker to say.
    pub fn follow(&mut self, read: &[Entry]) {
        if let Some(last) = read.last().filter(|last| last.seq > self.seq) {
            (self.seq, self.tag) = (last.seq, last.tag);
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seq {
            0 => f.write_str("0"),
            seq => write!(f, "{seq}.{:016x}", self.tag),
        }
    }
}

#[derive(Deserialize)]
pub struct Update<'a> {
    /// Of a post: where its message is.
    pub seq: Option<i64>,
    #[serde(borrow)]
    messages: Vec<JsonEntry<'a>>,
    pub more: bool,
}

/// What stands before a number, as it reads now.
#[derive(Deserialize)]
pub struct Earlier<'a> {
    #[serde(borrow)]
    messages: Vec<JsonEntry<'a>>,
    /// The number from which on every message is there.
    pub first: i64,
    /// The head of the log.
    as_of: &'a str,
}

#[derive(Deserialize)]
struct JsonEntry<'a> {
    seq: i64,
    tag: &'a str,
    #[serde(default)]
    kind: &'a str,
    #[serde(default)]
    about: i64,
    #[serde(default)]
    body: &'a str,
    #[serde(default)]
    changed: i64,
    deleted_by: Option<&'a str>,
}

impl<'a> Update<'a> {
    pub fn parse(body: &'a [u8]) -> Self {
        serde_json::from_slice(body)
            .unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(body)))
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.messages.iter().map(JsonEntry::read).collect()
    }
}

impl<'a> Earlier<'a> {
    /// The number of the log's last entry.
    pub fn as_of(&self) -> i64 {
        let seq = self.as_of.split('.').next().and_then(|seq| seq.parse().ok());
        seq.unwrap_or_else(|| panic!("not a position: {}", self.as_of))
    }

    pub fn parse(body: &'a [u8]) -> Self {
        serde_json::from_slice(body)
            .unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(body)))
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.messages.iter().map(JsonEntry::read).collect()
    }
}

impl JsonEntry<'_> {
    fn read(&self) -> Entry {
        let Self { seq, about, changed, .. } = *self;
        let what = match self.kind {
            "" => What::Message { changed, is_deleted: self.deleted_by.is_some() },
            "edited" => What::Edit { about },
            "deleted" => What::Deletion { about },
            kind => panic!("an entry of another kind: {kind}"),
        };
        Entry { seq, tag: u64::from_str_radix(self.tag, 16).expect("a tag"), what, text: self.sent() }
    }

    /// With what its text was sent.
    fn sent(&self) -> Option<Nonce> {
        let nonce = self.body.split(' ').next().filter(|nonce| !nonce.is_empty())?;
        Some(Nonce(nonce.parse().unwrap_or_else(|_| panic!("a text of nobody: {}", self.body))))
    }
}
