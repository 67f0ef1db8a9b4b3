//! Nonces (idempotency keys): what makes a repeated send the same message, a repeated form the same log-in.

use super::invalid::Invalid;
use super::timestamp::Timestamp;

/// The most characters a nonce may have.
pub const NONCE_MAX: usize = 64;

/// What makes sending a message twice sending it once: chosen by the sender, unique per room and author.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Nonce(String);

impl Nonce {
    /// 1 to [`NONCE_MAX`] characters of `A–Z a–z 0–9 _ -`.
    pub fn parse(sent: &str) -> Result<Self, Invalid> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if sent.is_empty() || sent.len() > NONCE_MAX || !sent.bytes().all(allowed) {
            return Err(Invalid::new(format!("A nonce has 1 to {NONCE_MAX} characters of A–Z a–z 0–9 _ -.")));
        }
        Ok(Self(sent.to_owned()))
    }

    /// A fresh one, for a form that will be sent without JavaScript: the time and 80 random bits, as
    /// `static/js/lib/browser.js` makes them. Those of messages that are sent together are stored together.
    pub fn fresh() -> Self {
        let random = rand::random::<u128>() >> 48;
        Self(format!("{:012x}{random:020x}", Timestamp::now().0))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_short_and_plain() {
        assert!(Nonce::parse("a-Z_9").is_ok());
        assert!(Nonce::parse(Nonce::fresh().as_str()).is_ok());
        for refused in ["", "a b", "é", &"x".repeat(NONCE_MAX + 1)] {
            assert!(Nonce::parse(refused).is_err());
        }
    }
}
