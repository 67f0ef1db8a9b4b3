//! Messages as the JSON protocol gives them.

use serde_json::Value;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub seq: u64,
    pub tag: String,
    pub author: String,
    pub body: String,
}

/// What is new in a room.
#[derive(Clone, Debug)]
pub struct News {
    /// The number one's own message got, if one was posted.
    pub seq: Option<u64>,
    pub messages: Vec<Message>,
    pub more: bool,
    /// Absent from earlier messages.
    pub people: Option<String>,
}

impl News {
    #[track_caller]
    pub(super) fn read(json: &Value) -> Self {
        let messages = json["messages"].as_array().expect("messages");
        Self {
            seq: json["seq"].as_u64(),
            messages: messages.iter().map(Message::read).collect(),
            more: json["more"].as_bool().expect("more"),
            people: json["people"].as_str().map(str::to_owned),
        }
    }

    /// The bodies alone.
    pub fn bodies(&self) -> Vec<&str> {
        self.messages.iter().map(|message| message.body.as_str()).collect()
    }

    /// The numbers alone.
    pub fn seqs(&self) -> Vec<u64> {
        self.messages.iter().map(|message| message.seq).collect()
    }

    /// The position after the last of them.
    pub fn cursor(&self) -> String {
        self.messages.last().expect("a message").cursor()
    }
}

impl Message {
    #[track_caller]
    fn read(json: &Value) -> Self {
        let text = |key: &str| json[key].as_str().unwrap_or_else(|| panic!("no {key} in {json}")).to_owned();
        assert_is_time(&text("sent_at"));
        let tag = text("tag");
        assert!(tag.len() == 16 && tag.bytes().all(|b| b.is_ascii_hexdigit()), "not a tag: {tag}");
        Self { seq: json["seq"].as_u64().expect("seq"), tag, author: text("author"), body: text("body") }
    }

    /// The position after this message.
    pub fn cursor(&self) -> String {
        format!("{}.{}", self.seq, self.tag)
    }
}

/// How many messages an answer to `after` holds at most.
pub const NEWS_AT_MOST: u64 = 200;

/// How many an answer to `before` holds at most, and a room's page.
pub const EARLIER_AT_MOST: u64 = 100;

#[track_caller]
fn assert_is_time(text: &str) {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z", "not a time in UTC: {text}");
}
