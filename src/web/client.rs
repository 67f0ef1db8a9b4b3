//! Where a request comes from.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use rocket::Request;
use rocket::request::{FromRequest, Outcome};

use crate::config::Config;

/// The client's address: the other end of the connection, or, if that is a configured proxy, what the proxy says
/// in the configured header (`trusted_proxies`, `ip_header`). Nobody else's word is taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientAddress(pub(super) IpAddr);

impl ClientAddress {
    /// The address that `request` comes from; 0.0.0.0 if it came over no connection, as in tests.
    pub(super) fn of(request: &Request<'_>) -> Self {
        let peer =
            request.remote().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
        let header = request.rocket().config().ip_header.as_ref();
        let (Some(header), Some(config)) = (header, request.rocket().state::<Config>()) else {
            return Self(peer);
        };
        let forwarded: Vec<&str> =
            request.headers().get(header.as_str()).flat_map(|line| line.split(',')).collect();
        Self(client_behind(peer, &forwarded, |address| config.is_trusted_proxy(address)))
    }

    /// What counts as one address: of IPv6 the network, since every household has 2⁶⁴ addresses (RFC 6177).
    pub(super) fn network(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
            v4 => v4,
        }
    }
}

/// Who is behind `peer`. Each proxy adds whom it was called by to the end of what it was told (as with
/// `X-Forwarded-For`), so `forwarded` is read from the end, as far as proxies of ours have written it.
fn client_behind(peer: IpAddr, forwarded: &[&str], is_trusted: impl Fn(IpAddr) -> bool) -> IpAddr {
    let mut address = peer;
    let mut forwarded = forwarded.iter().rev();
    while is_trusted(address)
        && let Some(next) = forwarded.next().and_then(|text| parse(text.trim()))
    {
        address = next;
    }
    address
}

/// An address, as proxies write them: some add the port.
fn parse(text: &str) -> Option<IpAddr> {
    let address = text.parse().or_else(|_| text.parse().map(|socket: SocketAddr| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ClientAddress {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self::of(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who is behind 10.0.0.1, where 10.… are our proxies.
    fn client(forwarded: &[&str]) -> String {
        let ours = |address: IpAddr| address.to_string().starts_with("10.");
        client_behind("10.0.0.1".parse().unwrap(), forwarded, ours).to_string()
    }

    #[test]
    fn a_proxy_of_ours_is_believed_and_nobody_before_it() {
        assert_eq!(client(&["203.0.113.7"]), "203.0.113.7");
        assert_eq!(client(&["1.1.1.1", " 203.0.113.7"]), "203.0.113.7", "the first is hearsay");
        assert_eq!(client(&["1.1.1.1", "203.0.113.7", " 10.0.0.2"]), "203.0.113.7");
        assert_eq!(client(&["10.0.0.9", "10.0.0.2"]), "10.0.0.9", "somebody in our own network");
        let stranger = "198.51.100.1".parse().unwrap();
        assert_eq!(client_behind(stranger, &["203.0.113.7"], |_| false), stranger);
    }

    #[test]
    fn a_network_is_one_address() {
        let network = |text: &str| ClientAddress(text.parse().unwrap()).network();
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:10.0.0.1"), network("10.0.0.1"));
        assert_ne!(network("10.0.0.1"), network("10.0.0.2"));
    }

    #[test]
    fn what_is_no_address_is_not_believed() {
        for forwarded in [&[][..], &[""], &["unknown"], &["203.0.113.7", "_hidden"], &["203.0.113.7; 1"]] {
            assert_eq!(client(forwarded), "10.0.0.1", "{forwarded:?}");
        }
        assert_eq!(client(&["203.0.113.7:4711"]), "203.0.113.7");
        assert_eq!(client(&["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(client(&["::ffff:203.0.113.7"]), "203.0.113.7");
    }
}
