//! A run: people move in, things break and are mended, everything is read once more, and the checker looks at
//! what everybody wrote down.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rocket::tokio::time::sleep;

use super::checker;
use super::client::Client;
use super::deployment::Deployment;
use super::endpoints::Endpoints;
use super::faults;
use super::history::{Outcome, Room};
use super::lock::Locked;
use super::report::Report;
use super::workload::Workload;
use crate::fixtures::Engine;

/// What is to be done at least.
pub struct Plan {
    pub engine: Engine,
    pub seed: u64,
    /// Acknowledged, changes among them.
    pub posts: u64,
    pub faults: usize,
    /// Of the program with a mistake in it; ours, if none.
    pub program: Option<PathBuf>,
}

/// How many times something breaks between two times of peace.
const ROUND: usize = 10;

/// Long enough for everything to be well again, and for two polls of everybody after that.
const PEACE: Duration = Duration::from_secs(8);

/// Older than memory may ever be: whatever is read after that is complete.
pub const SETTLED: Duration = Duration::from_secs(2);

/// The seed of this run: an earlier one, or a new one.
pub fn seed() -> u64 {
    let chosen = std::env::var("PARLOR_PROOF_SEED").ok();
    chosen.map_or_else(rand::random, |seed| seed.parse().expect("PARLOR_PROOF_SEED is a number"))
}

pub async fn run(plan: Plan) -> Report {
    let started = Instant::now();
    eprintln!("PARLOR_PROOF_SEED={} on {:?}", plan.seed, plan.engine);
    let deployment = Deployment::open(plan.engine, plan.program.clone()).await;
    let addresses = deployment.instances.iter().map(|instance| instance.front.address()).collect();
    let endpoints = Arc::new(Endpoints::at(addresses));
    let (workload, mut people) = Workload::begin(&endpoints, plan.seed).await;
    let locked = break_things(&plan, &deployment, &workload, &endpoints).await;
    workload.close();
    while let Some(ended) = people.join_next().await {
        ended.expect("nobody to meet what they do not expect");
    }
    sleep(SETTLED).await;
    read_everything(&endpoints, &workload.rooms(), plan.seed).await;
    let history = endpoints.recorder.take();
    locked.was_noticed(&history);
    let (unread, anomalies) = (checker::unread(&history), checker::check(&history));
    Report { engine: plan.engine, seed: plan.seed, took: started.elapsed(), history, unread, anomalies }
}

/// Says when a room was locked and nothing else was wrong but overload.
async fn break_things(
    plan: &Plan,
    deployment: &Deployment,
    workload: &Arc<Workload>,
    endpoints: &Endpoints,
) -> Locked {
    let (mut rng, recorder) = (StdRng::seed_from_u64(plan.seed), &endpoints.recorder);
    let locked = faults::overload(deployment, workload, endpoints).await;
    let mut broken = 2;
    while broken < plan.faults || recorder.acknowledged() < plan.posts {
        if broken < plan.faults {
            broken += faults::roll(deployment, recorder).await;
        }
        let round = (broken + ROUND).min(plan.faults);
        while broken < round {
            sleep(Duration::from_millis(rng.random_range(50..300))).await;
            broken += faults::strike(deployment, workload, recorder, &mut rng).await;
        }
        eprintln!("{broken} faults, {} posts acknowledged", recorder.acknowledged());
        sleep(PEACE).await;
    }
    locked
}

/// Every room, at every instance, by somebody who has just come.
async fn read_everything(endpoints: &Arc<Endpoints>, rooms: &[Room], seed: u64) {
    let mut auditor = Client::of_somebody_new(endpoints, seed).await;
    for room in rooms {
        match auditor.join(*room).await {
            Outcome::Done => {}
            Outcome::Refused { status: 410 } => continue,
            outcome => panic!("nobody can join {room:?} when all is well: {outcome:?}"),
        }
        for instance in 0..endpoints.count() {
            let read = auditor.at(instance).read_all(*room).await;
            assert!(
                matches!(read, Outcome::Read { .. }),
                "{room:?} cannot be read when all is well: {read:?}"
            );
        }
        assert_eq!(auditor.leave(*room).await, Outcome::Done, "nobody can leave when all is well");
    }
}
