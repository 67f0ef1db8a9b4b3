//! Headers that every answer of a kind carries.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Header, Status};
use rocket::response::{self, Responder};
use rocket::shield::{Hsts, Shield};
use rocket::{Request, Response};

use super::error::Problem;
use super::paths::shows_secret;
use crate::config::Config;

/// Scripts, styles and pictures of our own only, all of them files; no frames, no plug-ins. HTML from a
/// fragment enters a page through the one Trusted Types policy, `parlor`.
const OF_PAGES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
     trusted-types parlor";

/// What is no page is none either where a browser takes it for one.
const OF_OTHERS: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox";

/// Rocket's own headers: over HTTPS, that nothing else is to be used from now on, for a year.
pub(super) fn shield(config: &Config) -> Shield {
    if config.is_https() { Shield::new().enable(Hsts::default()) } else { Shield::new() }
}

/// On every answer what it is good for; nothing personal is kept by a cache.
pub(super) struct Headers;

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info { name: "Headers", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        set(request, response);
    }
}

/// The same on what Rocket answers without asking fairings: requests that it cannot read.
pub(super) struct WithHeaders<R>(pub(super) R);

impl<'r, 'o: 'r, R: Responder<'r, 'o>> Responder<'r, 'o> for WithHeaders<R> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'o> {
        let mut response = self.0.respond_to(request)?;
        set(request, &mut response);
        Ok(response)
    }
}

fn set(request: &Request<'_>, response: &mut Response<'_>) {
    let is_page = response.content_type() == Some(ContentType::HTML);
    let mut set = |name: &'static str, value: &'static str| response.set_header(Header::new(name, value));
    set("Content-Security-Policy", if is_page { OF_PAGES } else { OF_OTHERS });
    set("X-Content-Type-Options", "nosniff");
    set("Cross-Origin-Resource-Policy", "same-origin");
    if is_page {
        // Not `no-referrer`, with which forms carry no origin, and plain HTTP has nothing else to know them by.
        set("Referrer-Policy", if shows_secret(request) { "strict-origin" } else { "same-origin" });
        set("Cross-Origin-Opener-Policy", "same-origin");
    }
    // Even 204 may be kept by a cache (RFC 9110, section 15.3.5).
    if !response.headers().contains("Cache-Control") {
        response.set_header(Header::new("Cache-Control", "no-store"));
    }
    if matches!(response.status(), Status::TooManyRequests | Status::ServiceUnavailable) {
        let seconds = Problem::of_request(request, response.status()).retry_after;
        seconds.map(|seconds| response.set_header(Header::new("Retry-After", seconds.to_string())));
    }
}
