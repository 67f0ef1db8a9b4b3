//! Digests (HMAC-SHA-256) under a key of the database: of messages as they were sent, of what wrong passwords are counted for.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::guesses::GuessKey;
use super::messages::Body;
use super::nonces::Nonce;

/// The key of [`Digest`]s, a secret of the database: a hash that has taken in the key, to go on from.
pub struct DigestKey(Hmac<Sha256>);

/// What a message said when it was sent, so that a repeated send is known as such whatever became of the text since,
/// and nobody can tell from it what was said (HMAC-SHA-256).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest(pub Vec<u8>);

impl DigestKey {
    /// As long as a block of SHA-256.
    pub const BYTES: usize = 64;

    /// The key that these hexadecimal digits are.
    pub fn from_hex(digits: &str) -> Option<Self> {
        let mut bytes = [0; Self::BYTES];
        hex::decode_to_slice(digits, &mut bytes).ok()?;
        Some(Self(Hmac::new(&bytes.into())))
    }

    /// The digest of a text as it is sent with a nonce.
    pub fn digest(&self, nonce: &Nonce, body: &Body) -> Digest {
        // No nonce has a zero byte.
        Digest(self.mac(&[nonce.as_str(), "\0", body.as_str()]).to_vec())
    }

    /// The key of what `kind` says, without a zero byte, and `of` names.
    pub fn guess_key(&self, kind: &str, of: &str) -> GuessKey {
        // No nonce is empty.
        GuessKey(self.mac(&["\0", kind, "\0", of]))
    }

    fn mac(&self, parts: &[&str]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}
