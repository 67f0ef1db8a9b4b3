//! The guard against forged requests (CSRF): what changes something is not asked for by a page of another site.

use rocket::Request;
use rocket::http::Method;
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest};

use super::client::ClientAddress;
use super::error::Error;
use crate::config::Config;

/// A request that changes nothing, or was not sent by a page of another site.
///
/// The rule of Go's `http.CrossOriginProtection`: `Sec-Fetch-Site` where the browser sends it, else
/// `Origin` against `public_url` or, where none is set, `Host`; a request with neither comes from no browser.
pub(super) struct SameOrigin;

/// How much of a header the log tells, in characters.
const SAID_MAX: usize = 100;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SameOrigin {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let Some(reason) = cross_site(request) else { return Outcome::Success(Self) };
        let route = request.route().map(|route| route.uri.path());
        let client = ClientAddress::of(request);
        let said = |name| {
            let header = request.headers().get_one(name)?;
            Some(header.chars().take(SAID_MAX).collect::<String>())
        };
        let (site, origin, host) = (said("Sec-Fetch-Site"), said("Origin"), said("Host"));
        tracing::warn!(
            route,
            %client,
            site,
            origin,
            host,
            "a form was refused as sent from another site: {reason}"
        );
        Error::CrossSite.refuse(request)
    }
}

/// Why a request counts as sent from another site, if it does, for the person who runs Parlor: a proxy that does
/// not pass `Host` on is the commonest reason.
fn cross_site(request: &Request<'_>) -> Option<&'static str> {
    let header = |name| request.headers().get_one(name);
    let config = request.rocket().state::<Config>();
    let public_url = config.and_then(|config| config.public_url.as_ref());
    match (header("Sec-Fetch-Site"), header("Origin")) {
        _ if matches!(request.method(), Method::Get | Method::Head) => None,
        (Some("same-origin" | "none"), _) | (None, None) => None,
        (Some(_), _) => Some("its browser says so"),
        (None, Some(origin)) => match public_url {
            Some(url) => (url.origin() != origin).then_some("its Origin is not public_url"),
            None => {
                let host = origin.split_once("://").map(|(_, host)| host);
                (host != header("Host")).then_some("its Origin is not its Host; does a proxy pass Host on?")
            }
        },
    }
}
