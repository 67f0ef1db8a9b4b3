//! The sessions this instance has seen.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::Timestamp;
use crate::model::accounts::AccountId;
use crate::model::sessions::TokenHash;
use crate::store::Session;

/// Sessions that were alive when they were read and whose end has not passed in the house log.
#[derive(Default)]
pub(super) struct Sessions(HashMap<TokenHash, Arc<Session>>);

impl Sessions {
    /// A session that has not expired: its end by the clock is in no log yet.
    pub(super) fn get(&self, token: &TokenHash) -> Option<Arc<Session>> {
        self.0.get(token).filter(|session| session.expires_at > Timestamp::now()).cloned()
    }

    pub(super) fn insert(&mut self, session: Session) {
        self.0.insert(session.token, Arc::new(session));
    }

    pub(super) fn remove(&mut self, token: &TokenHash) {
        self.0.remove(token);
    }

    /// The log does not say which of an account's sessions ended, so that it holds no secrets: all are
    /// forgotten, and the living ones read again when they next ask.
    pub(super) fn remove_all_of(&mut self, account: AccountId) {
        self.0.retain(|_, session| session.person.id != account);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
