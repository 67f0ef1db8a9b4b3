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

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SameOrigin {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let Some(reason) = cross_site(request) else { return Outcome::Success(Self) };
        let client = ClientAddress::of(request);
        let route = request.route().map(|route| route.uri.path());
        tracing::warn!(route, %client, "a form was refused as sent from another site: {reason}");
        Error::CrossSite.refuse(request)
    }
}

/// Why a request counts as sent from another site, if it does, for the person who runs Parlor: a proxy that does
/// not pass `Host` on is the commonest reason.
fn cross_site(request: &Request<'_>) -> Option<String> {
    let header = |name| request.headers().get_one(name);
    // What anybody may send is not to fill the log.
    let quoted = |text: &str| format!("{:?}", text.chars().take(100).collect::<String>());
    let config = request.rocket().state::<Config>();
    let public_url = config.and_then(|config| config.public_url.as_ref());
    match (header("Sec-Fetch-Site"), header("Origin")) {
        _ if matches!(request.method(), Method::Get | Method::Head) => None,
        (Some("same-origin" | "none"), _) | (None, None) => None,
        (Some(site), _) => Some(format!("Sec-Fetch-Site is {}", quoted(site))),
        (None, Some(origin)) if public_url.is_some() => {
            let ours = public_url.is_some_and(|url| url.origin() == origin);
            (!ours).then(|| format!("Origin is {}", quoted(origin)))
        }
        (None, Some(origin)) => {
            let host = header("Host");
            let agrees = origin.split_once("://").map(|(_, host)| host) == host;
            let host = host.map_or("missing".to_owned(), quoted);
            (!agrees).then(|| {
                format!("Origin is {}, but Host is {host}; does a proxy pass Host on?", quoted(origin))
            })
        }
    }
}
