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
    /// How many messages were written.
    amount: usize,
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
    /// When it was changed, if it was.
    changed: Option<String>,
    deleted_by: Option<&'a str>,
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
        Ok(Self { templates, day: String::new(), group: None, amount: 0 })
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
        self.amount += entries.len();
        let messages: Vec<_> = entries.iter().map(|entry| self.view(entry)).collect();
        self.templates.get_template("messages.html")?.render(context! { messages })
    }

    pub(super) fn end(&self) -> Result<String, Error> {
        self.templates.get_template("end.html")?.render(context! { amount => self.amount })
    }

    fn view<'e>(&mut self, entry: &'e MessageEntry) -> MessageView<'e> {
        let (message, at, day) = (&entry.event, entry.at, entry.at.day());
        let author = &message.author;
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
            changed: message.changed_at.map(Timestamp::readable),
            deleted_by: message.deleted_by.as_deref(),
            parts: message.parts(),
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
        assert!(html.end().unwrap().contains("2 messages"));
    }

    #[test]
    fn what_was_changed_is_shown_as_such() {
        let mut html = Html::new().unwrap();
        let changed = |deleted_by: Option<&str>| {
            let mut entry = entry(1, 0, "ana", "soup");
            (entry.event.changed, entry.event.changed_at) = (2, Some(Timestamp(DAY)));
            entry.event.deleted_by = deleted_by.map(str::to_owned);
            entry
        };
        let edited = html.messages(&[changed(None)]).unwrap();
        assert!(edited.contains("edited 2 Jan 1970") && edited.contains("soup"), "{edited}");
        let deleted = html.messages(&[changed(Some("bo<i>"))]).unwrap();
        assert!(deleted.contains("deleted by <bdi translate=\"no\">bo&lt;i&gt;</bdi>"), "{deleted}");
        assert!(!deleted.contains("class=\"body\"") && !deleted.contains("edited"), "{deleted}");
        assert!(html.end().unwrap().contains("2 messages"), "a deleted one, too");
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
