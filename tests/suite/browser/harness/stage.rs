//! Where a test takes place: a database, the program on it, and people with browsers.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::rc::Rc;
use std::time::Duration;

use rocket::futures::FutureExt;
use rocket::futures::future::join_all;
use rocket::tokio::sync::Semaphore;
use rocket::tokio::time::timeout;

use super::chrome::Device;
use super::{Person, SlowLine};
use crate::machines::{Program, Settings};
use crate::support::{Database, Engine, meddle};

/// How many tests may have browsers open at a time.
static STAGES: Semaphore = Semaphore::const_new(2);

/// How long a test may take on a very slow machine.
const LONGEST: Duration = Duration::from_secs(240);

/// How long its end may take.
const FAREWELL: Duration = Duration::from_secs(15);

/// The house and those who visit it.
#[derive(Debug)]
pub struct Stage {
    instances: Vec<Settings>,
    /// One for each instance; none where it has died.
    programs: RefCell<Vec<Option<Program>>>,
    people: RefCell<Vec<Rc<Person>>>,
}

/// Makes a test of every claim, with the program on an empty SQLite file.
macro_rules! in_chromium {
    ($($claim:ident),+ $(,)?) => { $(
        mod $claim {
            #[rocket::async_test]
            async fn sqlite() {
                $crate::browser::harness::play($crate::support::Engine::Sqlite, super::$claim).await;
            }
        }
    )+ };
}

/// Makes two, the other with two instances on one PostgreSQL.
macro_rules! in_chromium_on_both_engines {
    ($($claim:ident),+ $(,)?) => { $(
        mod $claim {
            use $crate::browser::harness::play;
            use $crate::support::Engine;

            #[rocket::async_test]
            async fn sqlite() { play(Engine::Sqlite, super::$claim).await }

            #[rocket::async_test]
            async fn postgres() { play(Engine::Postgres, super::$claim).await }
        }
    )+ };
}

/// Checks the claim on a new stage, and that neither page nor server complained of anything.
pub async fn play(engine: Engine, claim: impl AsyncFnOnce(&Stage)) {
    let _permit = STAGES.acquire().await.unwrap();
    let database = Database::create(engine).await;
    let stage = Stage::open(engine, &database).await;
    let act =
        timeout(LONGEST, stage.perform(claim)).map(|ended| ended.expect("a browser that still answers"));
    let outcome = AssertUnwindSafe(act).catch_unwind().await;
    // A browser that is stuck is not worth waiting for: what is left of it is killed.
    if outcome.is_err() {
        let _ = timeout(FAREWELL, stage.describe()).await;
    }
    let _ = timeout(FAREWELL, stage.close()).await;
    database.discard().await;
    outcome.unwrap_or_else(|panic| resume_unwind(panic));
}

impl Stage {
    async fn open(engine: Engine, database: &Database) -> Self {
        let instances = match engine {
            Engine::Sqlite => 1,
            Engine::Postgres => 2,
        };
        let instances: Vec<_> = (0..instances).map(|_| Settings::on(database.url())).collect();
        let programs = join_all(instances.iter().map(async |settings| Some(Program::start(settings).await)));
        Self { programs: RefCell::new(programs.await), instances, people: RefCell::default() }
    }

    /// Somebody with an account, looking at the list of rooms.
    pub async fn person(&self, name: &str) -> Rc<Person> {
        let person = self.visitor(name, Device::Desk).await;
        person.signs_up().await;
        person
    }

    /// Somebody who has just come, by turns to each of the instances.
    pub async fn visitor(&self, name: &str, device: Device) -> Rc<Person> {
        let instance = self.people.borrow().len() % self.instances.len();
        let address = self.instances[instance].url();
        self.comes(&address, name, device).await
    }

    /// A line to the server that holds up the answers to some forms.
    pub fn slow_line(&self, held: &'static str) -> SlowLine {
        SlowLine::to(self.instances[0].address(), held)
    }

    /// Somebody who has just come, over such a line.
    pub async fn visitor_over(&self, line: &SlowLine, name: &str) -> Rc<Person> {
        self.comes(&line.address(), name, Device::Desk).await
    }

    /// The server is killed.
    pub fn server_dies(&self) {
        let program = self.programs.borrow_mut()[0].take().expect("a running server");
        program.has_not_complained();
        program.kill();
    }

    /// The server is back.
    pub async fn server_comes_back(&self) {
        let program = Program::start(&self.instances[0]).await;
        self.programs.borrow_mut()[0] = Some(program);
    }

    /// Somebody changes the database behind the server's back.
    pub async fn meddles(&self, statement: &str) {
        meddle(&self.instances[0].database_url, statement).await;
    }

    async fn comes(&self, address: &str, name: &str, device: Device) -> Rc<Person> {
        let person = Rc::new(Person::at(address, name, device).await);
        self.people.borrow_mut().push(Rc::clone(&person));
        person
    }

    async fn perform(&self, claim: impl AsyncFnOnce(&Self)) {
        claim(self).await;
        for person in self.everybody() {
            person.has_seen_no_error().await;
        }
        for program in self.programs.borrow().iter().flatten() {
            program.has_not_complained();
        }
    }

    /// What everybody has before them, for whoever must find out why a test failed.
    async fn describe(&self) {
        for person in self.everybody() {
            eprintln!("{}", person.describe().await);
        }
    }

    async fn close(self) {
        for person in self.people.take() {
            if let Some(person) = Rc::into_inner(person) {
                person.goes_home().await;
            }
        }
    }

    fn everybody(&self) -> Vec<Rc<Person>> {
        self.people.borrow().clone()
    }
}
