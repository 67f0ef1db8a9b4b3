//! What a person sees.

use std::time::{Duration, Instant};

use fantoccini::error::CmdError;
use rocket::tokio::time::sleep;
use serde_json::{Value, json};

use super::Person;

const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(50);

/// What every script here may use.
const WORDS: &str = "
    const $ = (selector) => document.querySelector(selector);
    const $$ = (selector) => [...document.querySelectorAll(selector)];
    const field = (label) => $$('label').find((it) => it.textContent.trim() === label)?.control;
    const shown = (it) => Boolean(it?.checkVisibility({ visibilityProperty: true }));
    const unsent = () => $$('.unsent-message').filter(shown).length;
    const buttons = (name) =>
        $$('button, a, summary').filter((it) => shown(it) && it.innerText.replace(/\\s+/g, ' ').trim() === name);
";

impl Person {
    /// The value of a JavaScript expression in the current tab.
    pub async fn finds(&self, expression: &str) -> Value {
        self.reads(expression).await.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    pub(super) async fn reads(&self, expression: &str) -> Result<Value, CmdError> {
        self.client().execute(&format!("{WORDS} return ({expression});"), Vec::new()).await
    }

    /// Runs statements in the current tab, and waits for what they return.
    pub async fn runs(&self, statements: &str, args: Vec<Value>) -> Value {
        let script = format!(
            "{WORDS} const done = arguments[arguments.length - 1]; const given = [...arguments];
             (async () => {{ {statements} }})().then(done, (error) => done({{ failed: String(error) }}));"
        );
        let value = self.client().execute_async(&script, args).await;
        let value = value.unwrap_or_else(|error| panic!("{statements}: {error}"));
        assert!(value.get("failed").is_none(), "{statements}: {value}");
        value
    }

    /// Waits until the expression is true.
    pub async fn waits_until(&self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Between two pages there is nothing that could be asked.
            let last = self.reads(expression).await;
            if matches!(last, Ok(Value::Bool(true))) {
                return;
            }
            assert!(Instant::now() < deadline, "{} never came to see: {expression}; {last:?}", self.name);
            sleep(GLANCE).await;
        }
    }

    /// Waits until all that is under way for the next picture has been done.
    pub async fn has_drawn(&self) {
        let statements = "
            const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
            await frame();
            await frame();
            return true;";
        self.runs(statements, Vec::new()).await;
    }

    /// Waits for words on the page.
    pub async fn sees(&self, words: &str) {
        self.waits_until(&format!("document.body.innerText.includes({})", json!(words))).await;
    }

    /// Waits for words to be gone.
    pub async fn sees_no_more(&self, words: &str) {
        self.waits_until(&format!("!document.body.innerText.includes({})", json!(words))).await;
    }

    /// Waits for a button or link of that name.
    pub async fn is_offered(&self, name: &str) {
        self.waits_until(&format!("buttons({}).length > 0", json!(name))).await;
    }

    /// Claims that there is no button or link of that name.
    pub async fn is_not_offered(&self, name: &str) {
        assert_eq!(self.finds(&format!("buttons({}).length", json!(name))).await, 0, "{name}");
    }

    /// Waits for words in an alert or a status.
    pub async fn is_told(&self, words: &str) {
        let told = "$$('[role=alert], [role=status]').filter(shown).map((it) => it.innerText)";
        self.waits_until(&format!("{told}.some((text) => text.includes({}))", json!(words))).await;
    }

    /// Waits until the address is this one and the page is loaded.
    pub async fn is_at(&self, path: &str) {
        let here = format!("location.pathname + location.search === {}", json!(path));
        self.waits_until(&format!("{here} && document.readyState === 'complete'")).await;
    }

    /// Waits until a field holds exactly this.
    pub async fn has_in(&self, label: &str, text: &str) {
        self.waits_until(&format!("field({})?.value === {}", json!(label), json!(text))).await;
    }
}
