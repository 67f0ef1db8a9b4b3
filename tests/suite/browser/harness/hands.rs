//! What a person does with keyboard and mouse.

use std::time::{Duration, Instant};

use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::CmdError;
use fantoccini::wd::WindowHandle;
use rocket::tokio::time::sleep;
use serde_json::json;

use super::Person;

const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(50);

impl Person {
    /// Types an address of the house.
    pub async fn opens(&self, path: &str) {
        self.client().goto(&self.url(path)).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    pub async fn reloads(&self) {
        self.client().refresh().await.expect("to reload");
    }

    pub async fn goes_back(&self) {
        self.client().back().await.expect("to go back");
    }

    /// Presses the first visible button or link of that name.
    pub async fn presses(&self, name: &str) {
        if name == "Leave" {
            // A poll may hear of it first.
            self.expects_failure("/api/rooms/", "403");
        }
        self.presses_within("", name).await;
    }

    /// Presses it in the list's entry of a room.
    pub async fn presses_at(&self, room: &str, name: &str) {
        self.presses_within(&format!("//li[.//h2[normalize-space()='{room}']]"), name).await;
    }

    async fn presses_within(&self, place: &str, name: &str) {
        let named = |tag: &str| format!("{place}//{tag}[normalize-space()='{name}']");
        let path = format!("{} | {}", named("button"), named("a"));
        self.tries(&path, async |element| element.click().await).await;
    }

    /// Replaces what stands in a field of a form, which is named by its button.
    pub async fn fills_in(&self, button: &str, label: &str, text: &str) {
        let form = format!("//form[.//button[normalize-space()='{button}']]");
        let path = format!("{form}//*[@id={form}//label[normalize-space()='{label}']/@for]");
        self.tries(&path, async |element| {
            element.clear().await?;
            element.send_keys(text).await
        })
        .await;
    }

    /// Types into the field that has the label, behind what stands there; `\u{e007}` is Enter.
    pub async fn types_in(&self, label: &str, keys: &str) {
        let path = format!("//*[@id=//label[normalize-space()='{label}']/@for]");
        self.tries(&path, async |element| element.send_keys(keys).await).await;
    }

    /// Types without looking where.
    pub async fn types(&self, keys: &str) {
        let focused = self.client().active_element().await.expect("an element with the focus");
        focused.send_keys(keys).await.expect("to type");
    }

    /// Puts a text into a field in place of what stands there, at one stroke.
    pub async fn pastes_in(&self, label: &str, text: &str) {
        let statements = "
            const box = field(given[0]);
            box.value = given[1];
            box.dispatchEvent(new InputEvent('input', { bubbles: true }));
            return true;";
        self.runs(statements, vec![json!(label), json!(text)]).await;
    }

    /// Has the mouse do something in the middle of an element: move there, go down or up.
    pub async fn points(&self, what: &str, element: &str) {
        let middle = format!(
            "(({{ left, top, width, height }}) => [left + width / 2, top + height / 2])
            (({element}).getBoundingClientRect())"
        );
        let middle = self.finds(&middle).await;
        let button = if what == "mouseMoved" { "none" } else { "left" };
        let event = json!({"type": what, "x": middle[0], "y": middle[1], "button": button, "clickCount": 1});
        self.devtools("Input.dispatchMouseEvent", event).await;
    }

    /// Opens one more tab in the same window, and looks at it.
    pub async fn opens_tab(&self, path: &str) -> WindowHandle {
        // As a link does; a tab that ChromeDriver makes would not hide the one before.
        self.finds("void open('about:blank', '_blank', 'noopener')").await;
        self.turns_to_the_newest_tab().await;
        self.places_witness().await;
        self.opens(path).await;
        self.tab().await
    }

    /// The tab looked at.
    pub async fn tab(&self) -> WindowHandle {
        self.client().window().await.expect("a tab")
    }

    /// Closes the tab looked at, and looks at another.
    pub async fn closes_tab_for(&self, other: &WindowHandle) {
        self.client().close_window().await.expect("to close the tab");
        self.turns_to(other).await;
    }

    /// Looks at another tab; the one before is hidden then.
    pub async fn turns_to(&self, tab: &WindowHandle) {
        self.client().switch_to_window(tab.clone()).await.expect("to switch to the tab");
    }

    /// Looks at the tab that was opened last.
    pub async fn turns_to_the_newest_tab(&self) {
        let tabs = self.client().windows().await.expect("tabs");
        self.turns_to(tabs.last().expect("a tab")).await;
    }

    /// Does something to the first visible match. What cannot be reached yet, or is replaced in that very
    /// moment, is tried again.
    async fn tries(&self, path: &str, act: impl AsyncFn(&Element) -> Result<(), CmdError>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let outcome = match self.first_visible(path).await {
                Ok(Some(element)) => act(&element).await.map_err(|error| error.to_string()),
                Ok(None) => Err("not there".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            let Err(reason) = outcome else { return };
            assert!(Instant::now() < deadline, "{} cannot reach {path}: {reason}", self.name);
            sleep(GLANCE).await;
        }
    }

    /// The driver's own idea of what is visible takes a log that stands upside down for cut off.
    async fn first_visible(&self, path: &str) -> Result<Option<Element>, CmdError> {
        let script = "
            const kind = XPathResult.ORDERED_NODE_SNAPSHOT_TYPE;
            const all = document.evaluate(arguments[0], document, null, kind, null);
            const found = Array.from({ length: all.snapshotLength }, (_, index) => all.snapshotItem(index))
                .find((it) => it.checkVisibility({ visibilityProperty: true }));
            found?.scrollIntoView({ block: 'nearest' });
            return found;";
        let found = self.client().execute(script, vec![json!(path)]).await?;
        let id = found.as_object().and_then(|found| found.values().next()?.as_str());
        Ok(id.map(|id| Element::from_element_id(self.client().clone(), ElementRef::from(id.to_owned()))))
    }
}
