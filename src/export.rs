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
use crate::model::messages::MessageEntry;
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
        match self.next {
            Next::Beginning => {
                self.next = Next::Messages(Cursor::START);
                let now = Timestamp::now();
                Ok(Some(match &mut self.writer {
                    Writer::Lines => lines::beginning(&self.room, now)?,
                    Writer::Html(html) => html.beginning(&self.room, now)?,
                }))
            }
            Next::Messages(told) if told.seq < self.total() => self.messages(told).await.map(Some),
            Next::Messages(_) => {
                self.next = Next::Nothing;
                Ok(match &self.writer {
                    Writer::Lines => None,
                    Writer::Html(html) => Some(html.end()?),
                })
            }
            Next::Nothing => Ok(None),
        }
    }

    /// What a file ends with that could not be completed, so that nobody takes it for the whole.
    pub fn broken_off(&self) -> &'static str {
        match self.writer {
            Writer::Lines => "{\"error\":\"This file breaks off here.\"}\n",
            Writer::Html(_) => "<p><strong>This file breaks off here.</strong></p>\n",
        }
    }

    async fn messages(&mut self, told: Cursor) -> Result<String, StartError> {
        let mut entries = self.store.updates(self.room.room.id, told).await?.entries;
        entries.retain(|entry| entry.position.seq <= self.total());
        // Nothing in spite of what the head says: the log is another one.
        let last = entries.last().map(|entry: &RoomEntry| entry.position);
        self.next = Next::Messages(last.ok_or("the log of the room is not complete")?.into());
        let messages: Vec<MessageEntry> = entries.into_iter().filter_map(RoomEntry::into_message).collect();
        match &mut self.writer {
            Writer::Lines => Ok(lines::messages(&messages)?),
            Writer::Html(html) => Ok(html.messages(&messages)?),
        }
    }
}
