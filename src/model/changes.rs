//! What is in a room's log: messages, and changes of them.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::Refusal;
use super::accounts::{AccountId, Person};
use super::log::Entry;
use super::messages::{Message, MessageEntry, is_plain, is_tall};
use super::parts::{Part, parts};

/// What an entry of a room's log tells.
#[derive(Clone)]
pub enum RoomEvent {
    /// A message, as it reads now.
    Message(Message),
    /// A change of an earlier message.
    Change(Change),
}

/// An entry of a room's log.
pub type RoomEntry = Entry<RoomEvent>;

/// A change of a message. It applies where its number is greater than that of the change that the message has.
#[derive(Clone)]
pub struct Change {
    /// The number of the message.
    pub about: i64,
    /// Who made the change.
    pub by: Person,
    /// What it does to the message.
    pub kind: ChangeKind,
}

/// What a change does to its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It has another text, this one; empty once a later change has superseded it.
    Edited(String),
    /// Its text is gone.
    Deleted,
}

impl RoomEvent {
    /// The text that it has.
    pub fn text(&self) -> &str {
        match self {
            Self::Message(Message { body, .. })
            | Self::Change(Change { kind: ChangeKind::Edited(body), .. }) => body,
            Self::Change(Change { kind: ChangeKind::Deleted, .. }) => "",
        }
    }
}

impl RoomEntry {
    /// As the protocol carries it.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which is not known to happen.
    pub fn to_json(&self) -> serde_json::Result<Box<RawValue>> {
        match &self.event {
            RoomEvent::Message(message) => MessageEntry::json(self.position, self.at, message),
            RoomEvent::Change(change) => self.change_to_json(change),
        }
    }

    fn change_to_json(&self, change: &Change) -> serde_json::Result<Box<RawValue>> {
        #[derive(Serialize)]
        struct Shown<'a> {
            seq: i64,
            tag: String,
            kind: &'static str,
            about: i64,
            at: String,
            by: &'a str,
            hue: i64,
            #[serde(skip_serializing_if = "Option::is_none")]
            body: Option<&'a str>,
            #[serde(skip_serializing_if = "is_plain")]
            parts: Vec<Part<'a>>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            tall: bool,
        }
        let body = match &change.kind {
            ChangeKind::Edited(body) => Some(body.as_str()),
            ChangeKind::Deleted => None,
        };
        to_raw_value(&Shown {
            seq: self.position.seq,
            tag: self.position.tag.to_string(),
            kind: change.kind.word(),
            about: change.about,
            at: self.at.rfc_3339(),
            by: &change.by.name,
            hue: change.by.id.hue(),
            body,
            parts: body.map(parts).unwrap_or_default(),
            tall: body.is_some_and(is_tall),
        })
    }

    /// The message, if it is one.
    pub fn into_message(self) -> Option<MessageEntry> {
        let Self { position, at, event } = self;
        match event {
            RoomEvent::Message(event) => Some(Entry { position, at, event }),
            RoomEvent::Change(_) => None,
        }
    }
}

impl ChangeKind {
    /// What the database and the protocol call it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Edited(_) => "edited",
            Self::Deleted => "deleted",
        }
    }
}

/// What somebody wants to do to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Give it another text.
    Edit,
    /// Have its text gone.
    Delete,
}

impl Wish {
    /// Whether `person` may do that to a message of `author` in a room of `owner`: authors change their own, and
    /// whoever made the room deletes any.
    ///
    /// # Errors
    /// [`Refusal::NotYours`], and [`Refusal::MessageDeleted`] where one might if it were there.
    pub fn allows(
        self,
        person: AccountId,
        author: AccountId,
        owner: AccountId,
        is_deleted: bool,
    ) -> Result<(), Refusal> {
        if person != author && (self == Self::Edit || person != owner) {
            return Err(Refusal::NotYours);
        }
        if is_deleted { Err(Refusal::MessageDeleted) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Timestamp;
    use crate::model::log::Position;

    fn shown(kind: ChangeKind) -> serde_json::Value {
        let by = Person { id: AccountId(25), name: "ana".into() };
        let event = RoomEvent::Change(Change { about: 3, by, kind });
        let entry = Entry { position: Position::new(9, 1), at: Timestamp(0), event };
        serde_json::from_str(entry.to_json().unwrap().get()).unwrap()
    }

    #[test]
    fn a_change_tells_what_it_is_about_and_an_edit_the_text() {
        let deleted = json!({
            "seq": 9, "tag": "0000000000000001", "kind": "deleted", "about": 3,
            "at": "1970-01-01T00:00:00.000Z", "by": "ana", "hue": 1
        });
        assert_eq!(shown(ChangeKind::Deleted), deleted);
        let edited = shown(ChangeKind::Edited("`soup`".into()));
        assert_eq!((&edited["kind"], &edited["body"]), (&json!("edited"), &json!("`soup`")));
        assert!(edited["parts"].is_array() && edited.get("tall").is_none());
        assert_eq!(shown(ChangeKind::Edited("x\n".repeat(31)))["tall"], true);
        assert_eq!(shown(ChangeKind::Edited(String::new()))["body"], "", "it was superseded");
    }

    #[test]
    fn authors_change_their_own_and_owners_delete_any() {
        const ANA: AccountId = AccountId(1);
        const BO: AccountId = AccountId(2);
        const CY: AccountId = AccountId(3);
        let of_bo = |wish: Wish, person, deleted| wish.allows(person, BO, ANA, deleted);
        assert_eq!(of_bo(Wish::Edit, BO, false), Ok(()));
        assert_eq!(of_bo(Wish::Delete, BO, false), Ok(()));
        assert_eq!(of_bo(Wish::Delete, ANA, false), Ok(()));
        assert_eq!(of_bo(Wish::Edit, ANA, false), Err(Refusal::NotYours), "the owner's words are not theirs");
        assert_eq!(of_bo(Wish::Delete, CY, false), Err(Refusal::NotYours));
        assert_eq!(of_bo(Wish::Delete, CY, true), Err(Refusal::NotYours), "first of all");
        assert_eq!(of_bo(Wish::Edit, BO, true), Err(Refusal::MessageDeleted));
        assert_eq!(of_bo(Wish::Delete, ANA, true), Err(Refusal::MessageDeleted));
    }
}
