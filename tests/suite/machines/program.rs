//! The program as people run it: the real binary, a real port, a database.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::Duration;
use std::{env, fs};

use rocket::tokio::task::spawn_blocking;

use super::{Process, free_port};

/// One running Parlor.
#[derive(Debug)]
pub struct Program {
    process: Process,
    address: SocketAddr,
}

/// What a Parlor is started with; the same again makes the next one take the place of the last.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The binary; the one these tests were built with, if none.
    pub program: Option<PathBuf>,
    pub port: u16,
    pub database_url: String,
    /// Where it is started.
    pub directory: PathBuf,
    /// A command of the shell that limits it, before it is started.
    pub limits: Option<String>,
    /// What else is in its environment; the last word on everything.
    pub env: Vec<(String, String)>,
}

impl Settings {
    /// A free port, a database, and nothing else.
    pub fn on(database_url: &str) -> Self {
        let directory = env!("CARGO_MANIFEST_DIR").into();
        let database_url = database_url.to_owned();
        Self { program: None, port: free_port(), database_url, directory, limits: None, env: Vec::new() }
    }

    /// Where the program is going to be.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The same as a browser takes it, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }
}

impl Program {
    /// Starts it and waits until it can be visited.
    pub async fn start(settings: &Settings) -> Self {
        Self::try_start(settings).await.unwrap_or_else(|log| panic!("Parlor does not start: {log}"))
    }

    /// The same; what it has logged if it gives up.
    pub async fn try_start(settings: &Settings) -> Result<Self, String> {
        let (mut command, address) = (command(settings), settings.address());
        let starting = spawn_blocking(move || Process::start(&mut command, "Parlor is open at"));
        let (process, _) = starting.await.expect("no panic")?;
        Ok(Self { process, address })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// `kill -9`: nothing is finished, nothing is closed.
    pub fn kill(mut self) {
        self.process.kill();
    }

    /// It stands still, connections and all (SIGSTOP).
    pub fn freeze(&self) {
        self.process.freeze();
    }

    /// It goes on (SIGCONT).
    pub fn thaw(&self) {
        self.process.thaw();
    }

    /// Stops it in good order (SIGTERM), and says how it ended.
    pub async fn stop(mut self) -> ExitStatus {
        self.process.signal("TERM");
        let ending = spawn_blocking(move || self.process.ends().expect("Parlor to stop"));
        ending.await.expect("no panic")
    }

    /// The same, with all that it has logged.
    pub async fn stop_and_read(self) -> (ExitStatus, String) {
        self.stop_by("TERM").await
    }

    /// The same, by another signal.
    pub async fn stop_by(mut self, signal: &str) -> (ExitStatus, String) {
        self.process.signal(signal);
        let ending = spawn_blocking(move || {
            let ended = self.process.ends().expect("Parlor to stop");
            (ended, self.process.everything_printed().join("\n"))
        });
        ending.await.expect("no panic")
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.process.printed().join("\n")
    }

    /// How many bytes of memory it has taken.
    pub fn resident(&self) -> u64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("a running program");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its size");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
    }

    /// How much time of a core it has taken.
    pub fn cpu(&self) -> Duration {
        self.process.cpu()
    }

    /// Claims that it had nothing to warn of, but that the machine is busy.
    #[track_caller]
    pub fn has_not_complained(&self) {
        let printed = self.process.printed();
        let complains = |line: &&String| !line.contains("  INFO ") && !line.contains("slow statement");
        let complaints: Vec<_> = printed.iter().filter(complains).collect();
        assert!(complaints.is_empty(), "the server complains: {complaints:#?}");
    }
}

fn command(settings: &Settings) -> Command {
    let ours = || env!("CARGO_BIN_EXE_parlor").into();
    let program = settings.program.clone().unwrap_or_else(ours);
    let mut command = match &settings.limits {
        None => Command::new(program),
        Some(limits) => {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(format!("{limits} && exec \"$0\"")).arg(program);
            shell
        }
    };
    let foreign =
        |name: &str| ["PARLOR_", "ROCKET_", "RUST_LOG"].iter().any(|prefix| name.starts_with(prefix));
    for (name, _) in env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    let ours = |folder: &str| format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
    command
        .current_dir(&settings.directory)
        .env("ROCKET_ADDRESS", "127.0.0.1")
        .env("ROCKET_PORT", settings.port.to_string())
        .env("ROCKET_TEMPLATE_DIR", ours("templates"))
        .env("PARLOR_STATIC_DIR", ours("static"))
        .env("PARLOR_DATABASE_URL", &settings.database_url)
        .envs(settings.env.iter().map(|(name, value)| (name, value)));
    command
}
