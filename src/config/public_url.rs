//! The address by which people open Parlor.

use serde::Deserialize;
use url::{Position, Url};

/// `https://chat.example.org`, or `http://…`; with a port, if that is not the scheme's own, and nothing after it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl {
    origin: String,
    host: String,
}

impl PublicUrl {
    /// As browsers write it in `Origin`; a path can be appended to it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// As browsers write it in `Host`: with the port, if that is not the scheme's own.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether a browser that opens this address names that host; the scheme's own port may be named, too.
    pub fn is_host(&self, host: &str) -> bool {
        let own_port = if self.is_https() { ":443" } else { ":80" };
        let host =
            if self.host.ends_with(own_port) { host } else { host.strip_suffix(own_port).unwrap_or(host) };
        host.eq_ignore_ascii_case(&self.host)
    }

    /// Whether what travels there is encrypted.
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https:")
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| format!("“{text}” is no address like https://chat.example.org"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(format!("“{text}” has a user in it; it is to be an address that everybody opens"));
        }
        if url.path() != "/" {
            return Err(format!(
                "“{text}” goes on after the host, and Parlor needs a host of its own: cookies, what pages keep in the \
                 browser and the promise to use HTTPS (HSTS) are shared by all that is on a host ({} would do)",
                url.origin().ascii_serialization()
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(format!("“{text}” goes on after the host"));
        }
        let host = url[Position::BeforeHost..Position::AfterPort].to_owned();
        Ok(Self { origin: url.origin().ascii_serialization(), host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PublicUrl, String> {
        PublicUrl::try_from(text.to_owned())
    }

    #[test]
    fn it_is_written_as_browsers_write_it() {
        for (text, origin, host) in [
            ("https://chat.example.org", "https://chat.example.org", "chat.example.org"),
            ("https://Chat.Example.org:443/", "https://chat.example.org", "chat.example.org"),
            ("http://10.0.0.7:8000", "http://10.0.0.7:8000", "10.0.0.7:8000"),
            ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]", "[2001:db8::1]"),
            (
                "https://plauderei.müller.example",
                "https://plauderei.xn--mller-kva.example",
                "plauderei.xn--mller-kva.example",
            ),
        ] {
            let url = parse(text).unwrap();
            assert_eq!((url.origin(), url.host()), (origin, host), "{text}");
            assert!(
                url.is_host(host) && url.is_host(&host.to_uppercase()) && !url.is_host("elsewhere.example")
            );
            assert_eq!(url.is_https(), text.starts_with("https"), "{text}");
        }
    }

    #[test]
    fn the_usual_port_need_not_be_named() {
        let of = |text: &str| parse(text).unwrap();
        assert!(of("https://chat.example").is_host("chat.example:443"));
        assert!(!of("https://chat.example").is_host("chat.example:80"));
        assert!(of("http://[::1]").is_host("[::1]:80"));
        assert!(!of("http://chat.example:8000").is_host("chat.example"));
        assert!(!of("http://chat.example").is_host("chat.example."));
    }

    #[test]
    fn what_is_more_or_less_than_a_host_is_refused() {
        for (text, why) in [
            ("", "no address"),
            ("chat.example.org", "no address"),
            ("chat.example.org:443", "no address"),
            ("ftp://chat.example.org", "no address"),
            ("https://", "no address"),
            ("https://ana:secret@chat.example.org", "a user"),
            ("https://example.org/chat", "https://example.org would do"),
            ("https://example.org/chat/", "host of its own"),
            ("https://example.org/?room=7", "goes on"),
            ("https://example.org/#rooms", "goes on"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
