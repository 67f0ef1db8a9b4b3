//! Questions to a real program, over a real line.

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;
use rocket::tokio::time::timeout;

use super::person::Request;

/// How long a browser waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Status, headers and body.
pub(super) type Raw = (u16, Vec<(String, String)>, Vec<u8>);

/// Asks over a connection of its own, and reads the whole answer.
pub(super) async fn ask(address: SocketAddr, request: &Request, cookies: &str) -> Result<Raw, String> {
    let Ok(outcome) = timeout(PATIENCE, exchange(address, request, cookies)).await else {
        return Err(format!("no answer in {PATIENCE:?}"));
    };
    read(&outcome.map_err(|error| error.to_string())?)
}

async fn exchange(address: SocketAddr, request: &Request, cookies: &str) -> std::io::Result<Vec<u8>> {
    let Request { method, uri, host, headers, body } = request;
    let host = host.map_or(address.to_string(), str::to_owned);
    let length = body.len();
    let mut head = format!("{method} {uri} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    let mut say = |name: &str, value: &dyn Display| head.push_str(&format!("{name}: {value}\r\n"));
    if method.supports_payload() {
        if !headers.iter().any(|(name, _)| *name == "Origin") {
            say("Origin", &format_args!("http://{host}"));
        }
        say("Content-Length", &length);
    }
    if !cookies.is_empty() {
        say("Cookie", &cookies);
    }
    for (name, value) in headers {
        say(name, value);
    }
    let mut line = TcpStream::connect(address).await?;
    line.set_nodelay(true)?;
    line.write_all(&[head.as_bytes(), b"\r\n", body].concat()).await?;
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await?;
    Ok(answer)
}

fn read(answer: &[u8]) -> Result<Raw, String> {
    let cut = || format!("an answer cut short: {:?}", String::from_utf8_lossy(answer));
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(cut)?;
    let (head, body) = (String::from_utf8_lossy(&answer[..end]), answer[end + 4..].to_vec());
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).ok_or_else(cut)?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Content-Length"));
    match length {
        Some((_, length)) if length.parse() != Ok(body.len()) => Err(cut()),
        Some(_) => Ok((status, headers, body)),
        None if body.is_empty() => Ok((status, headers, body)),
        None => Err(format!("no length: {head}")),
    }
}
