//! Histories in few words. Everything takes ten milliseconds and follows upon what was told before it, unless
//! a test says otherwise; whoever is told of has logged in.

use std::time::Duration;

use crate::proof::checker::{Kind, check};
use crate::proof::history::{
    Account, ChangeKind, Deed, Entry, Fault, History, Moment, Nonce, Operation, Outcome, Room, Session, What,
    span,
};

#[derive(Clone, Copy)]
pub struct Browser {
    pub account: Account,
    pub session: Session,
}

pub const ANA: Browser = Browser { account: Account(1), session: Session(1) };
pub const BO: Browser = Browser { account: Account(2), session: Session(2) };
pub const CY: Browser = Browser { account: Account(3), session: Session(3) };
pub const HALL: Room = Room(7);
pub const KITCHEN: Room = Room(8);

const STEP: Moment = span(Duration::from_millis(10));

pub struct Story {
    now: Moment,
    history: History,
}

impl Browser {
    /// Another browser of the same person.
    pub fn at_work(self) -> Self {
        Self { session: Session(self.session.0 + 10), ..self }
    }
}

impl Story {
    /// All are logged in, ana has made the hall and all are in it.
    pub fn begins() -> Self {
        let mut story = Self { now: STEP, history: History::default() };
        for who in [ANA, BO, CY] {
            story.does(who, Deed::LogIn);
            story.does(BO, Deed::LogIn).session = who.at_work().session;
            story.last().account = who.account;
        }
        story.creates(ANA, HALL);
        story.joins(BO, HALL);
        story.joins(CY, HALL);
        story
    }

    /// Something that was done.
    pub fn does(&mut self, who: Browser, deed: Deed) -> &mut Operation {
        let (began, ended) = (self.now, self.now + STEP);
        self.now += 2 * STEP;
        let Browser { account, session } = who;
        let outcome = Outcome::Done;
        self.history.operations.push(Operation {
            account,
            session,
            instance: 0,
            began,
            ended,
            deed,
            outcome,
        });
        self.last()
    }

    /// What was told last, to be told otherwise.
    pub fn last(&mut self) -> &mut Operation {
        self.history.operations.last_mut().expect("something was told")
    }

    pub fn waits(&mut self, time: Duration) {
        self.now += span(time);
    }

    /// Something is broken from now on for so long.
    pub fn breaks_for(&mut self, time: Duration) {
        let (began, healed) = (self.now, self.now + span(time));
        self.history.faults.push(Fault { kind: "kill", began, healed });
    }

    pub fn creates(&mut self, who: Browser, room: Room) -> &mut Operation {
        self.does(who, Deed::Create { room: Some(room) })
    }

    pub fn joins(&mut self, who: Browser, room: Room) -> &mut Operation {
        self.does(who, Deed::Join { room })
    }

    pub fn leaves(&mut self, who: Browser, room: Room) -> &mut Operation {
        self.does(who, Deed::Leave { room })
    }

    pub fn deletes(&mut self, who: Browser, room: Room) -> &mut Operation {
        self.does(who, Deed::Delete { room })
    }

    pub fn logs_out(&mut self, who: Browser) -> &mut Operation {
        self.does(who, Deed::LogOut)
    }

    /// A post whose answer was lost.
    pub fn tries(&mut self, who: Browser, room: Room, nonce: u64) -> &mut Operation {
        let post = self.does(who, Deed::Post { room, nonce: Nonce(nonce), after: 0 });
        post.outcome = Outcome::Unknown;
        post
    }

    pub fn is_refused(&mut self, who: Browser, room: Room, nonce: u64, status: u16) -> &mut Operation {
        let post = self.tries(who, room, nonce);
        post.outcome = Outcome::Refused { status };
        post
    }

    /// A post that was stored at place `seq`.
    pub fn posts(&mut self, who: Browser, room: Room, nonce: u64, seq: i64) -> &mut Operation {
        let post = self.tries(who, room, nonce);
        post.outcome = Outcome::Posted { seq, repeated: false, read: Vec::new(), more: false };
        post
    }

    /// A post that had been stored at place `seq`.
    pub fn repeats(&mut self, who: Browser, room: Room, nonce: u64, seq: i64) -> &mut Operation {
        let post = self.tries(who, room, nonce);
        post.outcome = Outcome::Posted { seq, repeated: true, read: Vec::new(), more: false };
        post
    }

    /// A change of message `about` in the hall whose answer was lost.
    pub fn tries_to_change(
        &mut self,
        who: Browser,
        kind: ChangeKind,
        about: i64,
        nonce: u64,
    ) -> &mut Operation {
        let change = self.does(who, Deed::Change { room: HALL, nonce: Nonce(nonce), kind, about, after: 0 });
        change.outcome = Outcome::Unknown;
        change
    }

    /// A new text for message `about` in the hall, stored at place `seq`.
    pub fn edits(&mut self, who: Browser, about: i64, nonce: u64, seq: i64) -> &mut Operation {
        let edit = self.tries_to_change(who, ChangeKind::Edit, about, nonce);
        edit.outcome = Outcome::Posted { seq, repeated: false, read: Vec::new(), more: false };
        edit
    }

    /// The deletion of message `about` in the hall, stored at place `seq`.
    pub fn erases(&mut self, who: Browser, about: i64, nonce: u64, seq: i64) -> &mut Operation {
        let deletion = self.tries_to_change(who, ChangeKind::Deletion, about, nonce);
        deletion.outcome = Outcome::Posted { seq, repeated: false, read: Vec::new(), more: false };
        deletion
    }

    /// A poll that showed these: place and message.
    pub fn polls(&mut self, who: Browser, room: Room, after: i64, shown: &[(i64, u64)]) -> &mut Operation {
        let poll = self.does(who, Deed::Poll { room, reader: who.session.0, after });
        poll.outcome = read(shown);
        poll
    }

    /// A poll in the hall that showed these entries.
    pub fn is_shown(&mut self, who: Browser, after: i64, entries: &[Entry]) -> &mut Operation {
        let poll = self.polls(who, HALL, after, &[]);
        poll.outcome = Outcome::Read { entries: entries.to_vec(), more: false };
        poll
    }

    /// What stands before a place in the hall, when its log ended at `as_of`.
    pub fn looks_back(&mut self, who: Browser, before: i64, entries: &[Entry], as_of: i64) -> &mut Operation {
        let look = self.does(who, Deed::LookBack { room: HALL, reader: who.session.0, before });
        look.outcome = Outcome::LookedBack { entries: entries.to_vec(), first: 1, as_of };
        look
    }

    /// The room in the end: its messages from place 1 on.
    pub fn ends_with(&mut self, room: Room, messages: &[u64]) -> &mut Operation {
        let entries: Vec<_> = (1..).zip(messages.iter().copied()).collect();
        let last = self.does(ANA, Deed::FinalRead { room });
        last.outcome = read(&entries);
        last
    }

    #[track_caller]
    pub fn is_sound(&self) {
        self.shows(&[]);
    }

    /// The checker names exactly these.
    #[track_caller]
    pub fn shows(&self, expected: &[Kind]) {
        let found = check(&self.history);
        let mut kinds: Vec<_> = found.iter().map(|anomaly| anomaly.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds, expected, "{found:#?}");
    }

    pub fn history(&self) -> &History {
        &self.history
    }
}

pub fn read(shown: &[(i64, u64)]) -> Outcome {
    Outcome::Read { entries: shown.iter().map(|&(seq, nonce)| entry(seq, nonce)).collect(), more: false }
}

/// The message `nonce` at place `seq`, as everybody ought to see it.
pub fn entry(seq: i64, nonce: u64) -> Entry {
    let what = What::Message { changed: 0, is_deleted: false };
    Entry { seq, tag: nonce + 1000, what, text: Some(Nonce(nonce)) }
}

/// The message `nonce` at place `seq`, as the edit `edit` at place `changed` has it.
pub fn edited(seq: i64, nonce: u64, edit: u64, changed: i64) -> Entry {
    let what = What::Message { changed, is_deleted: false };
    Entry { what, text: Some(Nonce(edit)), ..entry(seq, nonce) }
}

/// The message `nonce` at place `seq`, which was deleted at place `changed`.
pub fn erased(seq: i64, nonce: u64, changed: i64) -> Entry {
    Entry { what: What::Message { changed, is_deleted: true }, text: None, ..entry(seq, nonce) }
}

/// The edit `nonce` at place `seq`.
pub fn edit(seq: i64, nonce: u64, about: i64) -> Entry {
    Entry { what: What::Edit { about }, ..entry(seq, nonce) }
}

/// The deletion `nonce` at place `seq`.
pub fn deletion(seq: i64, nonce: u64, about: i64) -> Entry {
    Entry { what: What::Deletion { about }, text: None, ..entry(seq, nonce) }
}
