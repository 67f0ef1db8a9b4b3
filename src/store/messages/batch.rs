//! What is accepted of the posts to one room, in their order, from what was read after the room's lock. Each sees what
//! those before it did.

use std::collections::HashMap;

use super::changes::Targets;
use super::sent::{Sender, StoredByNonce};
use crate::model::accounts::{AccountId, Person};
use crate::model::changes::{Change, ChangeKind, RoomEntry, RoomEvent};
use crate::model::digests::Digest;
use crate::model::log::{Entry, Position, Tag};
use crate::model::messages::Message;
use crate::model::nonces::Nonce;
use crate::model::posts::{Content, Post, Posted};
use crate::model::sessions::TokenHash;
use crate::model::{Refusal, Timestamp};
use crate::store::locks::LockedRoom;

/// An entry that is to be stored.
pub(super) struct Accepted<'a> {
    pub(super) nonce: &'a Nonce,
    pub(super) digest: Digest,
    pub(super) entry: RoomEntry,
}

impl Accepted<'_> {
    pub(super) fn is_message(&self) -> bool {
        self.message().is_some()
    }

    /// Its number, its author and its text, if it is a message.
    pub(super) fn message(&self) -> Option<(i64, AccountId, &str)> {
        let RoomEvent::Message(Message { author, body, .. }) = &self.entry.event else { return None };
        Some((self.entry.position.seq, author.id, body))
    }
}

/// The posts to one room that are stored together.
pub(super) struct Batch<'a> {
    room: &'a LockedRoom,
    senders: &'a HashMap<TokenHash, Sender>,
    known: StoredByNonce,
    targets: Targets,
    head: Position,
    accepted: Vec<Accepted<'a>>,
}

impl<'a> Batch<'a> {
    /// An empty one, for a room as it was read under its lock.
    pub(super) fn new(
        room: &'a LockedRoom,
        senders: &'a HashMap<TokenHash, Sender>,
        known: StoredByNonce,
        targets: Targets,
    ) -> Self {
        Self { room, senders, known, targets, head: room.head, accepted: Vec::new() }
    }

    /// What is to be stored, and the messages that it changes.
    pub(super) fn into_parts(self) -> (Vec<Accepted<'a>>, Targets) {
        (self.accepted, self.targets)
    }

    /// Accepts a post, or says why not, in the order in which refusals take precedence: logged out, room deleted, a
    /// known nonce (which answers even someone who has left since), not a member, what a change is about.
    pub(super) fn take(&mut self, post: &'a Post, digest: Digest) -> Result<Posted, Refusal> {
        let Sender { person, whereabouts } = self.senders.get(&post.token).ok_or(Refusal::LoggedOut)?;
        if let Some(by) = &self.room.deleted_by {
            return Err(Refusal::RoomDeleted { room: self.room.name.clone(), by: by.name.clone() });
        }
        let inside = whereabouts.is_inside(post.room);
        let sent = (person.id, post.nonce.as_str().to_owned());
        if let Some((entry, before)) = self.known.get(&sent) {
            let is_same = *before == digest || self.targets.is_known_by_nonce(entry, before);
            let mut entry = entry.clone();
            self.targets.bring_up_to_date(&mut entry);
            let repeated = Posted { entry, repeated: true, inside };
            return is_same.then_some(repeated).ok_or(Refusal::NonceReused);
        }
        if !inside {
            return Err(Refusal::NotAMember { inside: whereabouts.inside().cloned() });
        }
        if let Some((about, wish)) = post.content.change() {
            self.targets.require_sent_at(about, post.about_sent_at.as_deref())?;
            self.targets.allow(about, wish, person.id, self.room.owner)?;
        }
        self.head = Position { seq: self.head.seq + 1, tag: Tag::random() };
        let entry = Entry { position: self.head, at: Timestamp::now(), event: event(person, &post.content) };
        self.targets.take_in(&entry);
        self.known.insert(sent, (entry.clone(), digest.clone()));
        self.accepted.push(Accepted { nonce: &post.nonce, digest, entry: entry.clone() });
        Ok(Posted { entry, repeated: false, inside })
    }
}

/// What becomes an entry when `person` sends this.
fn event(person: &Person, content: &Content) -> RoomEvent {
    let change = |about: &i64, kind| RoomEvent::Change(Change { about: *about, by: person.clone(), kind });
    match content {
        Content::Message(body) => RoomEvent::Message(Message::new(person.clone(), body.as_str().to_owned())),
        Content::Edit { about, body } => change(about, ChangeKind::Edited(body.as_str().to_owned())),
        Content::Delete { about } => change(about, ChangeKind::Deleted),
    }
}

#[cfg(test)]
mod tests;
