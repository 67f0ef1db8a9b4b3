//! Compression of answers with gzip, for whoever accepts it (RFC 9110, section 8.4.1.3).
//!
//! Static files are compressed once, when they are read; pages, fragments and JSON as they leave.

use std::convert::Infallible;
use std::io::{Cursor, Result, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Header};
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest};
use rocket::{Request, Response};

use super::paths::{shows_search, shows_secret};

/// From how many bytes on an answer is compressed: less than that fits into one packet as it is.
const MIN_SIZE: usize = 1_400;

/// For what is compressed at each request: a page of 50 KB takes half as long as at zlib's default level, and
/// becomes 1 KB larger.
const FAST: Compression = Compression::new(3);

/// Compresses what has been rendered for a request.
pub(super) struct Gzip;

#[rocket::async_trait]
impl Fairing for Gzip {
    fn info(&self) -> Info {
        Info { name: "Compression", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let is_text = |kind: ContentType| kind.is_html() || kind.is_json();
        if !response.content_type().is_some_and(is_text) {
            return;
        }
        response.adjoin_header(Header::new("Vary", "Accept-Encoding"));
        if response.headers().contains("Content-Encoding") {
            return;
        }
        let size = response.body_mut().size().await;
        let stays_plain = shows_secret(request) || shows_search(request) || !AcceptsGzip::of(request).0;
        if stays_plain || size.is_none_or(|size| size < MIN_SIZE) {
            return;
        }
        let Ok(plain) = response.body_mut().to_bytes().await else { return };
        let (body, is_compressed) = compressed(plain);
        if is_compressed {
            response.set_header(Header::new("Content-Encoding", "gzip"));
        }
        response.set_sized_body(body.len(), Cursor::new(body));
    }
}

/// What has been rendered, compressed if that is worth it, and whether it is.
pub(super) fn compressed(plain: Vec<u8>) -> (Vec<u8>, bool) {
    if plain.len() < MIN_SIZE {
        return (plain, false);
    }
    match compress(&plain, FAST) {
        Ok(compressed) => (compressed, true),
        Err(_) => (plain, false),
    }
}

/// The content as small as it gets, if that is smaller than it is.
pub(super) fn smallest(content: &[u8]) -> Option<Vec<u8>> {
    compress(content, Compression::best()).ok().filter(|compressed| compressed.len() < content.len())
}

fn compress(content: &[u8], level: Compression) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content)?;
    encoder.finish()
}

/// Whether a client accepts gzip.
pub(super) struct AcceptsGzip(pub(super) bool);

impl AcceptsGzip {
    pub(super) fn of(request: &Request<'_>) -> Self {
        let mut codings = request.headers().get("Accept-Encoding").flat_map(|codings| codings.split(','));
        Self(codings.any(is_gzip))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for AcceptsGzip {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Infallible> {
        Outcome::Success(Self::of(request))
    }
}

/// A coding with the weight 0 is one that is not accepted.
fn is_gzip(coding: &str) -> bool {
    let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
    let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok());
    name.trim().eq_ignore_ascii_case("gzip") && weight.is_some_and(|weight: f32| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_accepted_by_name_unless_its_weight_is_0() {
        for accepted in ["gzip", " GZIP ", "gzip;q=0.5", "gzip; q=1"] {
            assert!(is_gzip(accepted), "{accepted}");
        }
        for refused in ["", "br", "gzipped", "gzip;q=0", "gzip; q=0.0", "gzip;level=9", "*"] {
            assert!(!is_gzip(refused), "{refused}");
        }
    }

    #[test]
    fn what_does_not_get_smaller_stays_as_it_is() {
        assert!(smallest(b"abc").is_none());
        assert!(smallest(&[b'a'; 1000]).is_some_and(|compressed| compressed.len() < 100));
    }
}
