//! What `ChromeDriver` understands beyond the standard.

use fantoccini::Client;
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

#[derive(Debug)]
struct Command {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

async fn send(client: &Client, path: &'static str, body: Value) -> Value {
    client.issue_cmd(Command { path, body }).await.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What the console has shown since the last time, over all tabs.
pub async fn console(client: &Client) -> Vec<Value> {
    let Value::Array(entries) = send(client, "se/log", json!({"type": "browser"})).await else {
        panic!("no list of entries")
    };
    entries
}

/// Pulls the plug of the network, or puts it in again.
pub async fn set_offline(client: &Client, offline: bool) {
    let conditions = json!({
        "offline": offline, "latency": 0, "download_throughput": -1, "upload_throughput": -1,
    });
    send(client, "chromium/network_conditions", json!({ "network_conditions": conditions })).await;
}

/// Speaks to the current tab in Chrome's own protocol.
pub async fn devtools(client: &Client, command: &str, params: Value) -> Value {
    send(client, "goog/cdp/execute", json!({"cmd": command, "params": params})).await
}
