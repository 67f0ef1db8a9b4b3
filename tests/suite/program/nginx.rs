//! Behind the nginx of `deploy/`.

use std::net::SocketAddr;

use rocket::http::Method;
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::{TcpSocket, TcpStream};

use crate::fixtures::processes::{Nginx, Program, deployed};
use crate::fixtures::{Database, Engine, Person, Room, eventually};

#[rocket::async_test]
async fn compressed_answers_are_passed_on_as_they_are() {
    let database = Database::create(Engine::Sqlite).await;
    let program = Program::start(&deployed(database.url())).await;
    let nginx = Nginx::before([program.address(); 2]).await;
    let visitor = Person::over_http(nginx.address(), "cy");
    let style = visitor.opens("/").await.page().assets().into_iter().find(|path| path.ends_with(".css"));
    for path in ["/", &style.expect("a style sheet")] {
        let answer = visitor.asks(Method::Get, path).header("Accept-Encoding", "gzip").send().await.is(200);
        assert_eq!(answer.header("Content-Encoding"), Some("gzip"), "{path}");
        assert!(answer.size < answer.body.len() / 2, "{path}");
        assert_eq!(visitor.opens(path).await.is(200).header("Content-Encoding"), None, "{path}");
    }
    database.discard().await;
}

/// The values of a header, however often it was sent.
fn values<'a>(answer: &'a str, name: &'a str) -> Vec<&'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let fields = head.lines().filter_map(|line| line.split_once(": "));
    fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

#[rocket::async_test]
async fn everybody_comes_by_https_and_all_headers_arrive_once() {
    let database = Database::create(Engine::Sqlite).await;
    let program = Program::start(&deployed(database.url())).await;
    let nginx = Nginx::before([program.address(); 2]).await;
    let visitor = Person::over_http(nginx.redirect(), "cy");
    let answer = visitor.asks(Method::Get, "/rooms?page=2").host("chat.example").send().await.is(301);
    assert_eq!(answer.header("Location"), Some("https://chat.example/rooms?page=2"));

    let ask = async |path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        nginx.ask_over_tls(&request).await
    };
    for (path, status) in [("/", 200), ("/rooms", 401), ("/nowhere", 404), ("/api/rooms/1/messages", 401)] {
        let answer = ask(path).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {answer}");
        let years = values(&answer, "Strict-Transport-Security");
        assert_eq!(years, ["max-age=63072000"], "{path}");
        assert_eq!(values(&answer, "X-Content-Type-Options"), ["nosniff"], "{path}");
        assert_eq!(values(&answer, "Server"), ["nginx"], "{path}: no version");
    }
    let page = ask("/").await;
    for name in
        ["Content-Security-Policy", "Referrer-Policy", "Cross-Origin-Resource-Policy", "Cache-Control"]
    {
        assert_eq!(values(&page, name).len(), 1, "{name}: {page}");
    }
    for path in ["/health", "/metrics"] {
        assert!(ask(path).await.starts_with("HTTP/1.1 404"), "{path} is for those who run it");
    }
    database.discard().await;
}

/// In front of nothing, so that every request fails.
#[rocket::async_test]
async fn addresses_that_let_people_in_are_not_written_down() {
    let nginx = Nginx::before([([127, 0, 0, 1], 1).into(); 2]).await;
    let visitor = Person::over_http(nginx.address(), "cy");
    for path in ["/invitations/tell-nobody", "/password-reset/tell-nobody", "/rooms"] {
        assert_eq!(visitor.opens(path).await.status, 502, "{path}");
    }
    eventually("what failed is written down", async || {
        nginx.printed().iter().any(|line| line.contains("GET /rooms "))
    })
    .await;
    assert!(!nginx.printed().concat().contains("tell-nobody"), "{:?}", nginx.printed());
}

#[rocket::async_test]
async fn one_address_asks_too_much_and_another_does_not_notice() {
    let database = Database::create(Engine::Sqlite).await;
    let program = Program::start(&deployed(database.url())).await;
    let nginx = Nginx::strict([program.address(); 2]).await;
    let mut answers = Vec::new();
    while answers.last().is_none_or(|answer: &String| answer.starts_with("HTTP/1.1 200")) {
        answers.push(ask_from([127, 0, 0, 5], nginx.address()).await);
        assert!(answers.len() < 10_000, "nothing is refused");
    }
    let refused = answers.last().unwrap();
    assert!(refused.starts_with("HTTP/1.1 429"), "{refused}");
    assert!(answers.len() > 50, "refused after {}", answers.len());
    assert_eq!(values(refused, "Retry-After"), ["2"]);
    assert_eq!(values(refused, "Strict-Transport-Security").len(), 1);
    assert!(refused.contains("Too much is asked from this address at once. Please try again"), "{refused}");
    assert!(ask_from([127, 0, 0, 6], nginx.address()).await.starts_with("HTTP/1.1 200"));
    database.discard().await;
}

/// Asks for the first page from an address of this machine.
async fn ask_from(from: [u8; 4], address: SocketAddr) -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    let mut line = socket.connect(address).await.unwrap();
    line.write_all(b"GET / HTTP/1.1\r\nHost: parlor\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    answer
}

#[rocket::async_test]
async fn who_does_not_go_on_sending_is_cut_off() {
    let database = Database::create(Engine::Sqlite).await;
    let program = Program::start(&deployed(database.url())).await;
    let nginx = Nginx::strict([program.address(); 2]).await;
    let half_a_form = "POST /session HTTP/1.1\r\nHost: parlor\r\nContent-Length: 100\r\n\r\nusername=";
    for sent in ["", "GET / HTTP/1.1\r\nHost: par", half_a_form] {
        let mut line = TcpStream::connect(nginx.address()).await.unwrap();
        line.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // It ends, or is reset: else this would never be over.
        let _ = line.read_to_end(&mut answer).await;
        assert!(!String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 2"), "{sent}");
    }
    database.discard().await;
}

/// The largest page there is, to so many who do not read it.
#[rocket::async_test]
async fn who_does_not_read_costs_parlor_no_memory() {
    const READERS: usize = 200;
    const MOST: u64 = 100 << 20;
    let database = Database::create(Engine::Sqlite).await;
    let program = Program::start(&deployed(database.url())).await;
    let nginx = Nginx::before([program.address(); 2]).await;
    let ana = Person::over_http(nginx.address(), "ana");
    ana.signs_up().await;
    let room = ana.creates("Kitchen").await;
    fill(&ana, &room).await;
    let size = ana.opens(&room.path("")).await.is(200).size;
    let baseline = program.resident();
    let mut lines = Vec::new();
    for _ in 0..READERS {
        lines.push(begin_to_read(&ana, &room, nginx.address()).await);
    }
    for line in &lines {
        line.readable().await.unwrap();
    }
    // All are answered, so that nobody's answer is still to be made.
    ana.opens(&room.path("")).await.is(200);
    let most = program.most_resident();
    let (taken, size) = (most.saturating_sub(baseline) >> 20, size >> 10);
    eprintln!("{READERS} who do not read a page of {size} KiB: {taken} MiB over the baseline at most");
    assert!(size > 200, "not the largest page");
    assert!(most <= baseline + MOST, "{taken} MiB over the baseline");
    drop(lines);
    database.discard().await;
}

/// Has as much said as a page shows.
async fn fill(person: &Person<'_>, room: &Room) {
    for n in 0..20 {
        person.says(room, &format!("{n} {}", "😀".repeat(3990))).await;
    }
}

/// Asks for the room's page and reads nothing of it.
async fn begin_to_read(person: &Person<'_>, room: &Room, address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut line = socket.connect(address).await.unwrap();
    let cookies: Vec<_> = person.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (path, cookies) = (room.path(""), cookies.join("; "));
    let request = format!("GET {path} HTTP/1.1\r\nHost: parlor\r\nCookie: {cookies}\r\n\r\n");
    line.write_all(request.as_bytes()).await.unwrap();
    line
}
