//! Digests (HMAC-SHA-256) under a key of the database: of what was sent, of what wrong passwords are counted for.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::guesses::GuessKey;
use super::nonces::Nonce;
use super::posts::Content;

/// The key of [`Digest`]s, a secret of the database: a hash that has taken in the key, to go on from.
pub struct DigestKey(Hmac<Sha256>);

/// What was sent, so that a repeated send is known as such whatever became of the text since,
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

    /// The digest of what is sent with a nonce.
    pub fn digest(&self, nonce: &Nonce, content: &Content) -> Digest {
        // No nonce and no text has a zero byte.
        let of = |parts: &[&str]| self.mac(&[&[nonce.as_str(), "\0"], parts].concat());
        let mac = match content {
            Content::Message(body) => of(&[body.as_str()]),
            Content::Edit { about, body } => of(&["edited\0", &about.to_string(), "\0", body.as_str()]),
            Content::Delete { about } => of(&["deleted\0", &about.to_string()]),
        };
        Digest(mac.to_vec())
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
