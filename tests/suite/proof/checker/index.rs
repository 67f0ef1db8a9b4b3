//! A history, sorted by what the rules ask for.

use std::collections::{BTreeMap, HashMap};

use super::times::{Broken, Possible, Reached, latest};
use crate::proof::history::{
    Account, Deed, Entry, History, Moment, Nonce, Operation, Outcome, Room, Session,
};

/// What can be looked up.
pub(super) struct Index<'a> {
    pub(super) operations: &'a [Operation],
    pub(super) broken: Broken,
    pub(super) rooms: BTreeMap<Room, RoomIndex>,
    /// Every attempt to post.
    pub(super) attempts: HashMap<Nonce, Vec<&'a Operation>>,
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
    pub(super) nonce: Nonce,
    /// Acknowledgements do not tell it.
    pub(super) tag: Option<u64>,
    /// When the first answer with it had come.
    pub(super) seen: Moment,
    pub(super) read: bool,
    pub(super) finally_read: bool,
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
                Deed::Post { room, nonce, after } => index.note_post(operation, room, nonce, after),
                Deed::Poll { room, after, .. } => index.note_read(operation, room, after),
                Deed::FinalRead { room } => index.note_read(operation, room, 0),
                Deed::LogIn | Deed::LogOut | Deed::Create { room: None } => {}
            }
        }
        index.note_log_outs();
        index.seal();
        index
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
            let room = self.room(room);
            room.existed = earlier(room.existed, operation.ended);
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

    fn note_post(&mut self, operation: &'a Operation, room: Room, nonce: Nonce, after: i64) {
        self.attempts.entry(nonce).or_default().push(operation);
        let Outcome::Posted { seq, read, .. } = &operation.outcome else { return };
        let room = self.room(room);
        room.acknowledged.add(operation.ended, *seq);
        room.see(*seq, Slot { nonce, tag: None, seen: operation.ended, read: false, finally_read: false });
        room.note_answer(operation, after, read);
    }

    fn note_read(&mut self, operation: &Operation, room: Room, after: i64) {
        let Outcome::Read { entries, .. } = &operation.outcome else { return };
        let room = self.room(room);
        room.finally_read |= matches!(operation.deed, Deed::FinalRead { .. });
        room.note_answer(operation, after, entries);
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
    fn note_answer(&mut self, operation: &Operation, after: i64, entries: &[Entry]) {
        let finally_read = matches!(operation.deed, Deed::FinalRead { .. });
        if let Some(last) = entries.last() {
            self.answers.push((after, last.seq));
        }
        for &Entry { seq, tag, nonce } in entries {
            self.see(seq, Slot { nonce, tag: Some(tag), seen: operation.ended, read: true, finally_read });
        }
    }

    fn see(&mut self, seq: i64, now: Slot) {
        let slot = self.log.entry(seq).or_insert(now);
        let other_tag = slot.tag.zip(now.tag).is_some_and(|(was, is)| was != is);
        if slot.nonce != now.nonce || other_tag {
            self.conflicts.push((seq, now));
            return;
        }
        slot.tag = slot.tag.or(now.tag);
        slot.seen = slot.seen.min(now.seen);
        slot.read |= now.read;
        slot.finally_read |= now.finally_read;
    }
}

fn earlier(known: Option<Moment>, moment: Moment) -> Option<Moment> {
    Some(known.map_or(moment, |known| known.min(moment)))
}
