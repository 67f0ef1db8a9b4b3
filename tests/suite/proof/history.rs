//! What everybody did, and what came of it as they saw it: all that the checker is told.
//!
//! The words are Jepsen's. An operation whose answer was lost is unknown, which is neither done nor failed:
//! it may have taken effect at any time after it began, even after its client gave up.

use std::time::Duration;

/// Microseconds since the run began, by one monotonic clock.
pub type Moment = u64;

/// A span as the difference of two moments.
pub const fn span(duration: Duration) -> Moment {
    duration.as_secs() * 1_000_000 + duration.subsec_micros() as Moment
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session(pub u32);

/// Its number in the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Room(pub i64);

/// One message or change of one that somebody wants to send, however often they have to. No two people use the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce(pub u64);

/// An entry as somebody read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: i64,
    pub tag: u64,
    pub what: What,
    /// With what its text was sent, as the text tells; none where there is no text.
    pub text: Option<Nonce>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// As it reads now: `changed` is the number of the change that made it so, or 0.
    Message {
        changed: i64,
        is_deleted: bool,
    },
    Edit {
        about: i64,
    },
    Deletion {
        about: i64,
    },
}

/// What is done to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Edit,
    Deletion,
}

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Operation {
    pub account: Account,
    /// Of [`Deed::LogIn`]: the new one.
    pub session: Session,
    /// Which of the instances was asked.
    pub instance: u8,
    pub began: Moment,
    pub ended: Moment,
    pub deed: Deed,
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    LogIn,
    LogOut,
    /// Who creates a room is inside. The room is unknown when the answer is.
    Create {
        room: Option<Room>,
    },
    Join {
        room: Room,
    },
    Leave {
        room: Room,
    },
    Delete {
        room: Room,
    },
    /// One attempt; a retry is another operation with the same nonce.
    Post {
        room: Room,
        nonce: Nonce,
        after: i64,
    },
    /// One attempt to change a message.
    Change {
        room: Room,
        nonce: Nonce,
        kind: ChangeKind,
        about: i64,
        after: i64,
    },
    /// `reader`: one open page with a cursor of its own; `after`: the number in that cursor.
    Poll {
        room: Room,
        reader: u32,
        after: i64,
    },
    /// Messages before a number, as an open page loads them.
    LookBack {
        room: Room,
        reader: u32,
        before: i64,
    },
    /// The whole log of an open room, after everything has healed and everybody has stopped.
    FinalRead {
        room: Room,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A log-in, log-out, creation, coming, going or deletion.
    Done,
    /// A post or a change. `repeated`: it was answered as a repetition of an earlier one.
    Posted { seq: i64, repeated: bool, read: Vec<Entry>, more: bool },
    /// A poll or the final read; nothing new is no entries.
    Read { entries: Vec<Entry>, more: bool },
    /// Messages as they read when `as_of` was the log's head; `first` is the number from which on they are all there.
    LookedBack { entries: Vec<Entry>, first: i64, as_of: i64 },
    /// A status of the four hundreds: nothing was done.
    Refused { status: u16 },
    /// A status of the five hundreds, a time-out, a broken connection: it may or may not have been done.
    Unknown,
}

/// Something that was broken for a while.
#[derive(Clone, Debug)]
pub struct Fault {
    pub kind: &'static str,
    pub began: Moment,
    pub healed: Moment,
}

/// A whole run.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub operations: Vec<Operation>,
    pub faults: Vec<Fault>,
}

/// What is sent to a room's log.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub room: Room,
    pub nonce: Nonce,
    /// The number in the cursor that it was sent with.
    pub after: i64,
}

impl Deed {
    /// Of a post or a change.
    pub fn sent(&self) -> Option<Sent> {
        match *self {
            Self::Post { room, nonce, after } | Self::Change { room, nonce, after, .. } => {
                Some(Sent { room, nonce, after })
            }
            _ => None,
        }
    }

    /// The room whose log it is about.
    pub fn log(&self) -> Option<Room> {
        match *self {
            Self::Poll { room, .. } | Self::LookBack { room, .. } | Self::FinalRead { room } => Some(room),
            _ => self.sent().map(|sent| sent.room),
        }
    }
}

impl Outcome {
    /// What was read.
    pub fn entries(&self) -> &[Entry] {
        match self {
            Self::Posted { read: entries, .. }
            | Self::Read { entries, .. }
            | Self::LookedBack { entries, .. } => entries,
            Self::Done | Self::Refused { .. } | Self::Unknown => &[],
        }
    }
}
