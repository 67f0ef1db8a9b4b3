//! The proof: what is promised holds while everything around it breaks.
//!
//! A [`workload`] of people runs on a [`deployment`] of real programs, [`faults`] break it under them, everybody's
//! [`client`] has the [`recorder`] write down what was done and what came of it, and the [`checker`] looks for what
//! must not be in that [`history`]. One of the faults is that there are too many people, a [`crowd`], and one is a
//! [`lock`] that somebody else holds. An instance also starts among [`many_rooms`], where all ask at once for what it
//! has yet to read. What nobody means to send is in [`hostile`]; cookies of [`ended_sessions`] are sent again.
//! `tests/run` runs the short form, `tests/prove` the long one.

mod checker;
mod client;
mod crowd;
mod deployment;
mod ended_sessions;
mod endpoints;
mod faults;
mod full_disk;
mod history;
mod hostile;
mod lock;
mod log_ins;
mod many_rooms;
mod planted;
mod power_cut;
mod races;
mod recorder;
mod report;
mod restarts;
mod run;
mod standstill;
mod update;
mod workload;

use crate::fixtures::Engine;
use run::{Plan, run};

/// In every run of the tests.
mod short {
    use super::{Engine, holds};

    const POSTS: u64 = 20_000;
    const FAULTS: usize = 30;

    #[rocket::async_test]
    async fn sqlite() {
        holds(Engine::Sqlite, POSTS, FAULTS).await;
    }

    #[rocket::async_test]
    async fn postgres() {
        holds(Engine::Postgres, POSTS, FAULTS).await;
    }
}

mod long {
    use super::{Engine, holds};

    const POSTS: u64 = 250_000;
    const FAULTS: usize = 250;

    #[rocket::async_test]
    #[ignore = "long: tests/prove"]
    async fn sqlite() {
        holds(Engine::Sqlite, POSTS, FAULTS).await;
    }

    #[rocket::async_test]
    #[ignore = "long: tests/prove"]
    async fn postgres() {
        holds(Engine::Postgres, POSTS, FAULTS).await;
    }
}

/// Nothing that was promised is broken.
async fn holds(engine: Engine, posts: u64, faults: usize) {
    let report = run(Plan { engine, seed: run::seed(), posts, faults, program: None }).await;
    eprintln!("{report}");
    report.is_clean();
    assert!(report.posts() as u64 >= posts && report.history.faults.len() >= faults, "not enough was tried");
}
