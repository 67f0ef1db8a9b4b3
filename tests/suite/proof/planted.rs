//! The checker can fail: each of these mistakes, made on purpose, is found.
//!
//! A mistake is a patch in the folder `planted`, which begins with what is wrong in plain words. It is applied to a
//! copy of the sources, and the program that comes of it is tried like the real one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rocket::tokio::sync::Mutex;
use rocket::tokio::task::spawn_blocking;

use super::checker::{Anomaly, Kind};
use super::many_rooms::starts_among;
use super::power_cut::cut_again_and_again;
use super::races::posts_against_leaving;
use super::run::{self, Plan, run};
use super::standstill::stands_still;
use crate::fixtures::{Engine, copy};

/// Enough for each mistake to show, and over within a minute.
const FAULTS: usize = 12;
const CUTS: usize = 20;
const RACES: usize = 200;
const ROOMS: usize = 120;

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn numbers_from_a_sequence() {
    is_found("sequence_ids", |program| faults(program, Engine::Postgres), &[Kind::SkippedPoll]).await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn a_cursor_by_timestamp() {
    is_found("timestamp_cursor", |program| faults(program, Engine::Postgres), &[Kind::SkippedPoll]).await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn no_nonce() {
    is_found("no_nonce", |program| faults(program, Engine::Sqlite), &[Kind::Duplicate]).await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn membership_checked_outside_the_transaction() {
    is_found(
        "membership_outside_transaction",
        |program| posts_against_leaving(program, RACES),
        &[Kind::AcceptedAfterLeaving],
    )
    .await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn an_ended_session_served_from_memory() {
    is_found(
        "ended_session_from_memory",
        |program| faults(program, Engine::Postgres),
        &[Kind::AcceptedAfterLogOut],
    )
    .await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn a_tail_that_skips_when_it_reads_200_at_a_time() {
    // Whether the gap is within an answer or before it depends on where the reader stood.
    is_found("tail_skips_at_200", stands_still, &[Kind::Hole, Kind::SkippedPoll]).await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn an_edit_that_memory_does_not_take_in() {
    is_found("edit_not_in_memory", |program| faults(program, Engine::Sqlite), &[Kind::Outdated]).await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn a_deleted_text_that_memory_keeps() {
    is_found("deleted_text_in_memory", |program| faults(program, Engine::Postgres), &[Kind::DeletedText])
        .await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn changes_in_the_wrong_order() {
    is_found(
        "first_change_stays",
        |program| faults(program, Engine::Sqlite),
        &[Kind::Outdated, Kind::DeletedText, Kind::PagesDiffer],
    )
    .await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn an_unloaded_room_without_news() {
    is_found(
        "unloaded_room_without_news",
        |program| starts_among(Engine::Postgres, ROOMS, 2, program),
        &[Kind::Late],
    )
    .await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn synchronous_normal_on_sqlite() {
    is_found("sqlite_synchronous_normal", |program| power_cuts(program, Engine::Sqlite), &[Kind::Lost]).await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn synchronous_commit_off_on_postgres() {
    is_found(
        "postgres_synchronous_commit_off",
        |program| power_cuts(program, Engine::Postgres),
        &[Kind::Lost],
    )
    .await;
}

/// Whoever changes what a mistake is made in is told at once, and not by the next long run.
#[test]
fn every_mistake_fits_the_sources() {
    let folder = fs::read_dir(Path::new(ROOT).join("tests/suite/proof/planted")).expect("a directory");
    let patches: Vec<_> = folder.map(|file| file.expect("an entry").path()).collect();
    assert!(!patches.is_empty());
    for patch in patches {
        plant(&patch, Path::new(ROOT), &["--check"]);
    }
}

/// Claims that a trial of a program with this mistake shows it, as an anomaly of one of these kinds.
async fn is_found(mistake: &str, trial: impl AsyncFnOnce(Option<PathBuf>) -> Vec<Anomaly>, kinds: &[Kind]) {
    // All are built in one place, so that what they have in common is built once.
    static PLACE: Mutex<()> = Mutex::const_new(());
    let _alone = PLACE.lock().await;
    let patch = Path::new(ROOT).join(format!("tests/suite/proof/planted/{mistake}.patch"));
    let what = fs::read_to_string(&patch).expect("a patch").lines().next().unwrap_or_default().to_owned();
    let program = spawn_blocking(move || build_with(&patch)).await.expect("a program that can be built");
    let began = Instant::now();
    let found = trial(Some(program)).await;
    let seconds = began.elapsed().as_secs();
    let counts = counts_by_kind(&found);
    eprintln!("{what}\n  found in {seconds} s: {counts:?}");
    let first = found.iter().find(|anomaly| kinds.contains(&anomaly.kind));
    eprintln!("  {}", first.unwrap_or_else(|| panic!("none of {kinds:?}: {what}")));
}

fn counts_by_kind(anomalies: &[Anomaly]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for anomaly in anomalies {
        *counts.entry(anomaly.kind.to_string()).or_default() += 1;
    }
    counts
}

async fn faults(program: Option<PathBuf>, engine: Engine) -> Vec<Anomaly> {
    run(Plan { engine, seed: run::seed(), posts: 0, faults: FAULTS, program }).await.anomalies
}

async fn power_cuts(program: Option<PathBuf>, engine: Engine) -> Vec<Anomaly> {
    cut_again_and_again(engine, program, run::seed(), CUTS).await.1
}

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Builds the program from its sources and the patch; says where it is.
fn build_with(patch: &Path) -> PathBuf {
    let target = Path::new(ROOT).join("target/planted");
    let sources = target.join("sources");
    let _ = fs::remove_dir_all(&sources);
    for part in ["Cargo.toml", "Cargo.lock", "Rocket.toml", "src", "templates", "static"] {
        copy(&Path::new(ROOT).join(part), &sources.join(part));
    }
    plant(patch, &sources, &[]);
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--locked", "--target-dir"]).arg(&target).current_dir(&sources);
    let status = cargo.status().expect("cargo");
    assert!(status.success(), "cargo with {}: {status}", patch.display());
    target.join("debug/parlor")
}

/// Makes the mistake in those sources.
fn plant(patch: &Path, sources: &Path, options: &[&str]) {
    let mut git = Command::new("git");
    // Nothing above them is their repository.
    let above = sources.parent().expect("a directory above");
    git.arg("apply").args(options).arg(patch).current_dir(sources).env("GIT_CEILING_DIRECTORIES", above);
    let status = git.status().expect("git");
    assert!(
        status.success(),
        "{} does not fit the sources; see tests/prove remake: {status}",
        patch.display()
    );
}
