//! What somebody is told of a room's log, and how far they have read.

use std::fmt;

use serde::Deserialize;

use super::history::{Entry, Nonce};

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
    messages: Vec<Message<'a>>,
    pub more: bool,
}

#[derive(Deserialize)]
struct Message<'a> {
    seq: i64,
    tag: &'a str,
    body: &'a str,
}

impl<'a> Update<'a> {
    pub fn parse(body: &'a [u8]) -> Self {
        serde_json::from_slice(body)
            .unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(body)))
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.messages.iter().map(Message::entry).collect()
    }
}

impl Message<'_> {
    fn entry(&self) -> Entry {
        let nonce = self.body.split(' ').next().and_then(|nonce| nonce.parse().ok());
        let nonce = Nonce(nonce.unwrap_or_else(|| panic!("a message of nobody: {}", self.body)));
        Entry { seq: self.seq, tag: u64::from_str_radix(self.tag, 16).expect("a tag"), nonce }
    }
}
