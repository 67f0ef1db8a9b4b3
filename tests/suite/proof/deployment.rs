//! What everything is tried on: the real program on SQLite, or three of it on one PostgreSQL,
//! with proxies before and behind each that can fail.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rocket::tokio::time::sleep;
use tempfile::TempDir;

use crate::fixtures::Engine;
use crate::fixtures::processes::{Postgres, Program, Proxy, Settings};

/// Instances on PostgreSQL.
const INSTANCES: usize = 3;
const DATABASE: &str = "parlor";

/// On a busy machine a PostgreSQL that has crashed takes its time.
const LONG: Duration = Duration::from_secs(30);

pub struct Deployment {
    pub instances: Vec<Instance>,
    pub server: Option<Postgres>,
    /// Where the database is, not by way of any proxy.
    pub database_url: String,
    _directory: TempDir,
}

pub struct Instance {
    settings: Settings,
    program: Mutex<Option<Program>>,
    /// Between people and this instance.
    pub front: Proxy,
    /// Between this instance and PostgreSQL.
    pub back: Option<Proxy>,
}

impl Deployment {
    /// An empty one; of that program, if one is given.
    pub async fn open(engine: Engine, program: Option<PathBuf>) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (mut instances, mut server) = (Vec::new(), None);
        let database_url = match engine {
            Engine::Sqlite => {
                let url = format!("sqlite:{}", directory.path().join("parlor.db").display());
                instances.push(Instance::start(&url, program, None).await);
                url
            }
            Engine::Postgres => {
                let postgres = Postgres::create().await;
                postgres.execute(&format!("create database {DATABASE}")).await;
                for _ in 0..INSTANCES {
                    let back = Proxy::to(postgres.address()).await;
                    let url = postgres.url_through(&back, DATABASE);
                    instances.push(Instance::start(&url, program.clone(), Some(back)).await);
                }
                let url = postgres.url(DATABASE);
                server = Some(postgres);
                url
            }
        };
        Self { instances, server, database_url, _directory: directory }
    }

    /// What the instances have logged.
    pub fn log(&self) -> String {
        let logs = self.instances.iter().map(|instance| instance.program().as_ref().map(Program::log));
        logs.flatten().collect::<Vec<_>>().join("\n\n")
    }
}

impl Instance {
    async fn start(database_url: &str, program: Option<PathBuf>, back: Option<Proxy>) -> Self {
        let settings = Settings { program, ..Settings::on(database_url) };
        let front = Proxy::to(settings.address()).await;
        let instance = Self { settings, program: Mutex::default(), front, back };
        instance.come_back(&[]).await;
        instance
    }

    /// `kill -9`
    pub fn kill(&self) {
        if let Some(program) = self.program().take() {
            program.kill();
        }
    }

    /// It ends in good order.
    pub async fn stop(&self) {
        let program = self.program().take();
        if let Some(program) = program {
            let status = program.stop().await;
            assert!(status.success(), "an instance does not end in good order: {status}");
        }
    }

    /// Starts it on the same port, with these in its environment too. An instance that finds no database for
    /// long gives up, and whoever runs it starts it again.
    pub async fn come_back(&self, env: &[(&str, &str)]) {
        let mut settings = self.settings.clone();
        settings.env.extend(env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let (mut reasons, given_up) = (Vec::new(), Instant::now() + LONG);
        while Instant::now() < given_up {
            match Program::try_start(&settings).await {
                Ok(program) => {
                    *self.program() = Some(program);
                    return;
                }
                Err(reason) => reasons.push(reason),
            }
            sleep(Duration::from_millis(100)).await;
        }
        panic!("an instance does not come back: {reasons:#?}");
    }

    pub fn freeze(&self) {
        self.program().as_ref().expect("a running instance").freeze();
    }

    pub fn thaw(&self) {
        self.program().as_ref().expect("a running instance").thaw();
    }

    fn program(&self) -> MutexGuard<'_, Option<Program>> {
        self.program.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
