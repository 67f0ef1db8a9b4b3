//! The log of a room: how it is written, through a queue for each that shares one commit, and how it is read.

mod append;
mod post;
mod ranges;
mod read;

pub use ranges::{EntryRange, Newest};
pub(super) use read::entries_before;
pub use read::{History, UPDATE_MAX, Updates};
