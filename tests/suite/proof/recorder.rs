//! Records what everybody does, and when.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::history::{
    Account, ChangeKind, Deed, Fault, History, Moment, Nonce, Operation, Outcome, Session, span,
};

/// A history in the making.
pub struct Recorder {
    epoch: Instant,
    history: Mutex<History>,
    accounts: AtomicU32,
    sessions: AtomicU32,
    nonces: AtomicU64,
    acknowledged: AtomicU64,
}

impl Recorder {
    pub fn new() -> Self {
        Self {
            epoch: Instant::now(),
            history: Mutex::default(),
            accounts: AtomicU32::new(1),
            sessions: AtomicU32::new(1),
            nonces: AtomicU64::new(1),
            acknowledged: AtomicU64::new(0),
        }
    }

    pub fn now(&self) -> Moment {
        span(self.epoch.elapsed())
    }

    pub fn record(&self, operation: Operation) {
        let posted = matches!(operation.outcome, Outcome::Posted { repeated: false, .. });
        self.acknowledged.fetch_add(posted.into(), Ordering::Relaxed);
        self.history().operations.push(operation);
    }

    /// Something was broken from then until now.
    pub fn record_fault(&self, kind: &'static str, began: Moment) {
        let fault = Fault { kind, began, healed: self.now() };
        self.history().faults.push(fault);
    }

    /// How many posts and changes have been acknowledged, repetitions aside.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// In how many rooms a poll that began since then was answered by that instance.
    pub fn rooms_read(&self, instance: u8, since: Moment) -> usize {
        let history = self.history();
        let of_late = history.operations.iter().rev().take_while(|operation| operation.ended >= since);
        let rooms = of_late.filter_map(|operation| match (operation.deed, &operation.outcome) {
            (Deed::Poll { room, .. }, Outcome::Read { .. })
                if operation.instance == instance && operation.began >= since =>
            {
                Some(room)
            }
            _ => None,
        });
        rooms.collect::<HashSet<_>>().len()
    }

    pub fn account(&self) -> Account {
        Account(self.accounts.fetch_add(1, Ordering::Relaxed))
    }

    pub fn session(&self) -> Session {
        Session(self.sessions.fetch_add(1, Ordering::Relaxed))
    }

    pub fn nonce(&self) -> Nonce {
        Nonce(self.nonces.fetch_add(1, Ordering::Relaxed))
    }

    /// What has been written so far.
    pub fn take(&self) -> History {
        std::mem::take(&mut *self.history())
    }

    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deed {
    /// What people call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LogIn => "log-in",
            Self::LogOut => "log-out",
            Self::Create { .. } => "creation",
            Self::Join { .. } => "join",
            Self::Leave { .. } => "leave",
            Self::Delete { .. } => "deletion",
            Self::Post { .. } => "post",
            Self::Change { kind: ChangeKind::Edit, .. } => "edit",
            Self::Change { kind: ChangeKind::Deletion, .. } => "deletion of a message",
            Self::LookBack { .. } => "look back",
            Self::Poll { .. } => "poll",
            Self::FinalRead { .. } => "final read",
        }
    }
}
