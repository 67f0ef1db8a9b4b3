//! Messages as a page shows them.

use serde::Serialize;

use crate::model::messages::{RoomEntry, fill};
use crate::model::parts::Part;

/// How long after a message its author's next one still continues it, in milliseconds; the same in
/// `static/js/room/messages.js`.
const TOGETHER: i64 = 5 * 60 * 1000;

/// How many bytes of markup there are around the author and the text of a message, in `messages/_message`.
const MARKUP: usize = 650;
/// How many there are around a link.
const LINK: usize = 90;

/// What `messages/_message` is given.
#[derive(Serialize)]
pub(crate) struct MessageView<'a> {
    seq: i64,
    tag: String,
    author: &'a str,
    hue: i64,
    sent_at: String,
    sent_text: String,
    parts: Vec<Part<'a>>,
    tall: bool,
    mine: bool,
    continued: bool,
}

/// The views of consecutive messages, for the person named `me`: of the newest of them, as many as go into a
/// page.
pub(crate) fn views<'a>(entries: &'a [RoomEntry], me: &str) -> Vec<MessageView<'a>> {
    let before = entries.iter().map(Some).rev().skip(1).chain([None]);
    let newest_first = entries.iter().rev().zip(before);
    let views = newest_first.map(|(entry, before)| MessageView::new(entry, before, me));
    let mut views = fill(views, MessageView::size);
    views.reverse();
    if let Some(first) = views.first_mut() {
        first.continued = false;
    }
    views
}

impl<'a> MessageView<'a> {
    fn new(entry: &'a RoomEntry, before: Option<&RoomEntry>, me: &str) -> Self {
        let message = &entry.event;
        let continues = |before: &RoomEntry| {
            before.event.author == message.author && entry.at.0 - before.at.0 <= TOGETHER
        };
        Self {
            seq: entry.position.seq,
            tag: entry.position.tag.to_string(),
            author: &message.author.name,
            hue: message.author.id.hue(),
            sent_at: entry.at.rfc_3339(),
            sent_text: entry.at.readable(),
            parts: message.parts(),
            tall: message.is_tall(),
            mine: message.author.name == me,
            continued: before.is_some_and(continues),
        }
    }

    /// How many bytes it takes in a page.
    fn size(&self) -> usize {
        let part = |part: &Part<'_>| match part {
            Part::Text(text) => escaped(text),
            Part::Link { link, text } => LINK + escaped(link) + escaped(text),
        };
        MARKUP + escaped(self.author) + self.parts.iter().map(part).sum::<usize>()
    }

    /// Its number in the room's log.
    pub(crate) fn seq(&self) -> i64 {
        self.seq
    }
}

/// How long `text` is when it is escaped for HTML.
fn escaped(text: &str) -> usize {
    let escaped = |byte| match byte {
        b'<' | b'>' => "&lt;".len(),
        b'&' => "&amp;".len(),
        b'"' | b'\'' | b'/' => "&#x27;".len(),
        _ => 1,
    };
    text.bytes().map(escaped).sum()
}
