//! The log of a room: how it is written, through the commit queues, and how it is read.

mod append;
mod batch;
mod changes;
mod history;
mod message;
mod post;
mod ranges;
mod read;
mod sent;

pub(super) use history::history;
pub use message::FoundMessage;
pub use ranges::{EntryRange, Newest};
pub use read::{UPDATE_MAX, Updates};
