//! Requests that nobody means: whatever is sent, nothing fails inside, and both engines answer alike.
//!
//! [`requests`] makes them by chance from a seed, sensible ones among them, so that there is something to break;
//! `PARLOR_PROOF_SEED` repeats a run. The long forms are run by `tests/prove hostile`.

mod comparison;
mod requests;

use super::run::seed;
use crate::fixtures::{Answer, Engine, Instance, Person, check};
use comparison::{difference, masked};
use requests::{PEOPLE, Requests};

on_both_engines![nothing_fails_inside];

async fn nothing_fails_inside(instance: Instance) {
    fails_nowhere(instance, 3_000).await;
}

mod nothing_fails_inside_for_long {
    use super::*;

    #[rocket::async_test]
    #[ignore = "takes minutes: tests/prove hostile"]
    async fn sqlite() {
        check(Engine::Sqlite, |instance| fails_nowhere(instance, 100_000)).await;
    }

    #[rocket::async_test]
    #[ignore = "takes minutes: tests/prove hostile"]
    async fn postgres() {
        check(Engine::Postgres, |instance| fails_nowhere(instance, 100_000)).await;
    }
}

#[rocket::async_test]
async fn both_engines_answer_alike() {
    answer_alike(1_000).await;
}

#[rocket::async_test]
#[ignore = "takes minutes: tests/prove hostile"]
async fn both_engines_answer_alike_for_long() {
    answer_alike(10_000).await;
}

/// Some of them are logged in; the last is a visitor.
async fn people(instance: &Instance) -> Vec<Person<'_>> {
    let mut people = Vec::new();
    for name in PEOPLE {
        people.push(instance.person(name).await);
    }
    people.push(instance.visitor("eve"));
    people
}

/// Without waits, which depend on the time.
async fn at_once(instance: Instance) -> Instance {
    let instance = instance.restart_with("parlor.guesses_per_account", 0).await;
    instance.restart_with("parlor.guesses_per_address", 0).await
}

async fn fails_nowhere(instance: Instance, count: usize) {
    let instance = at_once(instance).await;
    let people = people(&instance).await;
    let mut requests = Requests::new(seed());
    let mut accepted = 0;
    for n in 0..count {
        let request = requests.next();
        let answer = request.by(&people[request.who]).send().await;
        assert!(answer.status < 500, "request {n}, {request:?}: {answer:?}");
        // What is no address is refused by Rocket before anything of ours is asked.
        let is_read = answer.status != 400;
        let nosniff = answer.header("X-Content-Type-Options") == Some("nosniff");
        assert!(nosniff || !is_read, "request {n}, {request:?}: {answer:?}");
        accepted += usize::from(answer.status < 400);
        requests.learn(&answer);
    }
    assert!(accepted > count / 20, "only {accepted} were of those that do something");
    let dee = instance.person("dee").await;
    let room = dee.creates("The room after all that").await;
    dee.says(&room, "soup").await;
    assert_eq!(dee.bodies_in(&room).await, ["soup"]);
}

async fn answer_alike(count: usize) {
    check(Engine::Sqlite, |sqlite| check(Engine::Postgres, |postgres| compare(sqlite, postgres, count)))
        .await;
}

async fn compare(sqlite: Instance, postgres: Instance, count: usize) {
    let (sqlite, postgres) = (at_once(sqlite).await, at_once(postgres).await);
    let (here, there) = (people(&sqlite).await, people(&postgres).await);
    let mut requests = Requests::new(seed());
    for n in 0..count {
        let request = requests.next();
        let [one, other] = [&here, &there].map(|people| request.by(&people[request.who]));
        let (one, other) = (one.send().await, other.send().await);
        let location = |answer: &Answer| answer.header("Location").map(masked);
        assert_eq!(one.status, other.status, "request {n}, {request:?}: {one:?} {other:?}");
        assert_eq!(location(&one), location(&other), "request {n}, {request:?}");
        let difference = difference(&masked(&one.body), &masked(&other.body));
        assert_eq!(difference, None, "request {n}, {request:?}");
        requests.learn(&one);
        if request.would_make_something() && one.status >= 400 {
            postgres.executes_sql(NUMBERS_AGAIN).await;
        }
    }
}

/// PostgreSQL gives no number twice, not even that of a room whose name was taken; SQLite does.
const NUMBERS_AGAIN: &str = "
    select setval(pg_get_serial_sequence('room', 'id'), (select coalesce(max(id), 0) + 1 from room), false);
    select setval(pg_get_serial_sequence('account', 'id'), (select coalesce(max(id), 0) + 1 from account), false)";
