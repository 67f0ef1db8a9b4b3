//! What becomes of a database when Parlor starts on it.

mod migrations;
mod names;
mod plans;
mod search;
mod start;
mod stop;
mod sweeper;
mod tls;
