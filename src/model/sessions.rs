//! Sessions: the token in a browser's cookie, and its hash in the database.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::accounts::Person;
use super::timestamp::Timestamp;

/// How long a session lives after the last thing its person did (NIST SP 800-63B-4, AAL1: 30 days).
pub const IDLE: Duration = Duration::from_hours(30 * 24);
/// How long a form that is sent again, with the nonce it was sent with before, is one log-in and not two.
pub const REPEAT: Duration = Duration::from_mins(1);
/// How often, at most, an extended expiry is stored.
pub const TOUCH: Duration = Duration::from_hours(1);

/// A 256-bit secret, made at log-in and known to the browser alone.
pub struct Token([u8; 32]);

impl Token {
    /// A new secret from the operating system's generator.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// As the cookie carries it: 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Reads what [`Token::to_hex`] wrote.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// What the server stores and looks up.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

/// SHA-256 of a [`Token`]: who reads the database cannot log in with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// 64 hexadecimal digits.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }

    /// What a page calls the session by.
    pub fn id(self) -> SessionId {
        SessionId(hex::encode(&self.0[..8]))
    }
}

/// The beginning of a [`TokenHash`], in hexadecimal digits: enough to tell a person's sessions apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionId(pub String);

/// A session, as its person sees it.
pub struct ListedSession {
    /// The hash of its token.
    pub token: TokenHash,
    /// What the browser is called, if it was known at log-in.
    pub browser: Option<String>,
    /// When its person logged in.
    pub created_at: Timestamp,
    /// When they last did something, to the hour.
    pub seen_at: Timestamp,
}

/// An active session.
#[derive(Clone, Debug)]
pub struct Session {
    /// The hash of its token.
    pub token: TokenHash,
    /// Whose it is.
    pub person: Person,
    /// When its person last did something, to the hour.
    pub seen_at: Timestamp,
    /// When it ends if nothing more is done.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_the_cookie() {
        let token = Token::random();
        assert_eq!(Token::from_hex(&token.to_hex()).unwrap().hash(), token.hash());
        for broken in ["", "00", &"g".repeat(64), &"0".repeat(63), &"é".repeat(32)] {
            assert!(Token::from_hex(broken).is_none());
        }
    }
}
