//! Whatever is typed or sent, the parsers answer, and what they accept keeps their rules. `PROPTEST_CASES` tries more.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use proptest::{prop_assert, prop_assert_eq};

use super::accounts::{USERNAME_MAX, Username, UsernameKey};
use super::digits::digits;
use super::log::{Cursor, Position};
use super::messages::{BODY_MAX, Body};
use super::nonces::Nonce;
use super::parts::{Part, parts};
use super::passwords::acceptable;
use super::rooms::{ROOM_NAME_MAX, RoomName};
use super::sessions::Token;

/// What means something somewhere: in an address, in HTML, in SQL, to a terminal, to Unicode.
const MEANINGFUL: [&str; 49] = [
    "\n",
    "> ",
    "\n> ",
    "```",
    "\n```\n",
    "http://",
    "HTTPS://",
    "javascript:",
    "://",
    "www.",
    "@",
    ":80",
    "/",
    "?",
    "#",
    "%",
    "%00",
    "%ff",
    "[::1]",
    "(",
    ")",
    "<script>",
    "</a>",
    "&amp;",
    "'",
    "\"",
    "`",
    "\\",
    "--",
    ";",
    "\0",
    "\u{1b}[2J",
    "\r\n",
    "\u{85}",
    "\u{b}",
    "\t",
    " ",
    "\u{301}",
    "\u{489}",
    "\u{200d}",
    "\u{202e}",
    "\u{feff}",
    "\u{3164}",
    "\u{2800}",
    "\u{fdfa}",
    "½",
    "İ",
    "ß",
    "\u{10ffff}",
];

/// Text as nobody means it.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        "[a-zA-Z0-9а-яΑ-Ω._-]{1,8}",
        select(&MEANINGFUL[..]).prop_map(str::to_owned),
        (select(&MEANINGFUL[..]), 1..30_usize).prop_map(|(piece, times)| piece.repeat(times)),
    ];
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// The parts, and those of quotations in their place.
fn pieces<'p, 'a>(parts: &'p [Part<'a>]) -> Vec<&'p Part<'a>> {
    let inside = |part: &'p Part<'a>| match part {
        Part::Quotation { quotation } => pieces(quotation),
        part => vec![part],
    };
    parts.iter().flat_map(inside).collect()
}

proptest! {
    #[test]
    fn names_are_refused_or_short_and_the_same_when_typed_again(typed in text()) {
        if let Ok(name) = Username::parse(&typed) {
            prop_assert!(name.shown().chars().count() <= USERNAME_MAX);
            prop_assert!(!name.shown().chars().any(|c| c.is_whitespace() || c.is_control()));
            let again = Username::parse(name.shown()).map(|again| again.shown().to_owned());
            prop_assert_eq!(again.as_deref(), Ok(name.shown()));
            let key = UsernameKey::of(&typed);
            prop_assert_eq!(key.as_ref().map(UsernameKey::as_str), Some(name.keys().folded()), "who may log in");
        }
        if let Ok(name) = RoomName::parse(&typed) {
            prop_assert!(name.shown().chars().count() <= ROOM_NAME_MAX);
            prop_assert!(!name.shown().chars().any(char::is_control));
            let again = RoomName::parse(name.shown()).map(|again| again.shown().to_owned());
            prop_assert_eq!(again.as_deref(), Ok(name.shown()));
        }
        let _ = acceptable(&typed, "ana");
    }

    #[test]
    fn texts_are_refused_or_short_and_the_same_when_sent_again(typed in text()) {
        let Ok(body) = Body::parse(&typed) else { return Ok(()) };
        prop_assert!(body.as_str().chars().count() <= BODY_MAX);
        prop_assert!(!body.as_str().chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        prop_assert_eq!(Body::parse(body.as_str()), Ok(body));
    }

    #[test]
    fn parts_are_in_the_text_in_order_and_lead_to_the_web_alone(typed in text()) {
        let mut rest = typed.as_str();
        for piece in pieces(&parts(&typed)) {
            if let Part::Link { link, .. } = piece {
                prop_assert!(link.starts_with("http://") || link.starts_with("https://"), "{link}");
                prop_assert!(link.is_ascii() && !link.contains(['<', '>', '"', ' ']), "{link}");
            }
            let (Part::Text(text) | Part::Link { text, .. } | Part::Code { text, .. }) = piece else { continue };
            let place = rest.find(text);
            prop_assert!(place.is_some(), "{text:?} is not in {rest:?}");
            rest = &rest[place.unwrap() + text.len()..];
        }
    }

    #[test]
    fn cursors_read_back_and_nothing_else_is_one(seq in 0..i64::MAX, tag in any::<i64>(), typed in text()) {
        let position = Position::new(seq, tag);
        prop_assert_eq!(Cursor::parse(&position.to_string()), Ok(position.into()));
        let is_a_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if let Ok(cursor) = Cursor::parse(&typed) {
            prop_assert!(cursor.seq >= 0);
            prop_assert!(is_a_number(typed.split('.').next().unwrap()));
        }
        prop_assert!(digits(&typed).is_none_or(|number| number >= 0 && is_a_number(&typed)));
    }

    #[test]
    fn tokens_and_nonces_are_what_we_have_made(typed in text(), bytes in any::<[u8; 32]>()) {
        let hexadecimal = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        prop_assert_eq!(Token::from_hex(&typed).is_some(), hexadecimal(&typed));
        prop_assert!(Token::from_hex(&hex::encode(bytes)).is_some());
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        prop_assert!(Nonce::parse(&typed).is_err() || typed.chars().all(plain));
    }
}
