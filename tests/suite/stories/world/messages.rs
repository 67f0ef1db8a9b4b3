//! What must come of posting, and of reading what was posted.

use crate::fixtures::EARLIER_AT_MOST;

use super::{Cursor, Message, Outcome, World};
use crate::stories::refusal::Refusal;
use crate::stories::reply::Reply;

impl World {
    /// The number of a message, and whether it is a new one.
    pub fn post(&mut self, who: usize, room: Option<usize>, body: &str, nonce: &str) -> Outcome<(u64, bool)> {
        let known = self.living(room)?;
        let mut messages = self.rooms[known].messages.iter();
        if let Some(n) = messages.position(|message| message.author == who && message.nonce == nonce) {
            let same = self.rooms[known].messages[n].body == body;
            return if same { Ok((n as u64 + 1, false)) } else { Err(Refusal::NonceReused) };
        }
        let room = self.for_members(who, room)?;
        let message = Message { author: who, body: body.to_owned(), nonce: nonce.to_owned() };
        self.rooms[room].messages.push(message);
        Ok((self.rooms[room].messages.len() as u64, true))
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
                if n == self.rooms[room].messages.len() && people_are_as_known {
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

    pub fn earlier(&self, who: usize, room: Option<usize>, before: usize) -> Outcome<Reply> {
        let room = self.for_members(who, room)?;
        let mut said = self.said(room);
        said.truncate(before.saturating_sub(1));
        let first = said.len().saturating_sub(usize::try_from(EARLIER_AT_MOST).unwrap());
        Ok(Reply::News { status: 200, seq: None, said: said.split_off(first), more: first > 0 })
    }
}
