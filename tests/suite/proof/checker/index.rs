//! A history, sorted by what the rules ask for.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::times::{Broken, Possible, Reached, latest};
use crate::proof::history::{
    Account, ChangeKind, Deed, Entry, History, Moment, Nonce, Operation, Outcome, Room, Sent, Session, What,
};

/// What can be looked up.
pub(super) struct Index<'a> {
    pub(super) operations: &'a [Operation],
    pub(super) broken: Broken,
    pub(super) rooms: BTreeMap<Room, RoomIndex>,
    /// Every attempt to post or to change.
    pub(super) attempts: HashMap<Nonce, Vec<&'a Operation>>,
    /// Every attempt to delete a message.
    pub(super) erasures: HashMap<(Room, i64), Vec<&'a Operation>>,
    pub(super) sessions: HashMap<Session, SessionIndex>,
    pub(super) visits: HashMap<(Account, Room), Visits<'a>>,
    /// Any end of any session.
    pub(super) log_outs: HashMap<Account, Possible>,
}

/// What is known of one room.
#[derive(Default)]
pub(super) struct RoomIndex {
    pub(super) log: HashMap<i64, Slot>,
    /// What was seen at a place where something else had been seen before.
    pub(super) conflicts: Vec<(i64, Slot)>,
    pub(super) acknowledged: Reached,
    /// The numbers of the changes of each message, in order.
    pub(super) changes: HashMap<i64, Vec<i64>>,
    /// Those that were acknowledged.
    pub(super) changed: HashMap<i64, Reached>,
    /// When the deletion of a message was first acknowledged.
    pub(super) erased: HashMap<i64, Moment>,
    /// The changes of each message that may have been made, and were not acknowledged.
    pending: HashMap<i64, HashSet<Nonce>>,
    /// Who has made it, if the answer came.
    pub(super) owner: Option<Account>,
    /// From where to where answers reached: the first was the reader's cursor.
    pub(super) answers: Vec<(i64, i64)>,
    pub(super) finally_read: bool,
    pub(super) deletions: Possible,
    /// When it was certainly deleted.
    pub(super) deleted: Option<Moment>,
    /// When it certainly existed.
    pub(super) existed: Option<Moment>,
}

/// What was seen at a place in a log.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    pub(super) place: Place,
    /// With what it was sent. A text tells that, as long as there is one and it is the first.
    pub(super) nonce: Option<Nonce>,
    /// Acknowledgements do not tell it.
    pub(super) tag: Option<u64>,
    /// When the first answer with it had come.
    pub(super) seen: Moment,
    pub(super) read: bool,
    pub(super) finally_read: bool,
}

/// What kind of entry is at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Message,
    Edit { about: i64 },
    Deletion { about: i64 },
}

#[derive(Default)]
pub(super) struct SessionIndex {
    /// When it was certainly open.
    pub(super) opened: Option<Moment>,
    pub(super) log_outs: Possible,
    /// When it was certainly logged out.
    pub(super) logged_out: Option<Moment>,
    /// When it was known to be over: nothing that is pending can end it after that.
    over: Option<Moment>,
}

/// The comings and goings of one person in one room.
#[derive(Default)]
pub(super) struct Visits<'a> {
    /// The certain ones.
    pub(super) entered: Vec<&'a Operation>,
    pub(super) left: Vec<&'a Operation>,
    pub(super) entries: Possible,
    pub(super) exits: Possible,
}

impl<'a> Index<'a> {
    pub(super) fn of(history: &'a History) -> Self {
        let mut index = Self {
            operations: &history.operations,
            broken: Broken::by(&history.faults),
            rooms: BTreeMap::new(),
            attempts: HashMap::new(),
            erasures: HashMap::new(),
            sessions: HashMap::new(),
            visits: HashMap::new(),
            log_outs: HashMap::new(),
        };
        for operation in &history.operations {
            index.note_session(operation);
            match operation.deed {
                Deed::Create { room: Some(room) } | Deed::Join { room } => index.note_entry(operation, room),
                Deed::Leave { room } => index.note_exit(operation, room),
                Deed::Delete { room } => index.note_deletion(operation, room),
                Deed::Post { .. } | Deed::Change { .. } => index.note_sent(operation),
                Deed::LookBack { room, .. } => index.room(room).see_all(operation),
                Deed::Poll { room, after, .. } => index.note_read(operation, room, after),
                Deed::FinalRead { room } => index.note_read(operation, room, 0),
                Deed::LogIn | Deed::LogOut | Deed::Create { room: None } => {}
            }
        }
        index.note_log_outs();
        index.seal();
        index
    }

    /// The attempts that can have led to what is at a place. Those of a deletion are told by its message, where its own
    /// nonce is not known.
    pub(super) fn attempts_at(&self, room: Room, slot: &Slot) -> &[&'a Operation] {
        let attempts = match (slot.nonce, slot.place) {
            (Some(nonce), _) => self.attempts.get(&nonce),
            (None, Place::Deletion { about }) => self.erasures.get(&(room, about)),
            (None, _) => None,
        };
        attempts.map(Vec::as_slice).unwrap_or_default()
    }

    fn room(&mut self, room: Room) -> &mut RoomIndex {
        self.rooms.entry(room).or_default()
    }

    fn note_session(&mut self, operation: &Operation) {
        let session = self.sessions.entry(operation.session).or_default();
        match (operation.deed, &operation.outcome) {
            (Deed::LogIn, Outcome::Done) => session.opened = earlier(session.opened, operation.ended),
            (Deed::LogOut, Outcome::Done) => {
                session.logged_out = earlier(session.logged_out, operation.ended);
                session.over = earlier(session.over, operation.ended);
            }
            (Deed::LogIn, _) => {}
            (_, Outcome::Refused { status: 401 }) => session.over = earlier(session.over, operation.ended),
            _ => {}
        }
    }

    fn note_entry(&mut self, operation: &'a Operation, room: Room) {
        let Some(latest) = latest(operation) else { return };
        let visits = self.visits.entry((operation.account, room)).or_default();
        visits.entries.add(operation.began, latest);
        if operation.outcome == Outcome::Done {
            visits.entered.push(operation);
            let account = operation.account;
            let is_made = matches!(operation.deed, Deed::Create { .. });
            let room = self.room(room);
            room.existed = earlier(room.existed, operation.ended);
            room.owner = room.owner.or(is_made.then_some(account));
        }
    }

    fn note_exit(&mut self, operation: &'a Operation, room: Room) {
        let Some(latest) = latest(operation) else { return };
        let visits = self.visits.entry((operation.account, room)).or_default();
        visits.exits.add(operation.began, latest);
        if operation.outcome == Outcome::Done {
            visits.left.push(operation);
        }
    }

    fn note_deletion(&mut self, operation: &Operation, room: Room) {
        let Some(latest) = latest(operation) else { return };
        let room = self.room(room);
        room.deletions.add(operation.began, latest);
        if operation.outcome == Outcome::Done {
            room.deleted = earlier(room.deleted, operation.ended);
        }
    }

    fn note_sent(&mut self, operation: &'a Operation) {
        let Some(Sent { room, nonce, after }) = operation.deed.sent() else { return };
        self.attempts.entry(nonce).or_default().push(operation);
        let place = Place::of(operation.deed);
        if let Place::Deletion { about } = place {
            self.erasures.entry((room, about)).or_default().push(operation);
        }
        let Outcome::Posted { seq, .. } = operation.outcome else {
            if let Place::Edit { about } | Place::Deletion { about } = place
                && latest(operation).is_some()
            {
                self.room(room).pending.entry(about).or_default().insert(nonce);
            }
            return;
        };
        let (room, ended) = (self.room(room), operation.ended);
        room.acknowledged.add(ended, seq);
        if let Place::Edit { about } | Place::Deletion { about } = place {
            room.changed.entry(about).or_default().add(ended, seq);
        }
        if let Place::Deletion { about } = place {
            let erased = room.erased.entry(about).or_insert(ended);
            *erased = ended.min(*erased);
        }
        let slot =
            Slot { place, nonce: Some(nonce), tag: None, seen: ended, read: false, finally_read: false };
        room.see(seq, slot);
        room.note_answer(operation, after);
    }

    fn note_read(&mut self, operation: &Operation, room: Room, after: i64) {
        let Outcome::Read { .. } = &operation.outcome else { return };
        let room = self.room(room);
        room.finally_read |= matches!(operation.deed, Deed::FinalRead { .. });
        room.note_answer(operation, after);
    }

    /// A lost answer to a log-out leaves it pending until the session is known to be over.
    fn note_log_outs(&mut self) {
        let log_outs = self.operations.iter().filter(|operation| operation.deed == Deed::LogOut);
        for operation in log_outs {
            let Some(latest) = latest(operation) else { continue };
            let session = self.sessions.entry(operation.session).or_default();
            let latest = latest.min(session.over.unwrap_or(Moment::MAX));
            session.log_outs.add(operation.began, latest);
            self.log_outs.entry(operation.account).or_default().add(operation.began, latest);
        }
    }

    fn seal(&mut self) {
        for room in self.rooms.values_mut() {
            room.acknowledged.seal();
            room.changed.values_mut().for_each(Reached::seal);
            room.note_changes();
            room.deletions.seal();
        }
        self.log_outs.values_mut().for_each(Possible::seal);
        self.sessions.values_mut().for_each(|session| session.log_outs.seal());
        for visits in self.visits.values_mut() {
            visits.entries.seal();
            visits.exits.seal();
        }
    }
}

impl RoomIndex {
    fn note_answer(&mut self, operation: &Operation, after: i64) {
        if let Some(last) = operation.outcome.entries().last() {
            self.answers.push((after, last.seq));
        }
        self.see_all(operation);
    }

    fn see_all(&mut self, operation: &Operation) {
        let finally_read = matches!(operation.deed, Deed::FinalRead { .. });
        for entry in operation.outcome.entries() {
            let (place, tag, seen) = (Place::at(entry), Some(entry.tag), operation.ended);
            self.see(entry.seq, Slot { place, nonce: entry.sent(), tag, seen, read: true, finally_read });
        }
    }

    fn note_changes(&mut self) {
        for (seq, slot) in &self.log {
            if let Place::Edit { about } | Place::Deletion { about } = slot.place {
                self.changes.entry(about).or_default().push(*seq);
            }
        }
        self.changes.values_mut().for_each(|changes| changes.sort_unstable());
    }

    /// The numbers of all messages, in order.
    pub(super) fn messages(&self) -> Vec<i64> {
        let messages = self.log.iter().filter(|(_, slot)| slot.place == Place::Message);
        let mut messages: Vec<_> = messages.map(|(seq, _)| *seq).collect();
        messages.sort_unstable();
        messages
    }

    /// Whether message `about` was changed after place `seq`, or may have been.
    pub(super) fn may_be_changed_after(&self, seq: i64, about: i64) -> bool {
        let is_placed = |nonce: &Nonce| self.log.values().any(|slot| slot.nonce == Some(*nonce));
        self.changes.get(&about).and_then(|all| all.last()).is_some_and(|last| *last > seq)
            || self.pending.get(&about).is_some_and(|pending| !pending.iter().all(is_placed))
    }

    fn see(&mut self, seq: i64, now: Slot) {
        let slot = self.log.entry(seq).or_insert(now);
        let other_tag = slot.tag.zip(now.tag).is_some_and(|(was, is)| was != is);
        let other_nonce = slot.nonce.zip(now.nonce).is_some_and(|(was, is)| was != is);
        if slot.place != now.place || other_nonce || other_tag {
            self.conflicts.push((seq, now));
            return;
        }
        slot.nonce = slot.nonce.or(now.nonce);
        slot.tag = slot.tag.or(now.tag);
        slot.seen = slot.seen.min(now.seen);
        slot.read |= now.read;
        slot.finally_read |= now.finally_read;
    }
}

impl Slot {
    /// Whether that is what was sent there.
    pub(super) fn may_be_of(&self, sent: Deed, room: Room) -> bool {
        sent.log() == Some(room) && Place::of(sent) == self.place
    }
}

impl Place {
    /// What a post or a change makes.
    fn of(sent: Deed) -> Self {
        match sent {
            Deed::Change { kind: ChangeKind::Edit, about, .. } => Self::Edit { about },
            Deed::Change { kind: ChangeKind::Deletion, about, .. } => Self::Deletion { about },
            _ => Self::Message,
        }
    }

    fn at(entry: &Entry) -> Self {
        match entry.what {
            What::Message { .. } => Self::Message,
            What::Edit { about } => Self::Edit { about },
            What::Deletion { about } => Self::Deletion { about },
        }
    }
}

impl Entry {
    /// With what the entry itself was sent, if its text tells.
    fn sent(&self) -> Option<Nonce> {
        self.text.filter(|_| !matches!(self.what, What::Message { changed: 1.., .. }))
    }
}

fn earlier(known: Option<Moment>, moment: Moment) -> Option<Moment> {
    Some(known.map_or(moment, |known| known.min(moment)))
}
