//! The domain model: accounts, rooms, messages, positions in a log.
//!
//! Pure: no I/O and no framework. A value of one of these types has been checked, so the layers above
//! take them instead of strings and never check again.

pub mod accounts;
pub mod admins;
pub mod browsers;
pub mod changes;
pub mod digests;
pub mod digits;
pub mod events;
pub mod guesses;
pub mod history;
#[cfg(test)]
mod hostile;
pub mod invalid;
mod links;
pub mod list;
pub mod log;
pub mod memberships;
pub mod messages;
pub mod names;
pub mod nonces;
pub mod parts;
pub mod passwords;
pub mod posts;
pub mod refusal;
pub mod rooms;
pub mod search;
pub mod sessions;
pub mod sign_up;
pub mod terms;
mod text;
pub mod timestamp;
pub mod versions;

pub use invalid::Invalid;
pub use refusal::Refusal;
pub use timestamp::Timestamp;
