//! Somebody with a browser: a name, a password, and cookies of one's own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Mutex;

use rocket::http::uri::Host;
use rocket::http::{ContentType, Cookie, Header, Method, Status};
use serde_json::Value;

use super::street::{self, Raw};
use super::{Answer, House};

/// One browser of one person.
#[derive(Debug)]
pub struct Person<'h> {
    pub name: String,
    door: Door<'h>,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// Where somebody's requests go in.
#[derive(Clone, Copy, Debug)]
enum Door<'h> {
    /// Straight to an instance in this process.
    Inside(&'h House),
    /// To whatever listens there.
    Street(SocketAddr),
}

impl<'h> Person<'h> {
    pub const PASSWORD: &'static str = "correct horse battery";

    pub(super) fn new(house: &'h House, name: &str) -> Self {
        Self::before(Door::Inside(house), name)
    }

    /// Somebody who comes in from the street, without an account or a cookie.
    pub fn on_the_street(address: SocketAddr, name: &str) -> Self {
        Self::before(Door::Street(address), name)
    }

    fn before(door: Door<'h>, name: &str) -> Self {
        Self { name: name.to_owned(), door, cookies: Mutex::default() }
    }

    /// The same person at another browser, not logged in there.
    pub fn without_cookies(&self) -> Self {
        Self::before(self.door, &self.name)
    }

    /// The same browser, led to another instance by the load balancer.
    pub fn at<'o>(&self, house: &'o House) -> Person<'o> {
        self.before_another(Door::Inside(house))
    }

    /// The same, on the street.
    pub fn at_address(&self, address: SocketAddr) -> Person<'static> {
        self.before_another(Door::Street(address))
    }

    fn before_another<'o>(&self, door: Door<'o>) -> Person<'o> {
        let other = Person::before(door, &self.name);
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
        let (uri, headers, body) = (uri.to_owned(), Vec::new(), Vec::new());
        Ask { person: self, request: Request { method, uri, host: None, headers, body } }
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

    fn keeps_cookies_of(&self, headers: &[(String, String)]) {
        let mut cookies = self.cookies.lock().unwrap();
        for (_, value) in headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Set-Cookie")) {
            let cookie = Cookie::parse_encoded(value).expect("a cookie");
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
    request: Request,
}

#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) uri: String,
    /// What the browser believes to talk to, if not the address.
    pub(super) host: Option<&'static str>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Ask<'_> {
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers.push((name, value.to_owned()));
        self
    }

    /// Sets the host that the browser believes to talk to.
    pub fn host(mut self, host: &'static str) -> Self {
        self.request.host = Some(host);
        self
    }

    pub fn body(mut self, kind: Option<ContentType>, body: impl AsRef<[u8]>) -> Self {
        self.request.body = body.as_ref().to_vec();
        match kind {
            Some(kind) => self.header("Content-Type", &kind.to_string()),
            None => self,
        }
    }

    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        self.body(Some(ContentType::Form), encode(fields))
    }

    pub fn json(self, text: &str) -> Self {
        self.body(Some(ContentType::JSON), text)
    }

    pub async fn send(self) -> Answer {
        let question = self.name();
        self.try_send().await.unwrap_or_else(|failure| panic!("{question}: {failure}"))
    }

    /// The same, where the line or whoever answers may fail.
    pub async fn try_send(self) -> Result<Answer, String> {
        let (status, headers, body) = match self.person.door {
            Door::Inside(house) => self.dispatch(house).await,
            Door::Street(address) => street::ask(address, &self.request, &self.cookies()).await?,
        };
        self.person.keeps_cookies_of(&headers);
        Ok(Answer::new(self.name(), status, headers, String::from_utf8_lossy(&body).into_owned()))
    }

    async fn dispatch(&self, house: &House) -> Raw {
        let Request { method, uri, host, headers, body } = &self.request;
        let mut request = house.client().req(*method, uri.clone()).cookies(self.person.cookies());
        if let Some(host) = host {
            request.set_host(Host::parse(host).expect("a host"));
            request.add_header(Header::new("Host", *host));
        }
        for (name, value) in headers {
            request.add_header(Header::new(*name, value.clone()));
        }
        request.set_body(body);
        let response = request.dispatch().await;
        let Status { code } = response.status();
        let headers = response.headers().iter();
        let headers = headers.map(|h| (h.name().to_string(), h.value().to_owned())).collect();
        (code, headers, response.into_bytes().await.unwrap_or_default())
    }

    fn name(&self) -> String {
        format!("{} {} by {}", self.request.method, self.request.uri, self.person.name)
    }

    fn cookies(&self) -> String {
        let cookies = self.person.cookies().into_iter();
        let cookies: Vec<_> =
            cookies.map(|cookie| Cookie::from(cookie).encoded().stripped().to_string()).collect();
        cookies.join("; ")
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
