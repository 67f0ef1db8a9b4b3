//! `parlor health`: asks the Parlor that runs here whether it is well, for containers that have nothing else to ask with.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use rocket::figment::Figment;

use crate::{StartError, config};

/// How long it may take to connect, and to be answered.
const TIMEOUT: Duration = Duration::from_secs(3);

/// What `/health` answers where these settings have Parlor listen.
///
/// # Errors
/// When that is not 200, or nobody answers.
pub fn ask(figment: &Figment) -> Result<String, StartError> {
    let settings = config::framework(figment)?;
    let address = SocketAddr::new(reachable(settings.address), settings.port);
    if settings.tls_enabled() {
        return Err(format!("with [default.tls], ask by: curl --insecure https://{address}/health").into());
    }
    let answer = get_health(address).map_err(|error| format!("{address} does not answer: {error}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match head.split_whitespace().nth(1) {
        Some("200") => Ok(body.to_owned()),
        Some("404") => {
            Err(format!("{address} does not tell this machine; see the setting operations").into())
        }
        _ => Err(format!("{address} is not well: {body}").into()),
    }
}

/// Where a server that listens there can be reached.
fn reachable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

fn get_health(address: SocketAddr) -> std::io::Result<String> {
    let mut connection = TcpStream::connect_timeout(&address, TIMEOUT)?;
    connection.set_read_timeout(Some(TIMEOUT))?;
    write!(connection, "GET /health HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}
