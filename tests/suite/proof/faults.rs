//! What breaks, for how long, and how much of it at once: chosen by chance from a seed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use rocket::futures::future::{join, join_all};
use rocket::tokio::time::{sleep, timeout};

use super::crowd;
use super::deployment::{Deployment, Instance};
use super::endpoints::Endpoints;
use super::history::Room;
use super::lock::{Lock, Locked};
use super::recorder::Recorder;
use super::workload::Workload;
use crate::fixtures::processes::{NetworkCondition, Proxy, wrong_clock};

/// Nothing is broken for longer.
const LONGEST: u64 = 1500;

/// Longer than anybody waits for an answer.
const LOCKED_FOR: Duration = Duration::from_secs(3);
/// For a machine that is very slow.
const VERY_LONG: Duration = Duration::from_secs(20);

/// How wrong an instance's clock is.
const WRONG_CLOCK: &str = "+2h";

/// What one fault is done to; two at once are done to different parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Instance(usize),
    /// The network before it.
    Front(usize),
    /// The network behind it.
    Back(usize),
    Database,
    /// A row in it.
    Room(Room),
    /// Everybody who comes.
    People,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Harm {
    Kill,
    Freeze,
    Restart,
    WrongClock,
    Crash,
    Cut,
    Lock,
    Overload,
    Network(NetworkCondition),
}

impl Harm {
    fn of(part: Part, rng: &mut StdRng) -> Self {
        let slow = NetworkCondition::Slow(Duration::from_millis(rng.random_range(5..60)));
        let networks = [
            Self::Cut,
            Self::Network(NetworkCondition::Down),
            Self::Network(NetworkCondition::BlackHole),
            Self::Network(NetworkCondition::Stalled),
            Self::Network(NetworkCondition::LosesAnswers),
            Self::Network(slow),
        ];
        let harms: &[Self] = match part {
            Part::Instance(_) => {
                &[Self::Kill, Self::Kill, Self::Freeze, Self::Freeze, Self::Restart, Self::WrongClock]
            }
            Part::Database => &[Self::Crash, Self::Freeze],
            Part::Room(_) => &[Self::Lock],
            Part::People => &[Self::Overload],
            Part::Front(_) | Part::Back(_) => &networks,
        };
        harms[rng.random_range(0..harms.len())]
    }
}

const LOCKED: &str = "room locked by somebody else";
const OVERLOAD: &str = "ten times the people";

/// What it is called in the report.
fn name(part: Part, harm: Harm) -> &'static str {
    match (part, harm) {
        (Part::Instance(_), Harm::Kill) => "instance killed",
        (Part::Instance(_), Harm::Freeze) => "instance frozen",
        (Part::Instance(_), Harm::Restart) => "instance restarted",
        (Part::Instance(_), _) => "instance's clock two hours off",
        (Part::Database, Harm::Freeze) => "PostgreSQL frozen",
        (Part::Database, _) => "PostgreSQL crashed",
        (Part::Room(_), _) => LOCKED,
        (Part::People, _) => OVERLOAD,
        (Part::Front(_), Harm::Network(condition)) => before(condition),
        (Part::Front(_), _) => "client network cut",
        (Part::Back(_), Harm::Network(condition)) => behind(condition),
        (Part::Back(_), _) => "database network cut",
    }
}

fn before(condition: NetworkCondition) -> &'static str {
    match condition {
        NetworkCondition::Normal => "client network normal",
        NetworkCondition::Down => "client network down",
        NetworkCondition::BlackHole => "client network a black hole",
        NetworkCondition::Stalled => "client network stalled",
        NetworkCondition::Slow(_) => "client network slow",
        NetworkCondition::LosesAnswers => "client network loses answers",
    }
}

fn behind(condition: NetworkCondition) -> &'static str {
    match condition {
        NetworkCondition::Normal => "database network normal",
        NetworkCondition::Down => "database network down",
        NetworkCondition::BlackHole => "database network a black hole",
        NetworkCondition::Stalled => "database network stalled",
        NetworkCondition::Slow(_) => "database network slow",
        NetworkCondition::LosesAnswers => "database network loses answers",
    }
}

/// Breaks some part of the deployment, or several at once, and waits until all of it is whole again.
pub async fn strike(
    deployment: &Deployment,
    workload: &Arc<Workload>,
    recorder: &Recorder,
    rng: &mut StdRng,
) -> usize {
    let at_once = [1, 1, 1, 1, 2, 3][rng.random_range(0..6)];
    let chosen: HashSet<Part> = (0..at_once).map(|_| some_part(deployment, workload, rng)).collect();
    let mut harms: Vec<_> = chosen.into_iter().map(|part| (part, Harm::of(part, rng))).collect();
    // A hash set has an order of its own in every process.
    harms.sort_by_key(|(part, harm)| (name(*part, *harm), format!("{part:?}")));
    let strikes = harms.into_iter().map(|(part, harm)| {
        let time = Duration::from_millis(rng.random_range(100..LONGEST));
        async move {
            let began = recorder.now();
            do_harm(deployment, workload, part, harm, time).await;
            recorder.record_fault(name(part, harm), began);
        }
    });
    join_all(strikes.collect::<Vec<_>>()).await.len()
}

/// One instance after the other ends in good order and starts again.
pub async fn roll(deployment: &Deployment, recorder: &Recorder) -> usize {
    let began = recorder.now();
    for instance in &deployment.instances {
        instance.stop().await;
        instance.come_back(&[]).await;
    }
    recorder.record_fault("rolling restart", began);
    1
}

/// Ten times the people come to a room that is locked, and stay for a while when it no longer is.
pub async fn overload(deployment: &Deployment, workload: &Arc<Workload>, endpoints: &Endpoints) -> Locked {
    let (recorder, not_served) = (&endpoints.recorder, || endpoints.turned_away() + endpoints.unanswered());
    let (began, before, room) = (recorder.now(), not_served(), workload.room_of(0));
    let mut lock = Lock::take(deployment, room).await.expect("a lock");
    let from = recorder.now();
    let unlocked = async {
        sleep(LOCKED_FOR).await;
        timeout(VERY_LONG, lock.keeps_somebody_waiting()).await.expect("somebody to wait for a lock");
        let until = recorder.now();
        lock.let_go().await.expect("to let go");
        recorder.record_fault(LOCKED, began);
        until
    };
    let ((), until) = join(crowd::comes(workload, LOCKED_FOR * 3 / 2), unlocked).await;
    recorder.record_fault(OVERLOAD, began);
    let not_served = not_served() - before;
    eprintln!("{OVERLOAD}: {not_served} times somebody was told to come again or not answered");
    assert!(not_served > 0, "{OVERLOAD} could be served in a locked room");
    Locked { room, from, until }
}

fn some_part(deployment: &Deployment, workload: &Workload, rng: &mut StdRng) -> Part {
    let instance = rng.random_range(0..deployment.instances.len());
    let kinds = if deployment.server.is_some() { 9 } else { 6 };
    match rng.random_range(0..kinds) {
        0 => Part::People,
        1 => Part::Room(workload.room_of(rng.random_range(0..8))),
        2 | 3 => Part::Instance(instance),
        4 | 5 => Part::Front(instance),
        6 | 7 => Part::Back(instance),
        _ => Part::Database,
    }
}

async fn do_harm(deployment: &Deployment, workload: &Arc<Workload>, part: Part, harm: Harm, time: Duration) {
    match part {
        Part::Instance(n) => harm_instance(&deployment.instances[n], harm, time).await,
        Part::Front(n) => harm_network(&deployment.instances[n].front, harm, time).await,
        Part::Back(n) => {
            harm_network(deployment.instances[n].back.as_ref().expect("a proxy"), harm, time).await;
        }
        Part::People => crowd::comes(workload, time).await,
        Part::Room(room) => harm_room(deployment, room, time).await,
        Part::Database => {
            let server = deployment.server.as_ref().expect("a server");
            match harm {
                Harm::Freeze => {
                    server.freeze();
                    sleep(time).await;
                    server.thaw();
                }
                _ => {
                    server.crash().await;
                    sleep(time / 4).await;
                    server.start().await;
                }
            }
        }
    }
}

async fn harm_instance(instance: &Instance, harm: Harm, time: Duration) {
    match harm {
        Harm::Freeze => {
            instance.freeze();
            sleep(time).await;
            instance.thaw();
        }
        Harm::Restart => {
            instance.stop().await;
            instance.come_back(&[]).await;
        }
        Harm::WrongClock => {
            instance.stop().await;
            let clock = wrong_clock(WRONG_CLOCK);
            instance.come_back(&clock.each_ref().map(|(name, value)| (&**name, &**value))).await;
            sleep(time).await;
            instance.stop().await;
            instance.come_back(&[]).await;
        }
        _ => {
            instance.kill();
            sleep(time / 4).await;
            instance.come_back(&[]).await;
        }
    }
}

/// A server that has crashed, or crashes meanwhile, has no lock.
async fn harm_room(deployment: &Deployment, room: Room, time: Duration) {
    if let Ok(lock) = Lock::take(deployment, room).await {
        sleep(time).await;
        let _ = lock.let_go().await;
    }
}

async fn harm_network(proxy: &Proxy, harm: Harm, time: Duration) {
    match harm {
        Harm::Network(condition) => {
            proxy.set(condition);
            sleep(time).await;
            proxy.set(NetworkCondition::Normal);
        }
        _ => proxy.cut(),
    }
}
