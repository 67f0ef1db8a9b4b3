//! The sessions this instance has seen.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::Timestamp;
use crate::model::accounts::AccountId;
use crate::model::sessions::Session;
use crate::model::sessions::TokenHash;

/// Sessions that were active when they were read and whose end has not passed in the event log.
#[derive(Default)]
pub(super) struct Sessions {
    by_token: HashMap<TokenHash, Arc<Session>>,
    /// So that the end of one does not look at all.
    by_account: HashMap<AccountId, Vec<TokenHash>>,
}

impl Sessions {
    /// A session that has not expired: its end by the clock is in no log yet.
    pub(super) fn get(&self, token: &TokenHash, now: Timestamp) -> Option<&Arc<Session>> {
        self.by_token.get(token).filter(|session| session.expires_at > now)
    }

    pub(super) fn insert(&mut self, session: Session) {
        let (token, account) = (session.token, session.person.id);
        if self.by_token.insert(token, Arc::new(session)).is_none() {
            self.by_account.entry(account).or_default().push(token);
        }
    }

    pub(super) fn remove(&mut self, token: &TokenHash) {
        let Some(session) = self.by_token.remove(token) else { return };
        let account = session.person.id;
        if let Some(tokens) = self.by_account.get_mut(&account) {
            tokens.retain(|other| other != token);
            if tokens.is_empty() {
                self.by_account.remove(&account);
            }
        }
    }

    /// The log does not say which of an account's sessions ended, so that it holds no secrets: all are
    /// forgotten, and the active ones read again when they next ask.
    pub(super) fn remove_all_of(&mut self, account: AccountId) {
        for token in self.by_account.remove(&account).unwrap_or_default() {
            self.by_token.remove(&token);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_token.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::accounts::Person;

    fn session(token: u8, account: i64) -> Session {
        let person = Person { id: AccountId(account), name: "ana".to_owned() };
        let (seen_at, expires_at) = (Timestamp(0), Timestamp(100));
        Session { token: TokenHash([token; 32]), person, seen_at, expires_at }
    }

    #[test]
    fn the_end_of_one_session_forgets_those_of_its_account_and_no_others() {
        let mut sessions = Sessions::default();
        for (token, account) in [(1, 1), (2, 1), (3, 2), (1, 1)] {
            sessions.insert(session(token, account));
        }
        let active =
            |sessions: &Sessions, token| sessions.get(&TokenHash([token; 32]), Timestamp(99)).is_some();
        sessions.remove(&TokenHash([2; 32]));
        assert!(active(&sessions, 1) && !active(&sessions, 2));
        assert_eq!(sessions.by_account[&AccountId(1)].len(), 1);
        sessions.remove_all_of(AccountId(1));
        assert!(!active(&sessions, 1) && active(&sessions, 3));
        assert!(sessions.get(&TokenHash([3; 32]), Timestamp(100)).is_none(), "expired");
        assert_eq!(sessions.by_account.len(), 1);
    }
}
