//! Finds the links in a text.
//!
//! Where an address ends follows Unicode's link detection (UTS 58), with two differences that chat needs:
//! quotation marks and the punctuation of scripts that write without spaces end an address wherever they
//! stand, because text follows them without a space.

use std::ops::Range;

use icu_properties::props::{BinaryProperty, EnumeratedProperty, GeneralCategory, TerminalPunctuation};
use url::Url;

use super::text::is_visible;

/// An address in a text.
pub(super) struct Link {
    /// Where it stands.
    pub range: Range<usize>,
    /// Where it leads: an `http` or `https` address, as browsers write it.
    pub address: String,
}

/// The links in `text`, in their order.
pub(super) fn links(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut looked = 0;
    for (separator, _) in text.match_indices("://") {
        let Some(start) = scheme_start(&text[..separator]).filter(|start| *start >= looked) else { continue };
        let end = address_end(text, separator + "://".len());
        // However many schemes it holds, no text is looked through twice.
        looked = end;
        // What browsers could not open stays text.
        if let Ok(address) = Url::parse(&text[start..end]) {
            links.push(Link { range: start..end, address: address.into() });
        }
    }
    links
}

/// Where the scheme that ends `before` begins, if it is `http` or `https`.
fn scheme_start(before: &str) -> Option<usize> {
    let of_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-');
    let length = before.bytes().rev().take_while(of_scheme).count();
    let start = before.len() - length;
    let scheme = &before[start..];
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)).then_some(start)
}

/// Where the address ends whose host begins at `host`.
fn address_end(body: &str, host: usize) -> usize {
    let mut end = host;
    let mut open = Vec::new();
    for (index, c) in body[host..].char_indices() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            // Of a sentence, unless more of the address follows.
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '|' => {}
            _ if ends_addresses(c) => break,
            // Of the text around it, unless the address opened it.
            ')' | ']' | '}' if open.last() != Some(&c) => break,
            _ => {
                open.pop_if(|closing| *closing == c);
                end = host + index + c.len_utf8();
            }
        }
    }
    end
}

/// Whether no address goes on over `c`.
fn ends_addresses(c: char) -> bool {
    use GeneralCategory::{ClosePunctuation, FinalPunctuation, InitialPunctuation, OpenPunctuation};
    if c.is_ascii() {
        return c.is_ascii_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '`' | '\\');
    }
    let quote_or_bracket = matches!(
        GeneralCategory::for_char(c),
        InitialPunctuation | FinalPunctuation | OpenPunctuation | ClosePunctuation
    );
    !is_visible(c) || quote_or_bracket || TerminalPunctuation::for_char(c) || matches!(c, '…' | '—')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The links in `body`, as typed and as followed.
    fn found(body: &str) -> Vec<(&str, String)> {
        links(body).into_iter().map(|link| (&body[link.range], link.address)).collect()
    }

    #[track_caller]
    fn claim(body: &str, expected: &[&str]) {
        let typed: Vec<_> = found(body).into_iter().map(|(typed, _)| typed).collect();
        assert_eq!(typed, expected, "{body:?}");
    }

    #[test]
    fn text_without_addresses_is_plain() {
        for plain in [
            "",
            "no link",
            "http:// https:// https://. https://! (https://)",
            "javascript:alert(1) data:text/html,x ftp://a.example www.a.example //a.example",
            "xhttps://a.example httphttp://b.example 1http://c.example git+https://d.example",
            "://a.example",
        ] {
            claim(plain, &[]);
        }
    }

    #[test]
    fn an_address_ends_before_the_punctuation_of_its_sentence() {
        claim(
            "see https://a.example/x?y=1, (http://b.example).",
            &["https://a.example/x?y=1", "http://b.example"],
        );
        claim(
            "https://a.example/?! https://b.example/#w...",
            &["https://a.example/", "https://b.example/#w"],
        );
        claim(
            "https://a.example/it's 'https://b.example/'.",
            &["https://a.example/it's", "https://b.example/"],
        );
        claim("*https://a.example* |https://b.example/a|b|", &["https://a.example", "https://b.example/a|b"]);
        claim("https://a.example\tb\nhttps://c.example/\n  d", &["https://a.example", "https://c.example/"]);
        claim(
            "https://a.example/wait… https://b.example—now",
            &["https://a.example/wait", "https://b.example"],
        );
        claim("https://a.example/Poincaré–Bendixson", &["https://a.example/Poincaré–Bendixson"]);
        claim(
            "https://a.example:8000 https://[::1]:8000/",
            &["https://a.example:8000", "https://[::1]:8000/"],
        );
        claim("https://a.example\\b", &["https://a.example"]);
    }

    #[test]
    fn a_closing_bracket_stays_if_the_address_opened_it() {
        let mercury = "https://en.wikipedia.org/wiki/Mercury_(planet)";
        claim(mercury, &[mercury]);
        claim(&format!("({mercury}), [see {mercury}]"), &[mercury, mercury]);
        claim("(https://a.example/(b[c]{d}))", &["https://a.example/(b[c]{d})"]);
        claim("https://a.example/]]}} https://b.example/(c", &["https://a.example/", "https://b.example/(c"]);
        claim("https://a.example/(b]c)", &["https://a.example/(b"]);
        claim("[a](https://a.example/)[b]", &["https://a.example/"]);
    }

    #[test]
    fn an_address_ends_before_closing_quotes() {
        for (open, close) in [
            ("\"", "\""),
            ("“", "”"),
            ("„", "“"),
            ("‘", "’"),
            ("«", "»"),
            ("»", "«"),
            ("‹", "›"),
            ("<", ">"),
            ("`", "`"),
        ] {
            claim(&format!("{open}https://a.example/b{close}c"), &["https://a.example/b"]);
            claim(&format!("{open}https://a.example/b.{close}"), &["https://a.example/b"]);
        }
    }

    #[test]
    fn an_address_ends_before_the_punctuation_of_scripts_without_spaces() {
        claim("https://例え.jp/。", &["https://例え.jp/"]);
        for mark in "。，、！？；：）」』】》〉｡".chars() {
            claim(&format!("看https://a.example/路{mark}然后"), &["https://a.example/路"]);
        }
        claim("（https://a.example/）「https://b.example」", &["https://a.example/", "https://b.example"]);
        claim(
            "https://a.example/ا، https://b.example/ا؟ https://c.example/क।",
            &["https://a.example/ا", "https://b.example/ا", "https://c.example/क"],
        );
        claim("https://ja.example/ジョン・スミス", &["https://ja.example/ジョン・スミス"]);
    }

    #[test]
    fn an_address_ends_before_what_cannot_be_seen() {
        let unseen = "\u{a0}\u{3000}\u{feff}\u{200b}\u{200e}\u{202a}\u{202e}\u{2066}\u{2069}\u{61c}\u{ad}\u{2060}\u{3164}\u{2800}";
        for c in unseen.chars() {
            claim(&format!("https://a.example/b{c}gpj.exe"), &["https://a.example/b"]);
            claim(&format!("https://{c}a.example"), &[]);
        }
    }

    #[test]
    fn letter_case_does_not_matter_and_the_address_is_as_browsers_write_it() {
        for (typed, address) in [
            ("Https://a.example", "https://a.example/"),
            ("HTTP://A.example/B", "http://a.example/B"),
            ("https://ü.example/ß?q=日本語", "https://xn--tda.example/%C3%9F?q=%E6%97%A5%E6%9C%AC%E8%AA%9E"),
            ("https://правительство.рф", "https://xn--80aealotwbjpid2k.xn--p1ai/"),
            ("https://a.example/שלום", "https://a.example/%D7%A9%D7%9C%D7%95%D7%9D"),
        ] {
            assert_eq!(found(typed), [(typed, address.to_owned())]);
        }
    }

    #[test]
    fn what_is_no_address_to_a_browser_stays_text() {
        for refused in [
            "https://a.example:99999/",
            "https://256.256.256.256/",
            "https://[::1",
            "http://a b",
            "https://%/",
        ] {
            let typed: Vec<_> = found(refused).into_iter().map(|(typed, _)| typed).collect();
            assert!(typed.is_empty() || typed == ["http://a"], "{refused:?}: {typed:?}");
        }
    }
}
