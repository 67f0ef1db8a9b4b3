//! What becomes of a database when a house opens on it.

mod migrations;
mod names;
mod plans;
mod start;
mod stop;
mod sweeper;
mod tls;
