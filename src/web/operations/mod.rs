//! What is asked about the server itself: whether it is well, and what it has measured.

mod health;
mod metrics;
mod requests;

use std::net::IpAddr;

use rocket::request::{FromRequest, Outcome};
use rocket::{Request, Route, routes};

pub(super) use health::LastPing;
pub(super) use metrics::Metrics;
pub(super) use requests::Requests;

use super::error::Error;
use crate::config::{Config, Operations};

/// Who may ask: the machine that the server runs on, or anyone, as is set. For others nothing is at the address.
struct Operator;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Operator {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let operations = request.rocket().state::<Config>().map(|config| config.operations);
        let peer = request.remote().map(|peer| peer.ip());
        if operations == Some(Operations::Anyone) || is_local(peer, named_by_proxies(request)) {
            Outcome::Success(Self)
        } else {
            Error::NotFound.refuse(request)
        }
    }
}

/// Whether a request is about the server itself.
pub(super) fn is_asked(request: &Request<'_>) -> bool {
    matches!(request.uri().path().as_str(), "/health" | "/metrics")
}

/// All that proxies say of who has called them, whether they are trusted or not: nobody gets in by it.
fn named_by_proxies<'r>(request: &'r Request<'_>) -> impl Iterator<Item = &'r str> {
    let set = request.rocket().config().ip_header.as_ref().map(|header| header.as_str());
    let headers = ["Forwarded", "X-Forwarded-For", "X-Real-IP"].into_iter().chain(set);
    headers.flat_map(|header| request.headers().get(header)).flat_map(|line| line.split(','))
}

/// Whether the other end of the connection is this machine, and so is everybody whom proxies name.
fn is_local<'r>(peer: Option<IpAddr>, mut named: impl Iterator<Item = &'r str>) -> bool {
    let is_loopback = |address: IpAddr| address.to_canonical().is_loopback();
    peer.is_some_and(is_loopback) && named.all(|name| name.trim().parse().is_ok_and(is_loopback))
}

pub(super) fn routes() -> Vec<Route> {
    routes![health::show, metrics::show]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_ask() {
        let asks = |peer: &str, named: &[&'static str]| is_local(peer.parse().ok(), named.iter().copied());
        for (peer, named) in [
            ("127.0.0.1", &[][..]),
            ("127.9.9.9", &[]),
            ("::1", &[]),
            ("::ffff:127.0.0.1", &[]),
            ("127.0.0.1", &["127.0.0.1", " ::1"]),
        ] {
            assert!(asks(peer, named), "{peer} {named:?}");
        }
        for (peer, named) in [
            ("203.0.113.7", &[][..]),
            ("203.0.113.7", &["127.0.0.1"]),
            ("127.0.0.1", &["203.0.113.7"]),
            ("127.0.0.1", &["127.0.0.1", "203.0.113.7"]),
            ("127.0.0.1", &["for=127.0.0.1"]),
            ("127.0.0.1", &["unknown"]),
            ("", &[]),
        ] {
            assert!(!asks(peer, named), "{peer} {named:?}");
        }
    }
}
