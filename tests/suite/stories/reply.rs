//! What can be answered, as the model foretells it and as an instance gives it.

use serde_json::Value;

use crate::fixtures::{self, Answer, Listed, Page, Shown};

/// An entry of a room's log, as somebody is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// As it reads now.
    Message { seq: u64, author: String, reading: Reading },
    /// `body`: of an edit.
    Change { seq: u64, about: u64, by: String, body: Option<String> },
}

/// How a message reads.
pub type Reading = fixtures::Reading<Text>;

/// The text of a message, or who deleted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    Body(String),
    DeletedBy(String),
}

/// An answer without what no model can know: ids, tags, times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Sent on to this page.
    Led(String),
    /// A page or fragment that says no.
    Refused(u16),
    /// A problem of the JSON protocol, with the names it mentions.
    Problem {
        status: u16,
        name: &'static str,
        mentions: Vec<String>,
    },
    Nothing,
    News {
        status: u16,
        seq: Option<u64>,
        said: Vec<Said>,
        more: bool,
    },
    /// A stretch of history, when the log ended at `as_of`.
    History {
        said: Vec<Said>,
        first: u64,
        last: u64,
        more: bool,
        as_of: u64,
    },
    /// A tab shows these messages.
    Tab(Vec<(u64, Reading)>),
    /// A form for a message: with its text, if it is there to be edited.
    MessageForm(Option<String>),
    /// A post of somebody who has left since: known, and no more is told.
    Known {
        seq: u64,
    },
    List {
        rooms: Vec<Listed>,
        here: Option<String>,
        notice: Option<(String, String)>,
    },
    Inside {
        said: Vec<Said>,
        people: Vec<String>,
    },
    JoinPage {
        here: Option<String>,
    },
    People(Vec<String>),
}

const PROBLEMS: [&str; 10] = [
    "logged-out",
    "not-a-member",
    "no-such-room",
    "nonce-reused",
    "no-such-message",
    "not-yours",
    "message-deleted",
    "resync",
    "room-deleted",
    "invalid",
];

impl Reply {
    /// Reads what came back from a page or form.
    pub fn to_page(answer: &Answer) -> Self {
        match answer.status {
            303 => Self::Led(answer.header("Location").unwrap_or_default().to_owned()),
            204 => Self::Nothing,
            200 => Self::page(&answer.page()),
            status => {
                answer.page();
                Self::Refused(status)
            }
        }
    }

    fn page(page: &Page) -> Self {
        let people = || {
            let mut names = page.items();
            names.sort();
            names
        };
        if page.log().is_some() {
            let shown = page.messages().into_iter();
            return Self::Inside { said: shown.map(Said::shown).collect(), people: people() };
        }
        match page.heading().as_deref() {
            Some("Edit message") => return Self::MessageForm(page.boxes().pop()),
            Some("Delete this message?") => return Self::MessageForm(None),
            _ => {}
        }
        let here = page.link("Return to ").map(|_| whereabouts(page));
        if page.find_form("/rooms").is_some() {
            return Self::List { rooms: page.rooms(), here, notice: notice(page) };
        }
        if page.text().contains("People here") {
            return Self::People(people());
        }
        assert_eq!(here.is_none(), page.has_button("Join"), "{}", page.text());
        Self::JoinPage { here }
    }

    /// Reads what came back from the JSON protocol.
    pub fn to_call(answer: &Answer, still_inside: bool) -> Self {
        match answer.status {
            204 => Self::Nothing,
            200 if !still_inside => Self::Known { seq: answer.json()["seq"].as_u64().expect("a number") },
            200 | 201 => {
                let json = answer.json();
                let (said, more) = (Said::all(&json), json["more"].as_bool().expect("more"));
                let number = |key: &str| json[key].as_u64().unwrap_or_else(|| panic!("no {key}: {answer:?}"));
                if json.get("as_of").is_none() {
                    return Self::News { status: answer.status, seq: json["seq"].as_u64(), said, more };
                }
                let (first, last) = (number("first"), number("last"));
                Self::History {
                    said,
                    first,
                    last,
                    more,
                    as_of: seq_of(json["as_of"].as_str().expect("a position")),
                }
            }
            status => {
                let name =
                    PROBLEMS.into_iter().find(|name| answer.body.contains(&format!("\"/problems/{name}\"")));
                let name = name.unwrap_or_else(|| panic!("an unknown problem: {answer:?}"));
                Self::Problem { status, name, mentions: mentions(&answer.is_problem(status, name)) }
            }
        }
    }
}

/// The number in a position.
pub fn seq_of(position: &str) -> u64 {
    position.split('.').next().and_then(|seq| seq.parse().ok()).expect("a number")
}

impl Said {
    /// What an answer of the JSON protocol tells.
    pub fn all(json: &Value) -> Vec<Self> {
        json["messages"].as_array().expect("messages").iter().map(Self::read).collect()
    }

    fn read(json: &Value) -> Self {
        let text = |key: &str| json[key].as_str().unwrap_or_else(|| panic!("no {key} in {json}")).to_owned();
        let seq = json["seq"].as_u64().expect("a number");
        let about = json["about"].as_u64();
        match json["kind"].as_str() {
            None => Self::Message {
                seq,
                author: text("author"),
                reading: Reading {
                    changed: json.get("changed").map_or(0, |changed| changed.as_i64().expect("a number")),
                    text: match json["deleted_by"].as_str() {
                        Some(by) => {
                            assert_eq!(text("body"), "", "a deleted text");
                            Text::DeletedBy(by.to_owned())
                        }
                        None => Text::Body(text("body")),
                    },
                },
            },
            Some("edited") => Self::Change {
                seq,
                about: about.expect("a number"),
                by: text("by"),
                body: Some(text("body")),
            },
            Some("deleted") => {
                Self::Change { seq, about: about.expect("a number"), by: text("by"), body: None }
            }
            Some(kind) => panic!("an entry of another kind: {kind}"),
        }
    }

    pub fn seq(&self) -> u64 {
        match self {
            Self::Message { seq, .. } | Self::Change { seq, .. } => *seq,
        }
    }

    /// What a page shows.
    fn shown(shown: Shown) -> Self {
        let text = if shown.is_deleted {
            let by = shown.body.strip_prefix("deleted by ").unwrap_or_else(|| panic!("{shown:?}"));
            Text::DeletedBy(by.to_owned())
        } else {
            Text::Body(shown.body)
        };
        Self::Message {
            seq: shown.seq,
            author: shown.author,
            reading: Reading { changed: shown.changed, text },
        }
    }
}

/// Which room the page says one is in.
fn whereabouts(page: &Page) -> String {
    let called =
        page.alerts().into_iter().find_map(|alert| alert.strip_prefix("You’re in ").map(str::to_owned));
    called.unwrap_or_else(|| panic!("a way back, but where to: {}", page.text()))
}

/// Which room is gone, and who deleted it.
fn notice(page: &Page) -> Option<(String, String)> {
    page.alerts().into_iter().find_map(|alert| {
        let alert = alert.strip_suffix(" Dismiss").unwrap_or(&alert).strip_suffix('.')?.to_owned();
        if let Some(room) = alert.strip_prefix("You deleted the room ") {
            return Some((room.to_owned(), "you".to_owned()));
        }
        let (room, by) = alert.strip_prefix("The room ")?.split_once(" was deleted by ")?;
        Some((room.to_owned(), by.to_owned()))
    })
}

fn mentions(problem: &Value) -> Vec<String> {
    let names = [&problem["inside"]["name"], &problem["room"], &problem["by"]];
    names.into_iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}
