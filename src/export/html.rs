//! An export as one page of HTML.

use rocket_dyn_templates::minijinja::{Environment, Error, UndefinedBehavior, context};
use serde::Serialize;

use crate::model::Timestamp;
use crate::model::accounts::AccountId;
use crate::model::messages::MessageEntry;
use crate::model::parts::Part;
use crate::model::rooms::Room;

/// How long after the first message of a group its author's next one still belongs to it, in milliseconds.
const TOGETHER: i64 = 5 * 60 * 1000;

/// The colours of people in degrees, as in `static/css/initials.css`.
const HUES: [i64; 12] = [355, 25, 145, 265, 85, 205, 325, 55, 175, 295, 115, 235];

/// The page's templates, and how far it is.
pub(super) struct Html {
    templates: Environment<'static>,
    /// The day of the last message.
    day: String,
    /// Whose group of messages the last one was in, and since when.
    group: Option<(AccountId, i64)>,
}

#[derive(Serialize)]
struct MessageView<'a> {
    seq: i64,
    /// Where a day begins.
    day: Option<String>,
    continued: bool,
    author: &'a str,
    hue: i64,
    at: String,
    time: String,
    parts: Vec<Part<'a>>,
}

impl Html {
    pub(super) fn new() -> Result<Self, Error> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        // By this end of a name it is known that texts are to be escaped.
        templates.add_template("beginning.html", include_str!("beginning.html.j2"))?;
        templates.add_template("messages.html", include_str!("messages.html.j2"))?;
        templates.add_template("end.html", include_str!("end.html.j2"))?;
        Ok(Self { templates, day: String::new(), group: None })
    }

    pub(super) fn beginning(&self, room: &Room, now: Timestamp) -> Result<String, Error> {
        self.templates.get_template("beginning.html")?.render(context! {
            room => room.room.name,
            owner => room.owner.name,
            exported => now.readable(),
            style => include_str!("page.css"),
        })
    }

    pub(super) fn messages(&mut self, entries: &[MessageEntry]) -> Result<String, Error> {
        let messages: Vec<_> = entries.iter().map(|entry| self.view(entry)).collect();
        self.templates.get_template("messages.html")?.render(context! { messages })
    }

    pub(super) fn end(&self, room: &Room) -> Result<String, Error> {
        self.templates.get_template("end.html")?.render(context! { amount => room.end.head.seq })
    }

    fn view<'e>(&mut self, entry: &'e MessageEntry) -> MessageView<'e> {
        let (author, at, day) = (&entry.event.author, entry.at, entry.at.day());
        let begins = day != self.day;
        let belongs = |(id, since): (AccountId, i64)| id == author.id && at.0 - since <= TOGETHER;
        let continued = !begins && self.group.is_some_and(belongs);
        if !continued {
            self.group = Some((author.id, at.0));
        }
        self.day.clone_from(&day);
        MessageView {
            seq: entry.position.seq,
            day: begins.then_some(day),
            continued,
            author: &author.name,
            hue: HUES[usize::try_from(author.id.hue()).unwrap_or(0) % HUES.len()],
            at: at.rfc_3339(),
            time: at.clock(),
            parts: entry.event.parts(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::accounts::Person;
    use crate::model::log::{LogEnd, Position};
    use crate::model::messages::Message;
    use crate::model::rooms::{RoomId, RoomLink};
    use crate::model::versions::PeopleVersion;

    const DAY: i64 = 24 * 60 * 60 * 1000;

    fn entry(seq: i64, at: i64, author: &str, body: &str) -> MessageEntry {
        let author = Person { id: AccountId(author.len() as i64), name: author.into() };
        let event = Message::new(author, body.into());
        MessageEntry { position: Position::new(seq, seq), at: Timestamp(at), event }
    }

    fn room(name: &str) -> Room {
        Room {
            room: RoomLink { id: RoomId(1), name: name.into() },
            owner: Person { id: AccountId(1), name: "ana".into() },
            inside: 0,
            named: Vec::new(),
            end: LogEnd { head: Position::new(3, 3), at: Some(Timestamp(0)) },
            people_version: PeopleVersion::at(Position::new(1, 1)),
        }
    }

    #[test]
    fn what_people_wrote_is_text_and_links_and_nothing_else() {
        let mut html = Html::new().unwrap();
        let beginning = html.beginning(&room("<b>&\"Lab\""), Timestamp(0)).unwrap();
        assert!(beginning.contains("&lt;b&gt;&amp;&quot;Lab&quot;") && !beginning.contains("<b>"));
        assert!(
            beginning.contains("color-scheme") && !beginning.contains("&#x27;"),
            "the style is not escaped"
        );
        let said = "<script>alert(1)</script> https://a.example/?x=1&y=\"";
        let messages = html.messages(&[entry(1, 0, "bo<i>", said)]).unwrap();
        assert!(messages.contains("&lt;script&gt;alert(1)") && !messages.contains("<script"), "{messages}");
        assert!(messages.contains("bo&lt;i&gt;") && messages.contains("href=\"https:"), "{messages}");
        let code = html.messages(&[entry(2, 0, "bo", "> `<i>` no\n```\n<u>\n```")]).unwrap();
        assert!(
            code.contains("<blockquote><code dir=\"ltr\" translate=\"no\">&lt;i&gt;</code> no</blockquote>"),
            "{code}"
        );
        assert!(code.contains("<pre dir=\"ltr\" translate=\"no\"><code>&lt;u&gt;</code></pre>"), "{code}");
        for page in [&beginning, &messages, &code] {
            assert!(!page.contains("src=") && !page.contains("@import"), "nothing from elsewhere: {page}");
        }
        assert!(html.end(&room("Lab")).unwrap().contains("3 messages"));
    }

    #[test]
    fn days_and_groups_go_on_over_what_is_written_at_once() {
        let mut html = Html::new().unwrap();
        let entries =
            [entry(1, 0, "ana", "a"), entry(2, TOGETHER, "ana", "b"), entry(3, TOGETHER + 1, "ana", "c")];
        let mut shown = |entry: &MessageEntry| {
            let view = html.view(entry);
            (view.day, view.continued)
        };
        let first = "1 January 1970".to_owned();
        assert_eq!(entries.each_ref().map(&mut shown), [(Some(first), false), (None, true), (None, false)]);
        assert_eq!(shown(&entry(4, TOGETHER + 2, "bo", "d")), (None, false), "somebody else");
        assert_eq!(shown(&entry(5, DAY - 1, "bo", "e")), (None, false), "late");
        assert_eq!(
            shown(&entry(6, DAY, "bo", "f")),
            (Some("2 January 1970".to_owned()), false),
            "another day"
        );
    }
}
