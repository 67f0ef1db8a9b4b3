//! Requests by chance: sensible ones, and what becomes of them when something in them is wrong.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rocket::http::{ContentType, Method};

use crate::fixtures::{Answer, Ask, Person, encode};

/// Who is logged in at first.
pub const PEOPLE: [&str; 3] = ["ana", "bo", "cy"];

/// What is typed into fields and put into addresses.
const WORDS: [&str; 44] = [
    "Kitchen",
    "kitchen",
    "Große Küche",
    "<b>Attic</b> & roof",
    "soup",
    "two\nlines",
    "https://parlor.example/a(b)?c=d#e",
    "http://[::1]:99999/",
    "javascript:alert(1)",
    "'; drop table entry; --",
    "{{ 7 * 7 }}",
    "{% include \"x\" %}",
    "%s%n",
    "../../etc/passwd",
    "\0",
    "a\0b",
    "\u{feff}",
    "\u{202e}abc",
    "\u{301}\u{301}",
    "\u{200d}",
    "\u{3164}",
    "👩‍👩‍👧",
    "\u{10ffff}",
    "ﷺ",
    "\r\nSet-Cookie: x=y",
    "   ",
    "",
    "0",
    "1",
    "2",
    "3",
    "7",
    "-1",
    "+1",
    "1e9",
    "0x10",
    "１",
    "007",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999999999",
    "1.0123456789abcdef",
    "1.",
    "NaN",
];

/// What stands in the place of a part of an address.
const SEGMENTS: [&str; 22] = [
    "rooms",
    "api",
    "static",
    "session",
    "accounts",
    "messages",
    "people",
    "..",
    ".",
    "%2e%2e",
    "%00",
    "%ff",
    "%",
    "%2F",
    "a b",
    "<>",
    "é",
    "１",
    "0",
    "-1",
    "99999999999999999999",
    "\\",
];

const METHODS: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Delete, Method::Head];

const BODIES: [&str; 7] = ["null", "[]", "{\"body\":1}", "[[[[[[[[", "\"\\ud800\"", "&&==&=", "a=%"];

/// What a body is said to be and is not.
const KINDS: [ContentType; 2] = [ContentType::Form, ContentType::XML];

const HEADERS: [(&str, &str); 22] = [
    ("Origin", "null"),
    ("Origin", "https://evil.example"),
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Site", "\u{fffd}"),
    ("Accept", "application/json"),
    ("Accept", "*/*;q=NaN"),
    ("Accept-Encoding", "gzip;q=0, *;q=9"),
    ("Accept-Encoding", ",,;;=gzip"),
    ("Accept-Language", "xx-\u{0}"),
    ("If-None-Match", "*"),
    ("Range", "bytes=0-0,-1,5-2"),
    ("Content-Encoding", "gzip"),
    ("Expect", "100-continue"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Real-IP", "::ffff:0:0"),
    ("Parlor-Account", "999999999999999999999"),
    ("Parlor-Account", "1"),
    ("Cookie", "parlor=; parlor=\"; =; ;;"),
    ("Content-Type", "application/json; charset=\"utf-7"),
    ("Content-Type", "/"),
    ("Referer", "javascript:\u{1}"),
];

/// One request, by one of the people or, last, a visitor.
#[derive(Debug)]
pub struct Request {
    pub who: usize,
    method: Method,
    uri: String,
    headers: Vec<(&'static str, &'static str)>,
    kind: Option<ContentType>,
    body: Vec<u8>,
}

impl Request {
    /// Whether it tries to make a room or an account.
    pub fn would_make_something(&self) -> bool {
        self.method == Method::Post && (self.uri.starts_with("/rooms") || self.uri.starts_with("/accounts"))
    }

    pub fn by<'p>(&self, person: &'p Person<'p>) -> Ask<'p> {
        let ask = person.asks(self.method, &self.uri).body(self.kind.clone(), &self.body);
        self.headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value))
    }
}

/// The source of requests. The same seed and the same answers make the same.
pub struct Requests {
    rng: StdRng,
    /// The highest number of a room so far.
    rooms: u64,
    sent: u64,
}

impl Requests {
    pub fn new(seed: u64) -> Self {
        eprintln!("PARLOR_PROOF_SEED={seed}");
        Self { rng: StdRng::seed_from_u64(seed), rooms: 0, sent: 0 }
    }

    /// Takes in what there is now.
    pub fn learn(&mut self, answer: &Answer) {
        let made = answer.header("Location").and_then(|to| to.strip_prefix("/rooms/")?.parse().ok());
        self.rooms = self.rooms.max(made.unwrap_or(0));
    }

    pub fn next(&mut self) -> Request {
        self.sent += 1;
        let mut request = self.sensible();
        while self.rng.random_ratio(1, 3) {
            self.spoil(&mut request);
        }
        request
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        *of.choose(&mut self.rng).expect("some")
    }

    fn word(&mut self) -> String {
        match self.rng.random_range(0..12) {
            0 => self.one(&WORDS).repeat(self.rng.random_range(2..300)),
            1 => format!("{}{}", self.one(&WORDS), self.one(&WORDS)),
            2 => (0..8).map(|_| self.rng.random::<char>()).collect(),
            _ => self.one(&WORDS).to_owned(),
        }
    }

    fn room(&mut self) -> u64 {
        let newest = self.rooms + 1;
        self.rng.random_range(newest.saturating_sub(4)..=newest)
    }

    fn number(&mut self) -> String {
        match self.rng.random_range(0..6) {
            0 => self.word(),
            _ => self.rng.random_range(0..30).to_string(),
        }
    }

    fn nonce(&mut self) -> String {
        match self.rng.random_range(0..8) {
            0 => self.word(),
            1 => "again".to_owned(),
            _ => format!("n{}", self.sent),
        }
    }

    /// Something that a page might send.
    fn sensible(&mut self) -> Request {
        let room = self.room();
        let (word, nonce, number) = (self.word(), self.nonce(), self.number());
        match self.rng.random_range(0..100) {
            0..16 => self.json(room, &word, &nonce),
            16..22 => {
                let change = self.one(&["/edit", "/delete"]);
                self.json_to(&format!("/api/rooms/{room}/messages/{number}{change}"), &word, &nonce)
            }
            22..27 => self.form(&format!("/rooms/{room}/post"), &[("body", &word), ("nonce", &nonce)]),
            27..30 => {
                let change = self.one(&["edit", "delete"]);
                let path = format!("/rooms/{room}/messages/{number}/{change}");
                self.form(&path, &[("body", &word), ("nonce", &nonce)])
            }
            30..36 => self.form("/rooms", &[("name", &word)]),
            36..42 => self.form(&format!("/rooms/{room}/join"), &[]),
            42..46 => self.form(&format!("/rooms/{room}/join"), &[("leaving", &number)]),
            46..51 => self.form(&format!("/rooms/{room}/leave"), &[]),
            51..53 => self.form(&format!("/rooms/{room}/delete"), &[]),
            53..55 => self.form("/notices/dismiss", &[("room", &number)]),
            // These hash a password.
            55 => self
                .form("/session", &[("username", &word), ("password", Person::PASSWORD), ("nonce", &nonce)]),
            56 => self.form("/accounts", &[("username", &word), ("password", &number), ("nonce", &nonce)]),
            57..68 => {
                self.get(&[&format!("/api/rooms/{room}/messages"), "after", &number, "people", &number])
            }
            68..73 => {
                let place = self.one(&["before", "from"]);
                self.get(&[&format!("/api/rooms/{room}/messages"), place, &number])
            }
            73..77 => {
                let place = self.one(&["before", "from", "at"]);
                self.get(&[&format!("/rooms/{room}"), place, &number])
            }
            77..80 => {
                let form = self.one(&["", "/edit", "/delete"]);
                self.get(&[&format!("/rooms/{room}/messages/{number}{form}")])
            }
            80..84 => self.get(&[&format!("/rooms/{room}/people"), "after", &number]),
            84..90 => self.get(&["/rooms", "page", &number]),
            90..93 => self.get(&[&format!("/rooms/{room}/delete")]),
            93..96 => self.get(&["/session/begun", "next", &word]),
            _ => self.get(&["/"]),
        }
    }

    fn request(&mut self, method: Method, uri: String, kind: Option<ContentType>, body: Vec<u8>) -> Request {
        let who = self.rng.random_range(0..=PEOPLE.len());
        Request { who, method, uri, headers: Vec::new(), kind, body }
    }

    /// An address, and the names and values of what is asked there.
    fn get(&mut self, asked: &[&str]) -> Request {
        let query: Vec<_> = asked[1..].chunks(2).map(|pair| (pair[0], pair[1])).collect();
        let separator = if query.is_empty() { "" } else { "?" };
        self.request(Method::Get, format!("{}{separator}{}", asked[0], encode(&query)), None, Vec::new())
    }

    fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Request {
        self.request(Method::Post, path.to_owned(), Some(ContentType::Form), encode(fields).into_bytes())
    }

    fn json(&mut self, room: u64, body: &str, nonce: &str) -> Request {
        self.json_to(&format!("/api/rooms/{room}/messages"), body, nonce)
    }

    fn json_to(&mut self, path: &str, body: &str, nonce: &str) -> Request {
        let body = serde_json::json!({ "body": body, "nonce": nonce }).to_string();
        self.request(Method::Post, path.to_owned(), Some(ContentType::JSON), body.into_bytes())
    }

    /// Makes something in it wrong.
    fn spoil(&mut self, request: &mut Request) {
        match self.rng.random_range(0..9) {
            0 => request.headers.push(self.one(&HEADERS)),
            1 => request.method = self.one(&METHODS),
            2 => request.kind = self.one(&[None, Some(0), Some(1)]).map(|n: usize| KINDS[n].clone()),
            3 => self.spoil_path(request),
            4 => {
                let (name, value) = (self.word(), self.word());
                let separator = if request.uri.contains('?') { '&' } else { '?' };
                request.uri = format!("{}{separator}{}", request.uri, encode(&[(&name, &value)]));
            }
            5 => request.uri.push_str(self.one(&[
                "?",
                "&after",
                "?after=%ff",
                "#",
                "/",
                "//",
                "?_method=DELETE",
                "%",
            ])),
            _ => self.spoil_body(&mut request.body),
        }
    }

    fn spoil_path(&mut self, request: &mut Request) {
        let mut segments: Vec<_> = request.uri.split('/').map(str::to_owned).collect();
        let place = self.rng.random_range(1..=segments.len());
        let segment = self.one(&SEGMENTS).to_owned();
        match segments.get_mut(place) {
            Some(replaced) if self.rng.random() => *replaced = segment,
            _ => segments.insert(place.min(segments.len()), segment),
        }
        request.uri = segments.join("/");
    }

    fn spoil_body(&mut self, body: &mut Vec<u8>) {
        let place = self.rng.random_range(0..=body.len());
        match self.rng.random_range(0..6) {
            0 => body.truncate(place),
            1 => body.insert(place, self.rng.random()),
            2 if place < body.len() => body[place] = self.rng.random(),
            3 => body.extend_from_within(..place),
            4 => *body = self.one(&BODIES).into(),
            _ => {
                let word = self.word();
                body.splice(place..place, word.bytes());
            }
        }
    }
}
