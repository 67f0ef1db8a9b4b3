//! Somebody in front of a browser.

use std::cell::{Cell, RefCell};

use serde_json::{Value, json};

use super::chrome::{Chrome, Device};
use super::commands;

/// In every new page: what must never happen reaches the console, where a test finds it at the end.
const WITNESS: &str = "
    addEventListener('parlor:protocol-error', ({ detail }) => console.error('parlor:protocol-error', detail.reason), true);
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error('securitypolicyviolation', violatedDirective, blockedURI), true);
    addEventListener('unhandledrejection', ({ reason }) => console.error('unhandledrejection', String(reason)));
";

/// A person, and the browser with all its tabs.
#[derive(Debug)]
pub struct Person {
    pub name: String,
    chrome: Chrome,
    address: String,
    /// The error messages that a test provokes itself: where, and what.
    expected: RefCell<Vec<(String, &'static str)>>,
    /// The disagreement of page and server that it provokes.
    expected_protocol_error: Cell<Option<&'static str>>,
    console: RefCell<Vec<Value>>,
}

impl Person {
    pub(super) async fn at(address: &str, name: &str, device: Device) -> Self {
        let chrome = Chrome::start(device).await;
        let person = Self {
            name: name.to_owned(),
            chrome,
            address: address.to_owned(),
            expected: RefCell::default(),
            expected_protocol_error: Cell::default(),
            console: RefCell::default(),
        };
        person.places_witness().await;
        person.opens("/").await;
        person
    }

    pub(super) fn client(&self) -> &fantoccini::Client {
        &self.chrome.client
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Says that Chrome is going to report an address as failed, and how: a status or one of its errors.
    pub fn expects_failure(&self, path: &str, how: &'static str) {
        self.expected.borrow_mut().push((self.url(path), how));
    }

    /// Says that the page is going to find the server in disagreement with it, and what it will say of that.
    pub fn expects_protocol_error(&self, what: &'static str) {
        self.expected_protocol_error.set(Some(what));
    }

    /// Speaks to Chrome itself about the current tab.
    pub async fn devtools(&self, command: &str, params: Value) -> Value {
        commands::devtools(self.client(), command, params).await
    }

    pub async fn goes_offline(&self) {
        commands::set_offline(self.client(), true).await;
    }

    pub async fn comes_online(&self) {
        commands::set_offline(self.client(), false).await;
    }

    /// Every tab needs one.
    pub(super) async fn places_witness(&self) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WITNESS })).await;
    }

    /// Claims a console without warnings and errors but the expected ones.
    pub async fn has_seen_no_error(&self) {
        let entries = self.reads_console().await;
        let surprises: Vec<_> = entries.iter().filter(|entry| !self.is_expected(entry)).collect();
        assert!(surprises.is_empty(), "{}'s console: {surprises:#?}", self.name);
    }

    /// The address, the text and the console.
    pub(super) async fn describe(&self) -> String {
        let page = self.reads("[location.href, document.body.innerText].join('\\n')").await;
        let console = self.reads_console().await;
        let page = page.as_ref().ok().and_then(Value::as_str).unwrap_or("no page");
        format!("== before {}:\n{page}\n-- console: {console:#?}", self.name)
    }

    pub(super) async fn goes_home(self) {
        self.chrome.close().await;
    }

    async fn reads_console(&self) -> Vec<Value> {
        let new = commands::console(self.client()).await;
        self.console.borrow_mut().extend(new);
        self.console.borrow().clone()
    }

    fn is_expected(&self, entry: &Value) -> bool {
        let message = entry["message"].as_str().unwrap_or_default();
        let harmless = matches!(entry["level"].as_str(), Some("INFO" | "DEBUG"));
        let expected = |(url, how): &(String, &str)| message.starts_with(url) && message.contains(how);
        let protocol_error = |what: &str| message.contains(what);
        harmless
            || (entry["source"] == "network" && self.expected.borrow().iter().any(expected))
            || (entry["source"] == "console-api"
                && self.expected_protocol_error.get().is_some_and(protocol_error))
    }
}
