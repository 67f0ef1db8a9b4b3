//! A room as a file: its messages as lines of JSON, or as one page of HTML that needs nothing else.
//!
//! Read some at a time, by the numbers of the log, so that nothing is held while somebody downloads slowly: each message
//! as it reads then, up to the last one there was at the beginning. Of a room that is deleted meanwhile nothing more is
//! told.

mod html;
mod lines;

use crate::StartError;
use crate::model::Timestamp;
use crate::model::changes::RoomEntry;
use crate::model::log::Cursor;
use crate::model::messages::{MessageEntry, fill};
use crate::model::rooms::Room;
use crate::store::Store;
use html::Html;

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A line about the room, then a line for each message, as the protocol carries it.
    JsonLines,
    /// A page to read.
    Html,
}

/// A room, on its way into a file.
pub struct Export {
    store: Store,
    room: Room,
    writer: Writer,
    next: Next,
}

enum Writer {
    Lines,
    Html(Box<Html>),
}

/// What was read of a room, and is to be written.
pub(crate) enum Part {
    Beginning,
    Messages(Vec<MessageEntry>),
    End,
}

/// What comes next.
enum Next {
    Beginning,
    Messages(Cursor),
    Nothing,
}

impl Export {
    /// Of this room, as it is now.
    ///
    /// # Errors
    /// When our own template is broken, which is not known to happen.
    pub fn new(store: Store, room: Room, format: Format) -> Result<Self, StartError> {
        let writer = match format {
            Format::JsonLines => Writer::Lines,
            Format::Html => Writer::Html(Box::new(Html::new()?)),
        };
        Ok(Self { store, room, writer, next: Next::Beginning })
    }

    /// How many entries it is going to have.
    pub fn total(&self) -> i64 {
        self.room.end.head.seq
    }

    /// How many of them were told.
    pub fn done(&self) -> i64 {
        match &self.next {
            Next::Beginning => 0,
            Next::Messages(told) => told.seq,
            Next::Nothing => self.total(),
        }
    }

    /// Some more of the file; nothing once that is complete.
    ///
    /// # Errors
    /// When the room was deleted, or the database does not answer: then the file is not complete.
    pub async fn next(&mut self) -> Result<Option<String>, StartError> {
        match self.read().await? {
            Some(part) => self.write(part).map(Some),
            None => Ok(None),
        }
    }

    /// What [`Export::write`] is to write next; nothing once the file is complete.
    ///
    /// # Errors
    /// Those of [`Export::next`].
    pub(crate) async fn read(&mut self) -> Result<Option<Part>, StartError> {
        match self.next {
            Next::Beginning => {
                self.next = Next::Messages(Cursor::START);
                Ok(Some(Part::Beginning))
            }
            Next::Messages(told) if told.seq < self.total() => self.messages(told).await.map(Some),
            Next::Messages(_) => {
                self.next = Next::Nothing;
                Ok(Some(Part::End))
            }
            Next::Nothing => Ok(None),
        }
    }

    /// A part of the file: work that takes milliseconds.
    ///
    /// # Errors
    /// When our own template is broken, which is not known to happen.
    pub(crate) fn write(&mut self, part: Part) -> Result<String, StartError> {
        let (room, now) = (&self.room, Timestamp::now());
        Ok(match (&mut self.writer, part) {
            (Writer::Lines, Part::Beginning) => lines::beginning(room, now)?,
            (Writer::Lines, Part::Messages(messages)) => lines::messages(&messages)?,
            (Writer::Lines, Part::End) => String::new(),
            (Writer::Html(html), Part::Beginning) => html.beginning(room, now)?,
            (Writer::Html(html), Part::Messages(messages)) => html.messages(&messages)?,
            (Writer::Html(html), Part::End) => html.end()?,
        })
    }

    /// No more of them than go into one answer: a part is held for as long as somebody takes to receive it.
    async fn messages(&mut self, told: Cursor) -> Result<Part, StartError> {
        let entries = self.store.updates(self.room.room.id, told).await?.entries;
        let entries = entries.into_iter().filter(|entry| entry.position.seq <= self.total());
        let entries = fill(entries, |entry| entry.event.text().len());
        // Nothing in spite of what the head says: the log is another one.
        let last = entries.last().map(|entry: &RoomEntry| entry.position);
        self.next = Next::Messages(last.ok_or("the log of the room is not complete")?.into());
        Ok(Part::Messages(entries.into_iter().filter_map(RoomEntry::into_message).collect()))
    }
}

impl Format {
    /// What a file ends with that could not be completed, so that nobody takes it for the whole.
    pub fn broken_off(self) -> &'static str {
        match self {
            Self::JsonLines => "{\"error\":\"This file breaks off here.\"}\n",
            Self::Html => "<p><strong>This file breaks off here.</strong></p>\n",
        }
    }
}
