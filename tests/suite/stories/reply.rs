//! What can be answered, as the model foretells it and as an instance gives it.

use serde_json::Value;

use crate::fixtures::{Answer, Listed, Page};

/// A message: its number, its author and its text.
pub type Said = (u64, String, String);

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

const PROBLEMS: [&str; 7] =
    ["logged-out", "not-a-member", "no-such-room", "nonce-reused", "resync", "room-deleted", "invalid"];

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
            return Self::Inside {
                said: shown.map(|m| (m.seq, m.author, m.body)).collect(),
                people: people(),
            };
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
                let news = answer.clone().news();
                let said = news.messages.into_iter().map(|m| (m.seq, m.author, m.body)).collect();
                Self::News { status: answer.status, seq: news.seq, said, more: news.more }
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
