//! What a crowd that logs in, or reads large pages, costs: the server’s memory, and other people’s time.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use rocket::futures::future::{join, join_all};
use rocket::futures::stream::{self, StreamExt};
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpSocket;
use rocket::tokio::task::JoinSet;
use rocket::tokio::time::sleep;

use crate::fixtures::processes::{Nginx, Postgres, Program, Settings, deployed};
use crate::fixtures::{Person, Room, encode};

/// How many log in at the same time.
const AT_ONCE: usize = 64;
/// How many connections repeat wrong log-ins, how far away they are, and where.
const HOSTILE: usize = 200;
const DISTANCE: Duration = Duration::from_millis(20);
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// How many poll beside them.
const POLLERS: usize = 20;
/// How many read large pages beside them.
const READERS: usize = 64;
/// How many join at once behind one address.
const CLASS: usize = 200;

const MIB: u64 = 1 << 20;

#[rocket::async_test]
async fn log_ins_leave_no_memory_behind() {
    memory_after(300).await;
}

#[rocket::async_test]
#[ignore = "long: tests/prove"]
async fn two_thousand_log_ins_leave_no_memory_behind() {
    memory_after(2000).await;
}

/// At most 20 MiB for every core, and 8 for all that is not Argon2's.
async fn memory_after(log_ins: usize) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let settings = Settings::on(&format!("sqlite:{}", directory.path().join("parlor.db").display()));
    let program = Program::start(&settings).await;
    let start = program.resident();
    // Whoever has the same name waits for their turn.
    let people: Vec<_> =
        (0..8).map(|n| Person::over_http(program.address(), &format!("person-{n}"))).collect();
    join_all(people.iter().map(Person::signs_up)).await;
    let log_in = async |n: usize| people[n % people.len()].without_cookies().logs_in().await;
    stream::iter(0..log_ins).map(log_in).buffer_unordered(AT_ONCE).collect::<()>().await;
    let (end, cores) = (program.resident(), available_parallelism().expect("cores").get() as u64);
    eprintln!("{log_ins} log-ins: {} MiB at the start, {} MiB at the end", start / MIB, end / MIB);
    assert!(end <= start + (20 * cores + 8) * MIB, "{start} bytes at the start, {end} at the end");
}

/// Two instances behind nginx, as `deploy/` has them.
struct BehindNginx {
    nginx: Nginx,
    _programs: Vec<Program>,
    _server: Postgres,
}

impl BehindNginx {
    async fn start() -> Self {
        let server = Postgres::create().await;
        let settings = [deployed(&server.url("postgres")), deployed(&server.url("postgres"))];
        let mut programs = Vec::new();
        for settings in &settings {
            programs.push(Program::start(settings).await);
        }
        let nginx = Nginx::before(settings.each_ref().map(Settings::address)).await;
        Self { nginx, _programs: programs, _server: server }
    }
}

#[rocket::async_test]
async fn a_class_behind_one_address_signs_up_at_once() {
    let deployment = BehindNginx::start().await;
    let began = Instant::now();
    let mut class = JoinSet::new();
    for n in 0..CLASS {
        let pupil = Person::over_http(deployment.nginx.address(), &format!("pupil-{n}"));
        class.spawn(async move { pupil.signs_up().await });
    }
    class.join_all().await;
    eprintln!("a class of {CLASS} has signed up in {:?}", began.elapsed());
}

#[rocket::async_test]
async fn hostile_log_ins_keep_nobody_out() {
    let waits = log_ins_among_hostile_ones(50).await;
    eprintln!("among {HOSTILE} hostile connections: {}", told(&waits));
}

#[rocket::async_test]
#[ignore = "long, and about time: tests/prove"]
async fn hostile_log_ins_keep_nobody_waiting() {
    let waits = log_ins_among_hostile_ones(500).await;
    eprintln!("among {HOSTILE} hostile connections: {}", told(&waits));
    let soon = waits.iter().filter(|wait| **wait <= Duration::from_secs(2)).count();
    assert!(soon * 100 >= waits.len() * 99, "{soon} of {} within 2 s", waits.len());
}

/// Twice: as it is, where most of them are told to wait, and with every password looked at.
#[rocket::async_test]
#[ignore = "long, and about time: tests/prove"]
async fn idle_polls_go_on_beside_wrong_log_ins() {
    for (waits, env) in
        [("with waits", &[][..]), ("without", &["GUESSES_PER_ACCOUNT", "GUESSES_PER_ADDRESS"])]
    {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut settings = Settings::on(&format!("sqlite:{}", directory.path().join("parlor.db").display()));
        settings.env = env.iter().map(|name| (format!("PARLOR_{name}"), "0".to_owned())).collect();
        let program = Program::start(&settings).await;
        let ana = Person::over_http(program.address(), "ana");
        ana.signs_up().await;
        let room = ana.creates("Kitchen").await;
        polls(&ana, &room).await;
        let quiet = polls(&ana, &room).await;
        let hostile = Hostile::start(program.address(), |n| format!("somebody-{n}"));
        let busy = polls(&ana, &room).await;
        let refused = hostile.end().await;
        eprintln!("idle poll {waits}, quiet: {quiet:?}; beside {refused} wrong log-ins: {busy:?}");
        assert!(busy <= quiet * 3, "{busy:?} is more than three times {quiet:?}");
    }
}

/// Readers who open a room with as much in it as a page holds, again as soon as they have all of it.
#[rocket::async_test]
#[ignore = "long, and about time: tests/prove"]
async fn idle_polls_go_on_beside_readers_of_large_pages() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let settings = Settings::on(&format!("sqlite:{}", directory.path().join("parlor.db").display()));
    let program = Program::start(&settings).await;
    let (ana, bo) = (Person::over_http(program.address(), "ana"), Person::over_http(program.address(), "bo"));
    join_all([&ana, &bo].map(Person::signs_up)).await;
    let (kitchen, library) = (ana.creates("Kitchen").await, bo.creates("Library").await);
    for _ in 0..100 {
        bo.says(&library, &"Shall we meet at the lake at three? ".repeat(70)).await;
    }
    polls(&ana, &kitchen).await;
    let quiet = polls(&ana, &kitchen).await;
    let (read, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let cookies: Vec<_> = bo.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    // As browsers do.
    let headers = format!("Accept-Encoding: gzip\r\nCookie: {}\r\n", cookies.join("; "));
    let readers = join_all((0..READERS).map(async |_| {
        while !over.load(Ordering::Relaxed) {
            let answer = ask(program.address(), "GET", &library.path(""), &headers, "").await.unwrap();
            assert!(answer.starts_with(b"HTTP/1.1 200"));
            read.fetch_add(1, Ordering::Relaxed);
        }
    }));
    let reading = async {
        let busy = polls(&ana, &kitchen).await;
        over.store(true, Ordering::Relaxed);
        busy
    };
    let (busy, _) = join(reading, readers).await;
    let pages = read.into_inner();
    eprintln!(
        "idle poll, quiet: {quiet:?}; beside {READERS} readers, who read {pages} large pages: {busy:?}"
    );
    assert!(busy <= quiet * 3, "{busy:?} is more than three times {quiet:?}");
}

/// How long 99 of 100 idle polls take at most, of people who poll often.
async fn polls(ana: &Person<'_>, room: &Room) -> Duration {
    let end = Instant::now() + Duration::from_secs(8);
    let polls = (0..POLLERS).map(async |_| {
        let mut times = Vec::new();
        while Instant::now() < end {
            let began = Instant::now();
            ana.polls(room, "0").await.is(204);
            times.push(began.elapsed());
            sleep(Duration::from_millis(50)).await;
        }
        times
    });
    let mut times = join_all(polls).await.concat();
    times.sort_unstable();
    times[(times.len() - 1) * 99 / 100]
}

fn told(waits: &[Duration]) -> String {
    let at = |hundredths: usize| waits[(waits.len() - 1) * hundredths / 100];
    format!(
        "{} log-ins, half within {:?}, 99 % within {:?}, all within {:?}",
        waits.len(),
        at(50),
        at(99),
        at(100)
    )
}

/// How long so many people needed to get in, one after the other, shortest first.
async fn log_ins_among_hostile_ones(log_ins: usize) -> Vec<Duration> {
    let deployment = BehindNginx::start().await;
    let person = |name| Person::over_http(deployment.nginx.address(), name);
    let (ana, bo) = (person("ana"), person("bo"));
    ana.signs_up().await;
    bo.signs_up().await;
    ana.logs_out().await;
    let hostile = Hostile::start(deployment.nginx.address(), |n| {
        if n % 2 == 0 { "ana".to_owned() } else { format!("somebody-{n}") }
    });
    let mut waits = Vec::new();
    while waits.len() < log_ins {
        let began = Instant::now();
        // Ana comes in from a browser that knows her, bo from any.
        if waits.len() % 2 == 0 {
            ana.logs_in().await;
        } else {
            bo.without_cookies().logs_in().await;
        }
        waits.push(began.elapsed());
    }
    hostile.end().await;
    waits.sort_unstable();
    waits
}

/// Connections from another address that repeat wrong log-ins.
struct Hostile {
    connections: JoinSet<()>,
    refused: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
}

impl Hostile {
    fn start(address: SocketAddr, name: impl Fn(usize) -> String) -> Self {
        let (refused, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let mut connections = JoinSet::new();
        for n in 0..HOSTILE {
            let (name, refused, over) = (name(n), Arc::clone(&refused), Arc::clone(&over));
            connections.spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    if try_to_log_in(address, &name).await.is_ok() {
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                    sleep(DISTANCE).await;
                }
            });
        }
        Self { connections, refused, over }
    }

    /// How many log-ins were refused.
    async fn end(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        self.connections.join_all().await;
        let refused = self.refused.load(Ordering::Relaxed);
        assert!(refused > HOSTILE, "nobody was hostile");
        refused
    }
}

/// Somebody at another address tries a wrong password.
async fn try_to_log_in(address: SocketAddr, name: &str) -> std::io::Result<()> {
    let form = encode(&[("username", name), ("password", "not the password")]);
    let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
    ask(address, "POST", "/session", headers, &form).await.map(drop)
}

/// What is answered to somebody at another address.
async fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> std::io::Result<Vec<u8>> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((ELSEWHERE, 0).into())?;
    let mut line = socket.connect(address).await?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    line.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await?;
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await?;
    Ok(answer)
}
