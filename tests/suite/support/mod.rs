//! What tests are written with: a [`House`] on a database of its own, the [`Person`]s in it, and the
//! [`Answer`]s they get.

mod answer;
mod database;
mod deeds;
mod house;
mod markup;
mod news;
mod page;
mod person;
mod street;

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::{Duration, Instant};

use rocket::futures::FutureExt;

pub use answer::{Answer, BEGUN};
pub use database::{Database, Engine, meddle};
pub use deeds::{Post, Room, nonce};
pub use house::House;
pub use news::{EARLIER_AT_MOST, Message, NEWS_AT_MOST, News};
pub use page::{Listed, Page};
pub use person::{Person, encode};

/// Makes two tests of every claim (`…::sqlite`, `…::postgres`), each with a house on an empty database.
macro_rules! on_both_engines {
    ($($claim:ident),+ $(,)?) => { $(
        mod $claim {
            use crate::support::{Engine, check};

            #[rocket::async_test]
            async fn sqlite() { check(Engine::Sqlite, super::$claim).await }

            #[rocket::async_test]
            async fn postgres() { check(Engine::Postgres, super::$claim).await }
        }
    )+ };
}

/// The same for what only PostgreSQL can do: several instances on one database.
macro_rules! on_postgres {
    ($($claim:ident),+ $(,)?) => { $(
        mod $claim {
            use crate::support::{Engine, check};

            #[rocket::async_test]
            async fn postgres() { check(Engine::Postgres, super::$claim).await }
        }
    )+ };
}

/// Opens a house on an empty database, checks the claim in it and throws the database away, whatever came of it.
pub async fn check<F: Future>(engine: Engine, claim: impl FnOnce(House) -> F) -> F::Output {
    let database = Database::create(engine).await;
    let house = House::open(&database).await;
    let outcome = AssertUnwindSafe(claim(house)).catch_unwind().await;
    database.discard().await;
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Asks again until the answer is yes, for as long as a very slow machine might need.
///
/// Only for what is allowed to take a while, like one instance hearing of another's doings.
pub async fn eventually<F: Future<Output = bool>>(claim: &str, mut holds: impl FnMut() -> F) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < deadline, "never came true: {claim}");
        rocket::tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
