//! Messages as a page shows them.

use serde::Serialize;

use crate::model::messages::{Message, Part, parts};

/// How long after a message its author's next one still continues it, in milliseconds; the same in
/// `static/js/messages.js`.
const TOGETHER: i64 = 5 * 60 * 1000;

/// What `messages/_message` is given.
#[derive(Serialize)]
pub(super) struct MessageView {
    seq: i64,
    tag: String,
    author: String,
    sent_at: String,
    sent_text: String,
    parts: Vec<PartView>,
    mine: bool,
    continued: bool,
}

#[derive(Serialize)]
struct PartView {
    text: String,
    href: String,
}

/// The views of consecutive messages, for the person named `me`.
pub(super) fn views(messages: &[Message], me: &str) -> Vec<MessageView> {
    let before = std::iter::once(None).chain(messages.iter().map(Some));
    messages.iter().zip(before).map(|(message, before)| MessageView::new(message, before, me)).collect()
}

impl MessageView {
    fn new(message: &Message, before: Option<&Message>, me: &str) -> Self {
        let continues = |before: &Message| {
            before.author == message.author && message.sent_at.0 - before.sent_at.0 <= TOGETHER
        };
        Self {
            seq: message.position.seq,
            tag: message.position.tag.to_string(),
            author: message.author.clone(),
            sent_at: message.sent_at.rfc_3339(),
            sent_text: message.sent_at.readable(),
            parts: parts(&message.body).into_iter().map(PartView::from).collect(),
            mine: message.author == me,
            continued: before.is_some_and(continues),
        }
    }
}

impl From<Part<'_>> for PartView {
    fn from(part: Part<'_>) -> Self {
        match part {
            Part::Text(text) => Self { text: text.to_owned(), href: String::new() },
            Part::Link(link) => Self { text: link.to_owned(), href: link.to_owned() },
        }
    }
}
