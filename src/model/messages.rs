//! Messages: their text, and their JSON.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::accounts::Person;
use super::invalid::Invalid;
use super::log::{Entry, Position};
use super::parts::{Part, parts};
use super::text::{MARKS_MAX, bound_marks, compose, has_visible};
use super::timestamp::Timestamp;

/// The most characters (Unicode scalar values) a message may have.
pub const BODY_MAX: usize = 4000;

/// How many bytes of messages go into one answer, in JSON or in a page, however few messages that are.
pub(super) const ANSWER_MAX: usize = 255 * 1024;
/// The most blank lines that follow each other within a message.
const BLANK_LINES_MAX: usize = 2;
/// The most rows of a message that are shown unasked.
const ROWS_SHOWN: usize = 30;
/// How many characters are taken for a row: what fits into one on a desk.
const ROW: usize = 64;

/// A message as everyone in its room sees it now.
#[derive(Clone)]
pub struct Message {
    /// Who sent it.
    pub author: Person,
    /// Its text; empty once it is deleted.
    pub body: String,
    /// The number of the entry that changed it last, 0 if none did.
    pub changed: i64,
    /// When that was.
    pub changed_at: Option<Timestamp>,
    /// The name of who deleted it, if it is deleted.
    pub deleted_by: Option<String>,
}

/// A message with its place in its room's log.
pub type MessageEntry = Entry<Message>;

impl MessageEntry {
    /// As the protocol carries it: with `parts` where there is more in the text than plain text, marked where it is
    /// tall, and with its last change where there was one.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which is not known to happen.
    pub fn to_json(&self) -> serde_json::Result<Box<RawValue>> {
        Self::json(self.position, self.at, &self.event)
    }

    pub(super) fn json(
        position: Position,
        at: Timestamp,
        message: &Message,
    ) -> serde_json::Result<Box<RawValue>> {
        #[derive(Serialize)]
        struct Shown<'a> {
            seq: i64,
            tag: String,
            author: &'a str,
            hue: i64,
            sent_at: String,
            body: &'a str,
            #[serde(skip_serializing_if = "is_plain")]
            parts: Vec<Part<'a>>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            tall: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            changed: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            changed_at: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            deleted_by: Option<&'a str>,
        }
        let shown = Shown {
            seq: position.seq,
            tag: position.tag.to_string(),
            author: &message.author.name,
            hue: message.author.id.hue(),
            sent_at: at.rfc_3339(),
            body: &message.body,
            parts: message.parts(),
            tall: message.is_tall(),
            changed: Some(message.changed).filter(|seq| *seq > 0),
            changed_at: message.changed_at.map(Timestamp::rfc_3339),
            deleted_by: message.deleted_by.as_deref(),
        };
        to_raw_value(&shown)
    }
}

impl Message {
    /// One that was just sent.
    pub fn new(author: Person, body: String) -> Self {
        Self { author, body, changed: 0, changed_at: None, deleted_by: None }
    }

    /// Its text, cut into its parts.
    pub fn parts(&self) -> Vec<Part<'_>> {
        parts(&self.body)
    }

    /// Whether it would fill a page by itself, so that only its beginning is shown until somebody asks for
    /// the rest.
    pub fn is_tall(&self) -> bool {
        is_tall(&self.body)
    }
}

/// Whether a text would fill a page by itself.
pub(super) fn is_tall(text: &str) -> bool {
    let rows = |line: &str| line.chars().count().div_ceil(ROW).max(1);
    text.split('\n').map(rows).sum::<usize>() > ROWS_SHOWN
}

/// Whether these parts say nothing that the text does not say.
pub(super) fn is_plain(parts: &[Part<'_>]) -> bool {
    matches!(parts, [] | [Part::Text(_)])
}

/// As many of `messages` as go into one answer, where each takes `size` bytes: at least one, if there is one.
pub fn fill<T>(messages: impl Iterator<Item = T>, size: impl Fn(&T) -> usize) -> Vec<T> {
    let mut filled = 0;
    let fits = |message: &T| {
        let first = filled == 0;
        filled += size(message) + 1;
        first || filled <= ANSWER_MAX
    };
    messages.take_while(fits).collect()
}

/// As many of these entries as go into one answer, as JSON.
pub fn fill_json(
    entries: impl Iterator<Item = serde_json::Result<Box<RawValue>>>,
) -> serde_json::Result<Vec<Box<RawValue>>> {
    let size = |json: &serde_json::Result<Box<RawValue>>| json.as_ref().map_or(0, |json| json.get().len());
    fill(entries, size).into_iter().collect()
}

/// The text of a message, as it is stored and shown.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Body(String);

impl Body {
    /// What becomes of `typed`, in this order: every kind of line break is a newline, and other control
    /// characters but tab are dropped; it is composed; at most eight marks stay on a letter; blank lines
    /// around it and space at its end are cut (its first line keeps its indent), and of a run of blank lines
    /// two stay. `static/js/room/texts.js` does the same.
    ///
    /// # Errors
    /// When nothing is left that could be seen, or more than [`BODY_MAX`] characters.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        let body = tidy_lines(&bound_marks(&compose(&plain_breaks(typed)), MARKS_MAX));
        if !has_visible(&body) {
            return Err(Invalid::new("Please write a message first."));
        }
        let length = body.chars().count();
        if length > BODY_MAX {
            return Err(Invalid::new(format!(
                "A message has at most {BODY_MAX} characters; this one has {length}."
            )));
        }
        Ok(Self(body))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `typed` with newlines for all that Unicode calls a line break (Unicode 17, section 5.8), and without other
/// control characters but tab.
fn plain_breaks(typed: &str) -> String {
    let plain = |c: char| match c {
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\n' | '\t' => Some(c),
        _ => (!c.is_control()).then_some(c),
    };
    typed.replace("\r\n", "\n").chars().filter_map(plain).collect()
}

/// `text` without blank lines around it, without space at its end, and with no more than
/// [`BLANK_LINES_MAX`] blank lines in a row.
fn tidy_lines(text: &str) -> String {
    let mut blank = BLANK_LINES_MAX;
    let stays = |line: &&str| {
        blank = if has_visible(line) { 0 } else { blank + 1 };
        blank <= BLANK_LINES_MAX
    };
    let mut lines: Vec<&str> = text.split('\n').filter(stays).collect();
    while lines.last().is_some_and(|line| !has_visible(line)) {
        lines.pop();
    }
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::accounts::AccountId;

    fn kept(typed: &str) -> String {
        Body::parse(typed).unwrap().0
    }

    #[test]
    fn a_body_is_tidied_and_composed() {
        let indented = "    if rain {\n        stay();\n    }";
        for (typed, body) in [
            ("a\r\nb\rc \n", "a\nb\nc"),
            (
                "slide\u{b}one\u{c}two\u{85}three\u{2028}four\u{2029}five",
                "slide\none\ntwo\nthree\nfour\nfive",
            ),
            ("a\0b\u{1b}[31mred\u{7f}\u{9f}\tc", "ab[31mred\tc"),
            ("e\u{301}", "é"),
            (&format!("\n \t\n{indented}\n\u{3000}\n\u{200b}\n"), indented),
            ("  soup  ", "  soup"),
            ("a\n\n\nb\n\n\n\n \n\u{2800}\nc", "a\n\n\nb\n\n\nc"),
            ("a\n    \nb", "a\n    \nb"),
            ("\u{202e}abc", "\u{202e}abc"),
        ] {
            assert_eq!(kept(typed), body, "{typed:?}");
            assert_eq!(kept(body), body, "once is enough: {typed:?}");
        }
        assert_eq!(kept(&format!("a{}", "\u{301}".repeat(300))), format!("á{}", "\u{301}".repeat(8)));
    }

    #[test]
    fn a_body_has_something_to_see_and_no_more_than_fits() {
        for nothing in ["", " \n\t ", "\0\u{1b}", "\u{200b}", "\u{feff}", "\u{3164}\n\u{2800}", "\u{202e}"] {
            assert!(Body::parse(nothing).is_err(), "{nothing:?}");
        }
        // What is cut or dropped does not count.
        for fits in
            ["😀".repeat(BODY_MAX), format!("\n{}\0 \n", "x".repeat(BODY_MAX)), "e\u{301}".repeat(BODY_MAX)]
        {
            assert_eq!(kept(&fits).chars().count(), BODY_MAX);
        }
        assert!(Body::parse(&format!(" {}", "x".repeat(BODY_MAX))).is_err(), "an indent counts");
    }

    #[test]
    fn a_message_carries_parts_and_height_only_where_there_is_something_to_say() {
        let json = |body: &str| {
            let author = Person { id: AccountId(25), name: "ana".into() };
            let event = Message::new(author, body.into());
            let entry = Entry { position: Position::new(1, 1), at: Timestamp(0), event };
            serde_json::from_str::<serde_json::Value>(entry.to_json().unwrap().get()).unwrap()
        };
        assert_eq!(json("soup")["hue"], 1, "of account 25");
        assert!(json("soup").get("parts").is_none() && json("soup").get("tall").is_none());
        let link = json("see https://ü.example, now");
        let address = serde_json::json!({"link": "https://xn--tda.example/", "text": "https://ü.example"});
        assert_eq!(link["parts"], serde_json::json!(["see ", address, ", now"]));
        assert_eq!(json(&"x\n".repeat(30))["tall"], true);
        assert_eq!(json(&"x".repeat(30 * 64 + 1))["tall"], true);
        assert!(json(&"x".repeat(30 * 64)).get("tall").is_none());
    }

    #[test]
    fn a_message_says_how_it_was_changed_only_if_it_was() {
        let json = |changed, changed_at, deleted_by: Option<&str>| {
            let author = Person { id: AccountId(1), name: "ana".into() };
            let deleted_by = deleted_by.map(str::to_owned);
            let event = Message { author, body: String::new(), changed, changed_at, deleted_by };
            let entry = Entry { position: Position::new(1, 1), at: Timestamp(0), event };
            serde_json::from_str::<serde_json::Value>(entry.to_json().unwrap().get()).unwrap()
        };
        let plain = json(0, None, None);
        assert!(["changed", "changed_at", "deleted_by"].iter().all(|name| plain.get(name).is_none()));
        let edited = json(7, Some(Timestamp(0)), None);
        assert_eq!(
            (&edited["changed"], &edited["changed_at"]),
            (&7.into(), &"1970-01-01T00:00:00.000Z".into())
        );
        assert!(edited.get("deleted_by").is_none());
        assert_eq!(json(7, Some(Timestamp(0)), Some("bo"))["deleted_by"], "bo");
    }

    #[test]
    fn an_answer_is_filled_and_not_overfilled() {
        let filled = |sizes: &[usize]| fill(sizes.iter(), |size| **size).len();
        assert_eq!(filled(&[]), 0);
        assert_eq!(filled(&[2 * ANSWER_MAX, 1]), 1, "one goes by itself");
        assert_eq!(filled(&[1, 2 * ANSWER_MAX, 1]), 1, "nothing is left out in between");
        assert_eq!(filled(&[ANSWER_MAX - 3, 1, 0]), 2, "commas count");
        assert_eq!(filled(&[ANSWER_MAX - 2, 1]), 1);
    }
}
