//! A PostgreSQL of one's own, to be crashed, frozen, restored and promoted.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rocket::tokio::task::spawn_blocking;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Row};
use tempfile::TempDir;

use super::{Line, Process, free_port};
use crate::support::eventually;

/// A cluster of databases that trusts everybody on this machine.
#[derive(Debug)]
pub struct Server {
    data: PathBuf,
    port: u16,
    config: Config,
    /// There while it runs.
    process: Mutex<Option<Process>>,
    /// Removed with it, unless it is somebody else's.
    home: Option<TempDir>,
}

/// Lines of its configuration.
type Config = Vec<(String, String)>;

impl Server {
    pub async fn create() -> Self {
        Self::create_with(&[]).await
    }

    /// One whose configuration says this, too.
    pub async fn create_with(config: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        let mut server = Self::new(home.path(), owned(config));
        server.home = Some(home);
        server.initialise(&["--no-sync"]).await;
        server
    }

    /// One in a directory that somebody else removes.
    pub async fn create_in(directory: &Path, config: &[(&str, &str)]) -> Self {
        let server = Self::new(directory, owned(config));
        server.initialise(&["--wal-segsize=1"]).await;
        server
    }

    fn new(home: &Path, config: Config) -> Self {
        give_to_postgres(home);
        let (data, port) = (home.join("data"), free_port());
        Self { data, port, config, process: Mutex::default(), home: None }
    }

    async fn initialise(&self, more: &[&str]) {
        let mut initdb = tool("initdb");
        initdb.args(["-U", "parlor", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "-D"]);
        run(initdb.arg(&self.data).args(more)).await;
        self.start().await;
    }

    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    pub fn url(&self, database: &str) -> String {
        url(self.address(), database)
    }

    pub fn url_through(&self, line: &Line, database: &str) -> String {
        url(line.address(), database)
    }

    /// Runs a statement in the database `postgres`.
    pub async fn execute(&self, sql: &str) {
        self.execute_in("postgres", sql).await;
    }

    pub async fn execute_in(&self, database: &str, sql: &str) {
        let mut connection = self.connect(database).await;
        let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        statement.execute(&mut connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.expect("to hang up");
    }

    /// What a query says: text, in one column.
    pub async fn finds(&self, database: &str, sql: &str) -> Vec<String> {
        let mut connection = self.connect(database).await;
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await;
        connection.close().await.expect("to hang up");
        let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.iter().map(|row: &PgRow| row.get(0)).collect()
    }

    async fn connect(&self, database: &str) -> PgConnection {
        PgConnection::connect(&self.url(database)).await.expect("the PostgreSQL of this test")
    }

    /// Crashes it, as `pg_ctl stop -m immediate` does.
    pub async fn crash(&self) {
        let mut process = self.process().take().expect("a running server");
        process.thaw();
        process.signal("QUIT");
        spawn_blocking(move || process.ends().expect("PostgreSQL to end")).await.expect("no panic");
    }

    /// Ends it without a word, with all that serve its clients.
    pub fn kill(&self) {
        self.process().take().expect("a running server").kill();
    }

    /// Starts it (again), and waits until it answers.
    pub async fn start(&self) {
        let mut postgres = tool("postgres");
        postgres.arg("-D").arg(&self.data);
        let usual = [("listen_addresses", "127.0.0.1"), ("unix_socket_directories", "")];
        let own = self.config.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        for (key, value) in usual.into_iter().chain([("port", self.port.to_string().as_str())]).chain(own) {
            postgres.arg("-c").arg(format!("{key}={value}"));
        }
        let starting = spawn_blocking(move || Process::start(&mut postgres, "is ready to accept"));
        let (process, _) = starting.await.expect("no panic").unwrap_or_else(|said| panic!("{said}"));
        *self.process() = Some(process);
    }

    /// What it has logged so far.
    pub fn printed(&self) -> Vec<String> {
        self.process().as_ref().expect("a running server").printed()
    }

    /// How much time of a core it has taken, with all that serve its clients.
    pub fn cpu(&self) -> Duration {
        self.process().as_ref().expect("a running server").cpu()
    }

    /// It stands still, with all that serve its clients.
    pub fn freeze(&self) {
        self.process().as_ref().expect("a running server").freeze();
    }

    pub fn thaw(&self) {
        self.process().as_ref().expect("a running server").thaw();
    }

    /// A server that follows this one.
    pub async fn standby(&self) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        let mut standby = Self::new(home.path(), self.config.clone());
        standby.home = Some(home);
        let mut backup = tool("pg_basebackup");
        backup.args(["-d", &self.url("postgres"), "-R", "-X", "stream", "-c", "fast", "--no-sync", "-D"]);
        run(backup.arg(&standby.data)).await;
        standby.start().await;
        eventually("it follows", async || standby.receivers().await == ["1"]).await;
        standby
    }

    /// Has a standby follow nobody any more, but stay a standby.
    pub async fn loses_sight_of_its_primary(&self) {
        self.execute("alter system set primary_conninfo = ''").await;
        self.execute("select pg_reload_conf()").await;
        eventually("it follows nobody", async || self.receivers().await == ["0"]).await;
    }

    /// How many primaries it follows.
    async fn receivers(&self) -> Vec<String> {
        let following = "select cast(count(*) as text) from pg_stat_wal_receiver where status = 'streaming'";
        self.finds("postgres", following).await
    }

    /// Makes a primary of a standby.
    pub async fn promote(&self) {
        self.execute("select pg_promote()").await;
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    /// A killed postmaster would leave its shared memory behind.
    fn drop(&mut self) {
        if let Some(mut process) = self.process().take() {
            process.thaw();
            process.signal("QUIT");
            process.ends();
        }
    }
}

fn owned(config: &[(&str, &str)]) -> Config {
    config.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn url(address: SocketAddr, database: &str) -> String {
    format!("postgres://parlor@{address}/{database}")
}

/// One of PostgreSQL's programs, none of which runs as root.
fn tool(name: &str) -> Command {
    let mut versions: Vec<u32> = fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    let newest = versions.last().expect("a version of PostgreSQL");
    let program = format!("/usr/lib/postgresql/{newest}/bin/{name}");
    let mut command = match postgres_user() {
        // Unlike `runuser`, it becomes the program: signals reach whom they are meant for.
        Some(_) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", &program]);
            command
        }
        None => Command::new(program),
    };
    command.current_dir("/").env_remove("LC_ALL").env_remove("LANG");
    command
}

async fn run(command: &mut Command) {
    let mut command = std::mem::replace(command, Command::new("true"));
    let output = spawn_blocking(move || (command.output(), command));
    let (output, command) = output.await.expect("no panic");
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Has PostgreSQL own a directory, if that is not us.
pub fn give_to_postgres(directory: &Path) {
    if let Some((user, group)) = postgres_user() {
        std::os::unix::fs::chown(directory, Some(user), Some(group)).expect("to give it away");
    }
}

/// Whom PostgreSQL runs as, if we are root.
fn postgres_user() -> Option<(u32, u32)> {
    let status = fs::read_to_string("/proc/self/status").expect("/proc");
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    if ids.and_then(|ids| ids.split_whitespace().nth(1)) != Some("0") {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd");
    let user = users.lines().find(|line| line.starts_with("postgres:")).expect("a user postgres");
    let mut numbers = user.split(':').skip(2).map(|number| number.parse().expect("a number"));
    Some((numbers.next()?, numbers.next()?))
}
