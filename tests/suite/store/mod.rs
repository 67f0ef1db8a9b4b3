//! What becomes of a database when Parlor starts on it.

mod changes;
mod migrations;
mod names;
mod plans;
mod search;
mod start;
mod stop;
mod sweeper;
mod tls;
