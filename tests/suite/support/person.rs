//! Somebody with a browser: a name, a password, and cookies of one's own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use rocket::http::uri::Host;
use rocket::http::{ContentType, Header, Method, Status};
use rocket::local::asynchronous::LocalRequest;
use serde_json::Value;

use super::{Answer, House};

/// One browser of one person.
#[derive(Debug)]
pub struct Person<'h> {
    pub name: String,
    house: &'h House,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl<'h> Person<'h> {
    pub const PASSWORD: &'static str = "correct horse battery";

    pub(super) fn new(house: &'h House, name: &str) -> Self {
        Self { name: name.to_owned(), house, cookies: Mutex::default() }
    }

    /// The same person at another browser, not logged in there.
    pub fn without_cookies(&self) -> Self {
        Self::new(self.house, &self.name)
    }

    /// The same browser, led to another instance by the load balancer.
    pub fn at<'o>(&self, house: &'o House) -> Person<'o> {
        let other = Person::new(house, &self.name);
        other.carries(self.cookies());
        other
    }

    /// The cookies this browser holds.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap().clone()
    }

    /// Puts other cookies in their place.
    pub fn carries(&self, cookies: BTreeMap<String, String>) {
        *self.cookies.lock().unwrap() = cookies;
    }

    /// A request that has not been sent yet.
    pub fn asks(&self, method: Method, uri: &str) -> Ask<'_> {
        let request = self.house.client().req(method, uri.to_owned()).cookies(self.cookies());
        Ask { person: self, name: format!("{method} {uri} by {}", self.name), request }
    }

    /// Gets a page, a fragment or JSON.
    pub async fn opens(&self, uri: &str) -> Answer {
        self.asks(Method::Get, uri).send().await
    }

    /// Sends a form.
    pub async fn sends(&self, uri: &str, fields: &[(&str, &str)]) -> Answer {
        self.asks(Method::Post, uri).form(fields).send().await
    }

    /// Sends JSON.
    pub async fn sends_json(&self, uri: &str, value: &Value) -> Answer {
        self.asks(Method::Post, uri).json(&value.to_string()).send().await
    }

    fn keeps_cookies_of(&self, response: &rocket::local::asynchronous::LocalResponse<'_>) {
        let mut cookies = self.cookies.lock().unwrap();
        for cookie in response.cookies().iter() {
            if cookie.max_age().is_some_and(|age| age.is_zero()) {
                cookies.remove(cookie.name());
            } else {
                cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }
}

/// A request on its way out.
#[derive(Debug)]
pub struct Ask<'p> {
    person: &'p Person<'p>,
    name: String,
    request: LocalRequest<'p>,
}

impl Ask<'_> {
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.add_header(Header::new(name, value.to_owned()));
        self
    }

    /// Sets the host that the browser believes to talk to.
    pub fn host(mut self, host: &'static str) -> Self {
        self.request.set_host(Host::parse(host).expect("a host"));
        self.header("Host", host)
    }

    pub fn body(mut self, kind: Option<ContentType>, body: impl AsRef<[u8]>) -> Self {
        if let Some(kind) = kind {
            self.request.add_header(kind);
        }
        self.request.set_body(body);
        self
    }

    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        self.body(Some(ContentType::Form), encode(fields))
    }

    pub fn json(self, text: &str) -> Self {
        self.body(Some(ContentType::JSON), text)
    }

    pub async fn send(self) -> Answer {
        let response = self.request.dispatch().await;
        self.person.keeps_cookies_of(&response);
        let Status { code } = response.status();
        let headers = response.headers().iter();
        let headers = headers.map(|h| (h.name().to_string(), h.value().to_owned())).collect();
        let body = response.into_bytes().await.unwrap_or_default();
        Answer::new(self.name, code, headers, String::from_utf8_lossy(&body).into_owned())
    }
}

/// Writes fields the way a browser sends a form.
pub fn encode(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        let separator = if text.is_empty() { "" } else { "&" };
        write!(text, "{separator}{name}=").unwrap();
        for byte in value.bytes() {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' => text.push(byte.into()),
                b' ' => text.push('+'),
                _ => write!(text, "%{byte:02X}").unwrap(),
            }
        }
    }
    text
}
