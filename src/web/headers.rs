//! Headers that every answer of a kind carries.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Header, Status};
use rocket::shield::{NoSniff, Shield};
use rocket::{Request, Response};

use super::error::Problem;
use super::paths::shows_secret;

/// Scripts, styles and pictures of our own only, all of them files; no frames, no plug-ins. HTML from a
/// fragment enters a page through the one Trusted Types policy, `parlor`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types parlor";

/// On every answer, polls too, and so nothing more.
pub(super) fn shield() -> Shield {
    Shield::new().enable(NoSniff::default())
}

/// On pages what only pages need; nothing personal is kept by a cache.
pub(super) struct Headers;

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info { name: "Headers", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        if response.content_type() == Some(ContentType::HTML) {
            response.set_header(Header::new("Content-Security-Policy", CONTENT_SECURITY_POLICY));
            // Not `no-referrer`, with which forms carry no origin, and plain HTTP has nothing else to know them by.
            let referrer = if shows_secret(request) { "strict-origin" } else { "same-origin" };
            response.set_header(Header::new("Referrer-Policy", referrer));
            response.set_header(Header::new("Cross-Origin-Opener-Policy", "same-origin"));
            response.set_header(Header::new("Cross-Origin-Resource-Policy", "same-origin"));
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
}
