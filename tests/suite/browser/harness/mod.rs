//! What browser tests are written with: a [`Stage`] with the program on it and [`Person`]s in Chromium.
//!
//! People wait for what they expect to see, up to a deadline, and never for a time.

mod chrome;
mod commands;
mod deeds;
mod eyes;
mod hands;
mod person;
mod slow_line;
#[macro_use]
mod stage;

pub use chrome::Device;
pub use deeds::Said;
pub use person::Person;
pub use slow_line::SlowLine;
pub use stage::{Stage, play};
