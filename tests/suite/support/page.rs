//! A page as somebody meets it: by the names of its fields and buttons, its alerts, its log.

use super::markup::Element;

/// A page or a fragment.
#[derive(Clone, Debug)]
pub struct Page {
    root: Element,
}

/// A form, by where it leads.
#[derive(Clone, Debug)]
pub struct Form {
    form: Element,
}

/// A message in the log of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub seq: u64,
    pub author: String,
    pub body: String,
}

/// A room in the list of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    pub inside: usize,
    pub mine: bool,
    pub here: bool,
}

impl Page {
    #[track_caller]
    pub fn read(html: &str) -> Self {
        Self { root: Element::read(html) }
    }

    /// All that can be read on it.
    pub fn text(&self) -> String {
        self.root.text()
    }

    fn all(&self, wanted: impl Fn(&Element) -> bool) -> Vec<&Element> {
        self.root.all(&wanted)
    }

    fn with_role(&self, role: &str) -> Vec<&Element> {
        self.all(|element| element.attribute("role") == Some(role))
    }

    fn named(&self, name: &str) -> Vec<&Element> {
        self.all(|element| element.name == name)
    }

    /// What the page calls out to its reader.
    pub fn alerts(&self) -> Vec<String> {
        let called = self.with_role("alert").into_iter().chain(self.with_role("status"));
        called.map(Element::text).filter(|text| !text.is_empty()).collect()
    }

    pub fn has_heading(&self) -> bool {
        self.named("h1").iter().any(|heading| !heading.text().is_empty())
    }

    /// Claims that the page calls out something with these words.
    #[track_caller]
    pub fn calls_out(&self, words: &[&str]) -> &Self {
        let alerts = self.alerts();
        let said = alerts.iter().any(|alert| words.iter().all(|word| alert.contains(word)));
        assert!(said, "{words:?} is not among {alerts:?} on: {}", self.text());
        self
    }

    pub fn buttons(&self) -> Vec<String> {
        self.named("button").into_iter().map(Element::text).collect()
    }

    pub fn has_button(&self, name: &str) -> bool {
        self.buttons().iter().any(|button| button == name || button.starts_with(&format!("{name} ")))
    }

    /// Where a link with this text leads.
    pub fn link(&self, text: &str) -> Option<String> {
        let link = self.named("a").into_iter().find(|link| link.text().starts_with(text))?;
        link.attribute("href").map(str::to_owned)
    }

    /// Where the links in the log lead, with what they promise about it.
    pub fn links_in_log(&self) -> Vec<(String, String)> {
        let links = self.log().expect("a log").all(&|element| element.name == "a");
        let of = |link: &Element, name: &str| link.attribute(name).unwrap_or_default().to_owned();
        links.iter().map(|link| (of(link, "href"), of(link, "rel"))).collect()
    }

    /// The form that leads there.
    #[track_caller]
    pub fn form(&self, action: &str) -> Form {
        self.find_form(action).unwrap_or_else(|| panic!("no form to {action} on: {}", self.text()))
    }

    pub fn find_form(&self, action: &str) -> Option<Form> {
        let forms = self.named("form").into_iter();
        let mut forms = forms.filter(|form| form.attribute("action") == Some(action));
        forms.next().map(|form| Form { form: form.clone() })
    }

    /// All text in boxes, read-only ones too.
    pub fn boxes(&self) -> Vec<String> {
        self.named("textarea").into_iter().map(text_of_box).collect()
    }

    /// The log of messages, inside a room.
    pub fn log(&self) -> Option<&Element> {
        self.with_role("log").first().copied()
    }

    /// The messages in it.
    #[track_caller]
    pub fn messages(&self) -> Vec<Shown> {
        let log = self.log().expect("a log");
        log.all(&|element| element.attribute("data-seq").is_some()).into_iter().map(Shown::read).collect()
    }

    /// The rooms in the list.
    #[track_caller]
    pub fn rooms(&self) -> Vec<Listed> {
        self.named("li").into_iter().map(Listed::read).collect()
    }

    /// The version of a fragment, or of the first one on a page.
    #[track_caller]
    pub fn version(&self) -> String {
        self.data("data-version")
    }

    /// The place in the room's log that the page goes on from.
    #[track_caller]
    pub fn cursor(&self) -> String {
        self.data("data-cursor")
    }

    #[track_caller]
    fn data(&self, name: &str) -> String {
        let carriers = self.all(|element| element.attribute(name).is_some());
        carriers.first().and_then(|e| e.attribute(name)).unwrap_or_else(|| panic!("no {name}")).to_owned()
    }

    /// The texts of all items of lists.
    pub fn items(&self) -> Vec<String> {
        self.named("li").into_iter().map(Element::text).collect()
    }

    /// Every address the page loads something from.
    pub fn assets(&self) -> Vec<String> {
        let sources = self.all(|element| matches!(element.name.as_str(), "script" | "link" | "img"));
        let address =
            |element: &&Element| element.attribute("src").or(element.attribute("href")).map(str::to_owned);
        sources.iter().filter_map(address).collect()
    }

    /// All elements, for claims about the markup itself.
    pub fn elements(&self) -> Vec<&Element> {
        self.all(|_| true)
    }
}

impl Shown {
    #[track_caller]
    fn read(message: &Element) -> Self {
        let seq = message.attribute("data-seq").and_then(|seq| seq.parse().ok()).expect("a number");
        let part = |class: &str| {
            let found = message.all(&|element| element.attribute("class") == Some(class));
            found.first().unwrap_or_else(|| panic!("no {class}")).raw_text()
        };
        Self { seq, author: part("message__author"), body: part("message__body") }
    }
}

impl Listed {
    #[track_caller]
    fn read(item: &Element) -> Self {
        let name = item.all(&|element| element.name == "h2").first().expect("a name").text();
        let text = item.text().replacen(&name, "", 1);
        let number: String = text.chars().filter(char::is_ascii_digit).collect();
        let inside = number.parse().unwrap_or_default();
        Self { inside, mine: text.contains("Delete"), here: text.contains("Return"), name }
    }
}

impl Form {
    /// What stands in the field with this label.
    #[track_caller]
    pub fn field(&self, label: &str) -> String {
        let control =
            self.control(label).unwrap_or_else(|| panic!("no field {label} in: {}", self.form.text()));
        value_of(control)
    }

    /// What stands in a field without a label.
    #[track_caller]
    pub fn hidden(&self, name: &str) -> String {
        let found = self.form.all(&|element| element.attribute("name") == Some(name));
        value_of(found.first().unwrap_or_else(|| panic!("no hidden {name} in the form")))
    }

    /// Claims an alert in this form, or right around it.
    #[track_caller]
    pub fn complains(&self) -> &Self {
        let alerts = self.form.all(&|element| element.attribute("role") == Some("alert"));
        assert!(alerts.iter().any(|alert| !alert.text().is_empty()), "no alert in: {}", self.form.text());
        self
    }

    fn control(&self, label: &str) -> Option<&Element> {
        let labels = self.form.all(&|element| element.name == "label");
        let label = labels.into_iter().find(|element| element.text().starts_with(label))?;
        match label.attribute("for") {
            Some(id) => self.form.all(&|element| element.attribute("id") == Some(id)).first().copied(),
            None => {
                label.all(&|element| matches!(element.name.as_str(), "input" | "textarea")).first().copied()
            }
        }
    }
}

fn value_of(control: &Element) -> String {
    match control.name.as_str() {
        "textarea" => text_of_box(control),
        _ => control.attribute("value").unwrap_or_default().to_owned(),
    }
}

/// HTML drops one line break right after `<textarea>`.
fn text_of_box(control: &Element) -> String {
    let text = control.raw_text();
    text.strip_prefix('\n').map_or(text.clone(), str::to_owned)
}
