//! The parser of messages' texts: it cuts a text into plain text, links, code and quotations. It is the only one: pages
//! are given the parts.
//!
//! Code stands between backticks, as many before as behind, within a line; or between two lines of three backticks or
//! more, the first of which may name a language. Lines that begin with `> ` are a quotation. What is opened and not
//! closed is plain text, and nothing else is markup. `tests/parts.json` has the cases.

use serde::Serialize;

use super::links::links;
use super::text::has_visible;

/// The fewest backticks of a line that begins or ends a block of code.
const FENCE_MIN: usize = 3;
/// The most bytes the name of a language has.
const LANGUAGE_MAX: usize = 20;
/// What a quoted line begins with.
const QUOTED: &str = "> ";

/// A stretch of a text: in JSON a string where it is plain, or else an object that names its kind and has the
/// `text` to show (of a quotation, the parts), so that a reader who does not know the kind has something to show.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(Debug))]
#[serde(untagged)]
pub enum Part<'a> {
    /// Text to show as it is.
    Text(&'a str),
    /// A link.
    Link {
        /// Where it leads: an `http` or `https` address, as browsers write it.
        link: String,
        /// The address as typed.
        text: &'a str,
    },
    /// Code, as typed.
    Code {
        /// Within a line, or lines of its own.
        code: CodeKind,
        /// What language its writer says it is in.
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<&'a str>,
        /// The code.
        text: &'a str,
    },
    /// Lines that somebody else has said.
    Quotation {
        /// Their parts.
        quotation: Vec<Self>,
    },
}

/// How code stands in a text.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(Debug))]
#[serde(rename_all = "lowercase")]
pub enum CodeKind {
    /// Within a line.
    Span,
    /// In lines of its own.
    Block,
}

/// `body` cut into its parts. Of line breaks, the one before and the one after a block of code or a quotation are
/// left out, as is the markup.
pub(super) fn parts(body: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut plain, mut at) = (0, 0);
    let mut unclosed = usize::MAX;
    while at < body.len() {
        let Some((length, block)) = block(&body[at..], &mut unclosed) else {
            at += line(&body[at..]).len() + 1;
            continue;
        };
        if plain < at {
            cut_line(&body[plain..at - 1], &mut parts);
        }
        parts.push(block);
        at += length + 1;
        plain = at;
    }
    if plain < body.len() {
        cut_line(&body[plain..], &mut parts);
    }
    parts
}

/// The block of code or the quotation that `text` begins with, and how many bytes it takes. From `unclosed` backticks on
/// it is known that no line ends such a block, so that no text is looked through once for each line of it.
fn block<'a>(text: &'a str, unclosed: &mut usize) -> Option<(usize, Part<'a>)> {
    if text.starts_with(QUOTED) {
        return Some(quotation(text));
    }
    let fence = backticks(text);
    let language = line(text)[fence..].trim();
    if !(FENCE_MIN..*unclosed).contains(&fence) || !is_language(language) {
        return None;
    }
    code_block(text, fence, language, unclosed)
}

fn quotation(text: &str) -> (usize, Part<'_>) {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(quoted) = line(&text[at.min(text.len())..]).strip_prefix(QUOTED) {
        if at > 0 {
            parts.push(Part::Text("\n"));
        }
        cut_line(quoted, &mut parts);
        at += QUOTED.len() + quoted.len() + 1;
    }
    (at - 1, Part::Quotation { quotation: parts })
}

/// The block of code between the first line of `text` and the next one that has as many backticks, and nothing else.
fn code_block<'a>(
    text: &'a str,
    fence: usize,
    language: &'a str,
    unclosed: &mut usize,
) -> Option<(usize, Part<'a>)> {
    let start = line(text).len() + 1;
    let ends = |line: &str| backticks(line) >= fence && line.trim_end().bytes().all(|byte| byte == b'`');
    let mut at = start;
    while at < text.len() {
        let line = line(&text[at..]);
        if ends(line) {
            let code = text.get(start..at - 1).filter(|code| has_visible(code))?;
            let language = Some(language).filter(|language| !language.is_empty());
            return Some((at + line.len(), Part::Code { code: CodeKind::Block, language, text: code }));
        }
        at += line.len() + 1;
    }
    *unclosed = fence;
    None
}

/// Whether this may follow a fence: nothing, or one word.
fn is_language(word: &str) -> bool {
    word.len() <= LANGUAGE_MAX
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+#-_.".contains(&byte))
}

/// Cuts what has no blocks into plain text, links and spans of code.
fn cut_line<'a>(text: &'a str, parts: &mut Vec<Part<'a>>) {
    let (mut plain, mut looked) = (0, 0);
    while let Some(found) = text[looked..].find('`') {
        let open = looked + found;
        let start = open + backticks(&text[open..]);
        let Some(length) = code_length(&text[start..], start - open) else {
            looked = start;
            continue;
        };
        cut_links(&text[plain..open], parts);
        let code = &text[start..start + length];
        parts.push(Part::Code { code: CodeKind::Span, language: None, text: code });
        looked = start + length + (start - open);
        plain = looked;
    }
    cut_links(&text[plain..], parts);
}

/// How long the code is that `text` begins with and that as many backticks end in its line.
fn code_length(text: &str, fence: usize) -> Option<usize> {
    let line = line(text);
    let mut at = 0;
    loop {
        at += line[at..].find('`')?;
        let found = backticks(&line[at..]);
        if found == fence {
            return Some(at).filter(|length| has_visible(&line[..*length]));
        }
        at += found;
    }
}

fn cut_links<'a>(text: &'a str, parts: &mut Vec<Part<'a>>) {
    let mut plain = 0;
    for link in links(text) {
        push_text(&text[plain..link.range.start], parts);
        plain = link.range.end;
        parts.push(Part::Link { link: link.address, text: &text[link.range] });
    }
    push_text(&text[plain..], parts);
}

fn push_text<'a>(text: &'a str, parts: &mut Vec<Part<'a>>) {
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
}

/// The first line of `text`, without its end.
fn line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}

/// How many backticks `text` begins with.
fn backticks(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'`').count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_text_is_cut_into_the_parts_that_the_cases_have() {
        let cases: Vec<Value> = serde_json::from_str(include_str!("../../tests/parts.json")).unwrap();
        assert!(cases.len() > 30);
        for case in cases {
            let text = case["text"].as_str().unwrap();
            assert_eq!(json!(parts(text)), case["parts"], "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_but_markup_is_left_out(text in "([ab]|`{1,4}|> |\n|http://a\\.b| ){0,40}") {
            let is_kept = |c: &char| !"`> \n".contains(*c);
            let whole: String = text.chars().filter(is_kept).collect();
            prop_assert_eq!(shown(&parts(&text)).chars().filter(is_kept).collect::<String>(), whole);
        }
    }

    fn shown(parts: &[Part<'_>]) -> String {
        let shown = |part: &Part<'_>| match part {
            Part::Text(text) | Part::Link { text, .. } => (*text).to_owned(),
            Part::Code { language, text, .. } => language.unwrap_or_default().to_owned() + text,
            Part::Quotation { quotation } => shown(quotation),
        };
        parts.iter().map(shown).collect()
    }
}
