//! The tests of Parlor, black box: everything here goes through [`parlor::build`] and the protocol it speaks.
//!
//! One binary, one folder per floor, one file per noun; `fixtures` is what they are written with. Every claim about
//! pages, messages and storage is checked on SQLite and on PostgreSQL; `tests/run` brings what that needs. People
//! have names: ana, bo, cy.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that meets what it does not expect has failed"
)]

#[macro_use] // `on_both_engines!`
#[path = "suite/fixtures/mod.rs"]
mod fixtures;

#[path = "suite/browser/mod.rs"]
mod browser;
#[path = "suite/cluster/mod.rs"]
mod cluster;
#[path = "suite/http/mod.rs"]
mod http;
#[path = "suite/live/mod.rs"]
mod live;
#[path = "suite/load/mod.rs"]
mod load;
#[path = "suite/map.rs"]
mod map;
#[path = "suite/program/mod.rs"]
mod program;
#[path = "suite/proof/mod.rs"]
mod proof;
#[path = "suite/store/mod.rs"]
mod store;
#[path = "suite/stories/mod.rs"]
mod stories;
