//! What must come of posting and changing, and of reading what there is.

use crate::fixtures::EARLIER_AT_MOST;

use super::{Content, Cursor, Entry, Outcome, World};
use crate::stories::refusal::Refusal;
use crate::stories::reply::{Reading, Reply, Said, Text};

impl World {
    /// The number of an entry, and whether it is a new one.
    pub fn send(
        &mut self,
        who: usize,
        room: Option<usize>,
        content: &Content,
        nonce: &str,
    ) -> Outcome<(u64, bool)> {
        let known = self.living(room)?;
        let mut log = self.rooms[known].log.iter();
        if let Some(n) = log.position(|entry| entry.author == who && entry.nonce == nonce) {
            let seq = n as u64 + 1;
            let same = self.rooms[known].log[n].content == *content || self.is_known_by_nonce(known, seq);
            return if same { Ok((seq, false)) } else { Err(Refusal::NonceReused) };
        }
        let room = self.for_members(who, room)?;
        match content {
            Content::Message(_) => {}
            Content::Edit { about, .. } => self.may_change(who, room, *about, false)?,
            Content::Deletion { about } => self.may_change(who, room, *about, true)?,
        }
        let entry = Entry { author: who, nonce: nonce.to_owned(), content: content.clone() };
        self.rooms[room].log.push(entry);
        Ok((self.rooms[room].log.len() as u64, true))
    }

    fn may_change(&self, who: usize, room: usize, about: u64, deleting: bool) -> Outcome<()> {
        let author = self.author(room, about).ok_or(Refusal::NoSuchMessage)?;
        if author != who && !(deleting && self.rooms[room].owner == who) {
            return Err(Refusal::NotYours);
        }
        if self.is_deleted(room, about) { Err(Refusal::MessageDeleted) } else { Ok(()) }
    }

    /// Of a message.
    fn author(&self, room: usize, seq: u64) -> Option<usize> {
        let entry = self.rooms[room].log.get(usize::try_from(seq).unwrap().checked_sub(1)?)?;
        matches!(entry.content, Content::Message(_)).then_some(entry.author)
    }

    /// Whether a text is gone: of a message that was changed, or of a change that was not the last.
    fn is_superseded(&self, room: usize, seq: u64) -> bool {
        let place = usize::try_from(seq).unwrap();
        let log = &self.rooms[room].log;
        let message = log[place - 1].content.about().unwrap_or(seq);
        log[place..].iter().any(|later| later.content.about() == Some(message))
    }

    /// Whether an entry was deleted, or is an edit that was superseded.
    fn is_known_by_nonce(&self, room: usize, seq: u64) -> bool {
        let is_change = self.rooms[room].log[usize::try_from(seq).unwrap() - 1].content.about().is_some();
        if is_change { self.is_superseded(room, seq) } else { self.is_deleted(room, seq) }
    }

    fn is_deleted(&self, room: usize, seq: u64) -> bool {
        self.rooms[room].log.iter().any(|entry| entry.content == Content::Deletion { about: seq })
    }

    /// What a form for a message shows.
    pub fn message_form(
        &self,
        who: usize,
        room: Option<usize>,
        about: u64,
        deleting: bool,
    ) -> Outcome<Reply> {
        let room = self.for_members(who, room)?;
        self.may_change(who, room, about, deleting)?;
        let text = self.reading(room, about).map(|reading| match reading.text {
            Text::Body(body) => body,
            Text::DeletedBy(_) => unreachable!("it may be changed"),
        });
        Ok(Reply::MessageForm(text.filter(|_| !deleting)))
    }

    /// How a message reads now.
    fn reading(&self, room: usize, seq: u64) -> Option<Reading> {
        let log = &self.rooms[room].log;
        let Content::Message(body) = &log.get(usize::try_from(seq).unwrap().checked_sub(1)?)?.content else {
            return None;
        };
        let mut reading = Reading { changed: 0, text: Text::Body(body.clone()) };
        for (n, entry) in log.iter().enumerate() {
            let text = match &entry.content {
                Content::Edit { about, body } if *about == seq => Text::Body(body.clone()),
                Content::Deletion { about } if *about == seq => Text::DeletedBy(self.name(entry)),
                _ => continue,
            };
            reading = Reading { changed: i64::try_from(n).unwrap() + 1, text };
        }
        Some(reading)
    }

    fn name(&self, entry: &Entry) -> String {
        self.people[entry.author].name.to_owned()
    }

    /// All of a room's log, as somebody is told of it now.
    fn said(&self, room: usize) -> Vec<Said> {
        let said = |(n, entry): (usize, &Entry)| {
            let (seq, by) = (n as u64 + 1, self.name(entry));
            match &entry.content {
                Content::Message(_) => {
                    let reading = self.reading(room, seq).expect("a message");
                    Said::Message { seq, author: by, reading }
                }
                Content::Edit { about, body } => {
                    let body = if self.is_superseded(room, seq) { String::new() } else { body.clone() };
                    Said::Change { seq, about: *about, by, body: Some(body) }
                }
                Content::Deletion { about } => Said::Change { seq, about: *about, by, body: None },
            }
        };
        self.rooms[room].log.iter().enumerate().map(said).collect()
    }

    /// The messages in it.
    pub fn messages(&self, room: usize) -> Vec<Said> {
        let mut said = self.said(room);
        said.retain(|said| matches!(said, Said::Message { .. }));
        said
    }

    /// What a poll brings; `seen` is when the reader last knew who was inside.
    pub fn poll(&self, who: usize, room: Option<usize>, from: Cursor, seen: Option<u64>) -> Outcome<Reply> {
        let room = self.for_members(who, room)?;
        let problem = |status, name| Reply::Problem { status, name, mentions: Vec::new() };
        Ok(match from {
            Cursor::Malformed => problem(422, "invalid"),
            Cursor::Astray => problem(409, "resync"),
            Cursor::At(n) => {
                let people_are_as_known = seen.is_none_or(|seen| seen == self.rooms[room].moved);
                if n == self.rooms[room].log.len() && people_are_as_known {
                    Reply::Nothing
                } else {
                    self.news(room, n, 200, None)
                }
            }
        })
    }

    pub fn news(&self, room: usize, after: usize, status: u16, seq: Option<u64>) -> Reply {
        Reply::News { status, seq, said: self.said(room).split_off(after), more: false }
    }

    /// What stands before a number.
    pub fn earlier(&self, who: usize, room: Option<usize>, before: u64) -> Outcome<Reply> {
        let room = self.for_members(who, room)?;
        let as_of = self.rooms[room].log.len() as u64;
        let before = before.clamp(1, as_of + 1);
        let mut said = self.messages(room);
        said.retain(|said| said.seq() < before);
        let surplus = said.len().saturating_sub(usize::try_from(EARLIER_AT_MOST).unwrap());
        let said = said.split_off(surplus);
        let first = if surplus > 0 { said[0].seq() } else { 1 };
        Ok(Reply::History { said, first, last: before - 1, more: first > 1, as_of })
    }

    /// What stands from a number on.
    pub fn later(&self, who: usize, room: Option<usize>, from: u64) -> Outcome<Reply> {
        let room = self.for_members(who, room)?;
        let as_of = self.rooms[room].log.len() as u64;
        let from = from.clamp(1, as_of + 1);
        let mut said = self.messages(room);
        said.retain(|said| said.seq() >= from);
        assert!(said.len() < usize::try_from(EARLIER_AT_MOST).unwrap(), "a story that is too long");
        Ok(Reply::History { said, first: from, last: as_of, more: false, as_of })
    }

    /// What a tab shows that has read to the end, and of whose messages the first is number `first`.
    pub fn tab(&self, who: usize, room: Option<usize>, first: u64) -> Outcome<Reply> {
        let room = self.for_members(who, room)?;
        let shown = self.messages(room).into_iter().filter_map(|said| match said {
            Said::Message { seq, reading, .. } => Some((seq, reading)),
            Said::Change { .. } => None,
        });
        Ok(Reply::Tab(shown.filter(|(seq, _)| *seq >= first).collect()))
    }
}
