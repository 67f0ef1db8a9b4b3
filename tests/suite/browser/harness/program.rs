//! The program as people run it: the real binary, a real port, a database.

use std::env;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Command;

use super::process::Process;

const ATTEMPTS: usize = 5;

/// One running Parlor.
#[derive(Debug)]
pub struct Program {
    process: Process,
    database_url: String,
    port: u16,
}

impl Program {
    /// Starts one on a free port.
    pub fn start(database_url: &str) -> Self {
        let mut failures = Vec::new();
        // Whoever looks for a free port may find that somebody else has taken it since.
        for _ in 0..ATTEMPTS {
            let port = free_port();
            match launch(database_url, port) {
                Ok(process) => return Self { process, database_url: database_url.to_owned(), port },
                Err(reason) => failures.push(reason),
            }
        }
        panic!("Parlor does not start: {failures:#?}");
    }

    /// Where it is, without a slash at the end.
    pub fn address(&self) -> String {
        format!("http://{}", self.socket())
    }

    /// The same, for whoever connects by hand.
    pub fn socket(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// `kill -9`: nothing is finished, nothing is closed.
    pub fn dies(&mut self) {
        self.has_not_complained();
        self.process.kill();
    }

    /// Starts it again on the same port and database.
    pub fn comes_back(&mut self) {
        self.process = launch(&self.database_url, self.port).expect("Parlor to come back");
    }

    /// Claims that it had nothing to warn of.
    #[track_caller]
    pub fn has_not_complained(&self) {
        let printed = self.process.printed();
        let complaints: Vec<_> = printed.iter().filter(|line| !line.starts_with("info: ")).collect();
        assert!(complaints.is_empty(), "the server complains: {complaints:#?}");
    }
}

fn launch(database_url: &str, port: u16) -> Result<Process, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
    let foreign =
        |name: &str| ["PARLOR_", "ROCKET_", "RUST_LOG"].iter().any(|prefix| name.starts_with(prefix));
    for (name, _) in env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("ROCKET_ADDRESS", "127.0.0.1")
        .env("ROCKET_PORT", port.to_string())
        .env("PARLOR_DATABASE_URL", database_url);
    Ok(Process::start(&mut command, "Parlor is open at")?.0)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}
