//! nginx in front of two Parlors, and how the two are started: as `deploy/` has it, but for the ports.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use rocket::tokio::task::spawn_blocking;
use tempfile::TempDir;

use super::{Process, Settings, free_port};

/// A running load balancer.
#[derive(Debug)]
pub struct Balancer {
    port: u16,
    _process: Process,
    _home: TempDir,
}

const DEPLOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy");

impl Balancer {
    /// In front of those two.
    pub async fn before(instances: [SocketAddr; 2]) -> Self {
        let (port, home) = (free_port(), tempfile::tempdir().expect("a temporary directory"));
        let [one, two] = instances.map(|instance| instance.to_string());
        let mut site = example("nginx.conf");
        let listen = format!("listen {}:{port};", Ipv4Addr::LOCALHOST);
        for (theirs, ours) in [("127.0.0.1:8001", &one), ("127.0.0.1:8002", &two), ("listen 80;", &listen)] {
            assert_eq!(site.matches(theirs).count(), 1, "{theirs} in deploy/nginx.conf");
            site = site.replace(theirs, ours);
        }
        fs::write(home.path().join("parlor.conf"), site).expect("to write a file");
        fs::write(home.path().join("nginx.conf"), main_conf(home.path())).expect("to write a file");
        let mut nginx = Command::new("/usr/sbin/nginx");
        nginx.arg("-p").arg(home.path()).args(["-c", "nginx.conf", "-e", "stderr"]);
        let starting = spawn_blocking(move || Process::start(&mut nginx, "start worker process "));
        let (process, _) = starting.await.expect("no panic").unwrap_or_else(|said| panic!("{said}"));
        Self { port, _process: process, _home: home }
    }

    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }
}

/// What Debian has in /etc/nginx/nginx.conf, in a directory of ours.
fn main_conf(home: &Path) -> String {
    let home = home.display();
    let places: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {home}/{name};\n"))
        .concat();
    // Root's workers would otherwise be somebody who may not look into a temporary directory.
    format!(
        "user root; daemon off; worker_processes 1; pid {home}/nginx.pid; error_log stderr notice;
         events {{ worker_connections 1024; }}
         http {{ {places} include {home}/parlor.conf; }}"
    )
}

/// What an instance is started with there, with a port and a database of ours.
pub fn deployed(database_url: &str) -> Settings {
    let mut settings = Settings::on(database_url);
    let unit = example("parlor@.service");
    let environment = unit.lines().filter_map(|line| line.strip_prefix("Environment=")?.split_once('='));
    let port = settings.port.to_string();
    settings.env = environment.map(|(name, value)| (name.to_owned(), value.replace("%i", &port))).collect();
    assert!(
        settings.env.contains(&("ROCKET_PORT".to_owned(), port)),
        "ROCKET_PORT in deploy/parlor@.service"
    );
    settings
}

fn example(name: &str) -> String {
    let path = Path::new(DEPLOY).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
