//! Messages: their text, their nonce, the links in them.

use serde::Serialize;

use super::log::Position;
use super::text::compose;
use super::{Invalid, Timestamp};

/// The most characters (Unicode scalar values) a message may have.
pub const BODY_MAX: usize = 4000;
/// The most characters a nonce may have.
pub const NONCE_MAX: usize = 64;

/// A message as everyone in its room sees it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its place in the room's log.
    pub position: Position,
    /// The author's name.
    pub author: String,
    /// When it was stored.
    pub sent_at: Timestamp,
    /// Its text.
    pub body: String,
}

impl Message {
    /// As a poll carries it.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Shown<'a> {
            seq: i64,
            tag: String,
            author: &'a str,
            sent_at: String,
            body: &'a str,
        }
        let shown = Shown {
            seq: self.position.seq,
            tag: self.position.tag.to_string(),
            author: &self.author,
            sent_at: self.sent_at.rfc_3339(),
            body: &self.body,
        };
        serde_json::to_string(&shown).unwrap_or_default()
    }
}

/// The text of a message: composed, trimmed, not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body(String);

impl Body {
    /// 1 to [`BODY_MAX`] characters after trimming; no control characters but newline and tab.
    ///
    /// # Errors
    /// When `typed` is empty, too long, or holds another control character.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        let lines = typed.replace("\r\n", "\n").replace('\r', "\n");
        let body = compose(lines.trim());
        if body.is_empty() {
            return Err(Invalid::new("Please write a message first."));
        }
        let length = body.chars().count();
        if length > BODY_MAX {
            return Err(Invalid::new(format!(
                "A message has at most {BODY_MAX} characters; this one has {length}."
            )));
        }
        if body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err(Invalid::new("A message cannot hold control characters."));
        }
        Ok(Self(body))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What makes sending a message twice sending it once: chosen by the sender, unique per room and author.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Nonce(String);

impl Nonce {
    /// 1 to [`NONCE_MAX`] characters of `A–Z a–z 0–9 _ -`.
    ///
    /// # Errors
    /// When `sent` is anything else.
    pub fn parse(sent: &str) -> Result<Self, Invalid> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if sent.is_empty() || sent.len() > NONCE_MAX || !sent.bytes().all(allowed) {
            return Err(Invalid::new(format!("A nonce has 1 to {NONCE_MAX} characters of A–Z a–z 0–9 _ -.")));
        }
        Ok(Self(sent.to_owned()))
    }

    /// A fresh one, for a form that will be sent without JavaScript.
    #[must_use]
    pub fn random() -> Self {
        Self(format!("{:032x}", rand::random::<u128>()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A stretch of a message's text: plain, or the address of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text to show as it is.
    Text(&'a str),
    /// An `http` or `https` address to make clickable.
    Link(&'a str),
}

/// Splits a body at its links. `static/js/links.js` follows the same rule, and a test holds them together:
/// from `http://` or `https://` up to white space or one of `<>"`, less punctuation at its end.
#[must_use]
pub fn parts(body: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while let Some(start) = body[at..].find("http").map(|found| at + found) {
        let end = link_end(body, start);
        match end {
            Some(end) => {
                if plain < start {
                    parts.push(Part::Text(&body[plain..start]));
                }
                parts.push(Part::Link(&body[start..end]));
                plain = end;
                at = end;
            }
            None => at = start + "http".len(),
        }
    }
    if plain < body.len() {
        parts.push(Part::Text(&body[plain..]));
    }
    parts
}

/// Where the link that begins at `start` ends, if one does begin there.
fn link_end(body: &str, start: usize) -> Option<usize> {
    let rest = &body[start..];
    let scheme = ["https://", "http://"].into_iter().find(|scheme| rest.starts_with(scheme))?;
    let run = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(rest.len());
    let link = rest[..run].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ')', ']', '}']);
    (link.len() > scheme.len()).then_some(start + link.len())
}

#[cfg(test)]
mod tests {
    use super::Part::{Link, Text};
    use super::*;

    #[test]
    fn a_body_is_trimmed_composed_and_bounded() {
        assert_eq!(Body::parse(" a\r\nb\rc \n").unwrap().as_str(), "a\nb\nc");
        assert_eq!(Body::parse("e\u{301}").unwrap().as_str(), "é");
        assert!(Body::parse(&"😀".repeat(BODY_MAX)).is_ok());
        for refused in ["", " \n\t ", "a\0b", "\u{1b}[1m", &"x".repeat(BODY_MAX + 1)] {
            assert!(Body::parse(refused).is_err());
        }
    }

    #[test]
    fn a_nonce_is_short_and_plain() {
        assert!(Nonce::parse("a-Z_9").is_ok());
        assert!(Nonce::parse(Nonce::random().as_str()).is_ok());
        for refused in ["", "a b", "é", &"x".repeat(NONCE_MAX + 1)] {
            assert!(Nonce::parse(refused).is_err());
        }
    }

    #[test]
    fn links_end_before_the_punctuation_that_follows_them() {
        assert_eq!(parts("no link"), [Text("no link")]);
        assert_eq!(
            parts("see https://a.example/x?y=1, (http://b.example)."),
            [
                Text("see "),
                Link("https://a.example/x?y=1"),
                Text(", ("),
                Link("http://b.example"),
                Text(").")
            ]
        );
        assert_eq!(parts("http:// https://."), [Text("http:// https://.")]);
        assert_eq!(parts("javascript:alert(1)"), [Text("javascript:alert(1)")]);
        assert_eq!(parts("<https://ü.example>"), [Text("<"), Link("https://ü.example"), Text(">")]);
        assert!(parts("").is_empty());
    }
}
