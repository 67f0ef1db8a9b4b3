//! What Rocket answers by itself, without asking any handler.

use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;

use crate::fixtures::processes::{Program, Settings};
use crate::fixtures::{Database, Engine};

#[rocket::async_test]
async fn an_answer_to_what_cannot_be_read_carries_the_headers() {
    let database = Database::create(Engine::Sqlite).await;
    let program = Program::start(&Settings::on(database.url())).await;
    for line in ["BREW / HTTP/1.1", "BREW /api/rooms/1/messages HTTP/1.1"] {
        let mut stream = TcpStream::connect(program.address()).await.unwrap();
        let request = format!("{line}\r\nHost: {}\r\nConnection: close\r\n\r\n", program.address());
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let head = head.to_lowercase();
        assert!(head.starts_with("http/1.1 4") && !body.is_empty(), "{answer}");
        for header in [
            "x-content-type-options: nosniff",
            "content-security-policy: default-src 'none'",
            "cross-origin-resource-policy: same-origin",
            "cache-control: no-store",
        ] {
            assert!(head.contains(header), "no {header} in {answer}");
        }
    }
    drop(program);
    database.discard().await;
}
