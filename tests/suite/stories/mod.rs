//! Several people doing random things, against a plain model in memory: every answer is compared.
//!
//! [`actions`] says what can be done, [`world`] what must come of it, [`reply`] how the two are compared,
//! [`play`] does it all to a real instance, with [`sending`] for messages and changes of them and [`tabs`] for pages that
//! stay open. A failure is shrunk to the shortest story that still fails.

mod actions;
mod comparison;
mod play;
mod refusal;
mod reply;
mod sending;
mod tabs;
mod world;
