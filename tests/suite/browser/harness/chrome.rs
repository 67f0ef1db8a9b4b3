//! One Chromium, driven by a `ChromeDriver` of its own.

use std::process::Command;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::machines::Process;

/// What somebody sits in front of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// A window on a desk.
    Desk,
    /// The narrowest phone there is, 320 pixels wide.
    Phone,
    /// A desk where JavaScript is switched off.
    WithoutScript,
}

/// A running browser with a new profile.
#[derive(Debug)]
pub struct Chrome {
    pub client: Client,
    // In the order in which they go.
    _driver: Process,
    _profile: TempDir,
}

impl Chrome {
    pub async fn start(device: Device) -> Self {
        let profile = tempfile::tempdir().expect("a directory for the profile");
        let mut command = Command::new("chromedriver");
        // Chromium keeps more than its profile, and none of it belongs to whoever runs the tests.
        let home = profile.path();
        command.arg("--port=0");
        for place in ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"] {
            command.env(place, home);
        }
        // The port that it finds free for IPv6 may be taken for IPv4: then it ends.
        let started = (0..5).find_map(|_| Process::start(&mut command, "started successfully on port").ok());
        let (driver, line) = started.expect("ChromeDriver to find a port");
        let port = line.trim_end_matches('.').rsplit(' ').next().unwrap();
        let Value::Object(wanted) = capabilities(device, &profile) else { unreachable!() };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("ChromeDriver to start a Chromium");
        Self { client, _driver: driver, _profile: profile }
    }

    /// Closes it in good order.
    pub async fn close(self) {
        self.client.close().await.expect("Chromium to close");
    }
}

fn capabilities(device: Device, profile: &TempDir) -> Value {
    let mut args = vec![
        "headless=new".to_owned(),
        "disable-gpu".to_owned(),
        "no-sandbox".to_owned(),
        "disable-component-update".to_owned(),
        "no-proxy-server".to_owned(),
        "window-size=1000,800".to_owned(),
        "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1".to_owned(),
        format!("user-data-dir={}", profile.path().join("profile").display()),
    ];
    args.retain(|arg| arg != "no-sandbox" || is_root());
    let mut options = json!({
        "args": args,
        // ChromeDriver would have every tab stay awake; people's tabs are put to sleep.
        "excludeSwitches": [
            "disable-background-timer-throttling",
            "disable-backgrounding-occluded-windows",
            "disable-renderer-backgrounding",
            "disable-back-forward-cache",
        ],
    });
    match device {
        Device::Desk => {}
        Device::Phone => {
            let screen = json!({"width": 320, "height": 568, "pixelRatio": 2, "touch": true});
            options["mobileEmulation"] = json!({ "deviceMetrics": screen });
        }
        Device::WithoutScript => {
            options["prefs"] = json!({"profile.managed_default_content_settings.javascript": 2});
        }
    }
    json!({
        "browserName": "chrome",
        "goog:loggingPrefs": {"browser": "ALL"},
        "goog:chromeOptions": options,
    })
}

/// Whom Chromium's sandbox does not let in.
fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    ids.and_then(|ids| ids.split_whitespace().nth(1)) == Some("0")
}
