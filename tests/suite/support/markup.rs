//! Just enough of HTML to read our own pages, and strict: an element left open or closed twice is a failure.

/// An element and what is in it.
#[derive(Clone, Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

/// What can be inside an element.
#[derive(Clone, Debug)]
pub enum Node {
    Element(Element),
    Text(String),
}

const VOID: [&str; 8] = ["area", "br", "col", "hr", "img", "input", "link", "meta"];

impl Element {
    /// Reads a page or a fragment; the root has no name.
    pub fn read(html: &str) -> Self {
        let mut open = vec![Self::default()];
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            add_text(&mut open, &rest[..start]);
            rest = &rest[start..];
            rest = if let Some(comment) = rest.strip_prefix("<!--") {
                comment.split_once("-->").expect("the end of a comment").1
            } else if rest.starts_with("<!") {
                rest.split_once('>').expect("the end of a declaration").1
            } else if let Some(end) = rest.strip_prefix("</") {
                let (name, after) = end.split_once('>').expect("the end of an end tag");
                close(&mut open, name.trim());
                after
            } else {
                read_start_tag(&mut open, &rest[1..])
            };
        }
        add_text(&mut open, rest);
        let names: Vec<_> = open.iter().skip(1).map(|element| &element.name).collect();
        assert!(names.is_empty(), "left open: {names:?} in {html}");
        open.remove(0)
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// All elements below this one that satisfy a condition, in the order of the page; not those in a `<template>`.
    pub fn all<'e>(&'e self, wanted: &dyn Fn(&Element) -> bool) -> Vec<&'e Element> {
        let mut found = Vec::new();
        for child in self.elements() {
            if wanted(child) {
                found.push(child);
            }
            if child.name != "template" {
                found.extend(child.all(wanted));
            }
        }
        found
    }

    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The text as it stands in the page.
    pub fn raw_text(&self) -> String {
        let pieces = self.children.iter().map(|child| match child {
            Node::Text(text) => text.clone(),
            Node::Element(element) if matches!(element.name.as_str(), "template" | "script" | "style") => {
                String::new()
            }
            Node::Element(element) => element.raw_text(),
        });
        pieces.collect()
    }

    /// The text as a reader sees it, in one line.
    pub fn text(&self) -> String {
        self.raw_text().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn add_text(open: &mut [Element], text: &str) {
    if !text.is_empty() {
        open.last_mut().expect("the root").children.push(Node::Text(unescape(text)));
    }
}

fn close(open: &mut Vec<Element>, name: &str) {
    let element = open.pop().expect("the root");
    assert_eq!(element.name, name, "closed in the wrong order");
    open.last_mut().expect("something open around it").children.push(Node::Element(element));
}

/// Reads what follows a `<` and returns what follows the tag (for a script, what follows its text).
fn read_start_tag<'t>(open: &mut Vec<Element>, tag: &'t str) -> &'t str {
    let (name, mut rest) = tag.split_at(tag.find([' ', '\n', '\t', '>', '/']).expect("the end of a tag"));
    let mut element = Element { name: name.to_owned(), ..Element::default() };
    let after = loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            break after;
        }
        rest = match rest.strip_prefix('/') {
            Some(slash) => slash,
            None => read_attribute(&mut element, rest),
        };
    };
    if VOID.contains(&name) {
        open.last_mut().expect("the root").children.push(Node::Element(element));
        return after;
    }
    open.push(element);
    match name {
        "script" | "style" => &after[after.find("</").expect("the end of a script")..],
        _ => after,
    }
}

fn read_attribute<'t>(element: &mut Element, text: &'t str) -> &'t str {
    let end = text.find(['=', ' ', '\n', '\t', '>', '/']).expect("the end of an attribute");
    let (name, rest) = text.split_at(end);
    let (value, rest) = match rest.strip_prefix("=\"") {
        Some(quoted) => quoted.split_once('"').expect("the end of a value"),
        None => ("", rest),
    };
    assert!(!rest.starts_with('='), "an attribute without quotes: {text:.40}");
    assert!(element.attribute(name).is_none(), "an attribute twice: {name}");
    element.attributes.push((name.to_owned(), unescape(value)));
    rest
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let (name, after) = after.split_once(';').unwrap_or_else(|| panic!("a bare & before {after:.20}"));
        plain.push(character(name));
        rest = after;
    }
    plain + rest
}

fn character(name: &str) -> char {
    let code = match name {
        "amp" => return '&',
        "lt" => return '<',
        "gt" => return '>',
        "quot" => return '"',
        "nbsp" => return '\u{a0}',
        "middot" => return '·',
        "hellip" => return '…',
        _ => name.strip_prefix('#').unwrap_or_else(|| panic!("an unknown entity: &{name};")),
    };
    let number = match code.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => code.parse(),
    };
    number.ok().and_then(char::from_u32).expect("a character")
}
