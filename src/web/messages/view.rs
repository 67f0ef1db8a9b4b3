//! Messages as a page shows them.

use serde::Serialize;

use crate::model::history::{History, Place, Span};
use crate::model::messages::MessageEntry;
use crate::model::parts::{CodeKind, Part};

/// How long after the first message of a group its author's next one still belongs to it, in milliseconds; the same
/// in `static/js/room/messages.js`.
const TOGETHER: i64 = 5 * 60 * 1000;

/// How many bytes of markup there are around the author and the text of a message, in `messages/_message`.
const MARKUP: usize = 1000;
/// How many there are around a link, a span or a block of code, a quotation.
const LINK: usize = 90;
const SPAN: usize = 50;
const BLOCK: usize = 250;
const QUOTATION: usize = 42;

/// What `messages/_message` is given.
#[derive(Serialize)]
pub(crate) struct MessageView<'a> {
    seq: i64,
    author: &'a str,
    hue: i64,
    sent_at: String,
    sent_text: String,
    parts: Vec<Part<'a>>,
    tall: bool,
    mine: bool,
    continued: bool,
    changed: Option<ChangeView>,
    deleted_by: Option<&'a str>,
}

/// When a message was changed last, and by which entry.
#[derive(Serialize)]
struct ChangeView {
    seq: i64,
    at: String,
    text: String,
}

/// The views of messages for the person named `me`, as many as go into a page of those next to `place`, and what they
/// span.
pub(crate) fn views<'a>(history: &'a History, place: Place, me: &str) -> (Vec<MessageView<'a>>, Span) {
    let mut views: Vec<_> = history.messages.iter().map(|entry| MessageView::new(entry, me)).collect();
    let sizes: Vec<_> = views.iter().map(MessageView::size).collect();
    let (fits, span) = history.fitting(place, &sizes);
    views.truncate(fits.end);
    views.drain(..fits.start);
    group(&mut views, &history.messages[fits]);
    (views, span)
}

/// Marks the messages that belong to the group of the one before.
fn group(views: &mut [MessageView<'_>], entries: &[MessageEntry]) {
    let mut first: Option<&MessageEntry> = None;
    for (view, entry) in views.iter_mut().zip(entries) {
        let belongs = |first: &MessageEntry| {
            first.event.author == entry.event.author && entry.at.0 - first.at.0 <= TOGETHER
        };
        view.continued = first.is_some_and(belongs);
        if !view.continued {
            first = Some(entry);
        }
    }
}

impl<'a> MessageView<'a> {
    fn new(entry: &'a MessageEntry, me: &str) -> Self {
        let message = &entry.event;
        Self {
            seq: entry.position.seq,
            author: &message.author.name,
            hue: message.author.id.hue(),
            sent_at: entry.at.rfc_3339(),
            sent_text: entry.at.readable(),
            parts: message.parts(),
            tall: message.is_tall(),
            mine: message.author.name == me,
            continued: false,
            changed: message.changed_at.map(|at| ChangeView {
                seq: message.changed,
                at: at.rfc_3339(),
                text: at.readable(),
            }),
            deleted_by: message.deleted_by.as_deref(),
        }
    }

    /// How many bytes it takes in a page.
    fn size(&self) -> usize {
        MARKUP + escaped(self.author) + self.deleted_by.map_or(0, escaped) + size(&self.parts)
    }
}

/// How many bytes these parts of a text take in a page.
fn size(parts: &[Part<'_>]) -> usize {
    let part = |part: &Part<'_>| match part {
        Part::Text(text) => escaped(text),
        Part::Link { link, text } => LINK + escaped(link) + escaped(text),
        Part::Code { code: CodeKind::Span, text, .. } => SPAN + escaped(text),
        Part::Code { code: CodeKind::Block, text, .. } => BLOCK + escaped(text),
        Part::Quotation { quotation } => QUOTATION + size(quotation),
    };
    parts.iter().map(part).sum()
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
