//! Rendering: what every page is given.

use std::sync::Arc;

use rocket::Responder;
use rocket::http::Status;
use rocket::response::Redirect;
use rocket::response::content::RawHtml;
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::guards::User;
use super::large_answers::LargeAnswer;
use super::templates::Name;

/// The context of a page: who sees it, and its own content.
#[derive(Serialize)]
pub(super) struct Page<'a, T> {
    person: Option<&'a str>,
    account: Option<i64>,
    is_admin: bool,
    unsent: Option<&'a str>,
    #[serde(flatten)]
    content: T,
}

impl<'a, T: Serialize> Page<'a, T> {
    pub(super) fn new(user: Option<&'a User>, content: T) -> Self {
        let person = user.map(|user| &user.session.person);
        Self {
            person: person.map(|person| person.name.as_str()),
            account: person.map(|person| person.id.0),
            is_admin: user.is_some_and(|user| user.is_admin),
            unsent: None,
            content,
        }
    }

    /// Words that could not be sent, to be copied from the page.
    pub(super) fn with_unsent(self, unsent: Option<&'a str>) -> Self {
        Self { unsent: unsent.filter(|words| !words.trim().is_empty()), ..self }
    }

    /// For somebody whose name cannot be looked up now, with *Log out* all the same.
    pub(super) fn of_someone(self) -> Self {
        Self { person: Some(""), ..self }
    }
}

/// A page, or where there is one.
#[derive(Responder)]
pub(super) enum PageAnswer {
    /// The page.
    Page(Template),
    /// The page, which may be large.
    Large(LargeAnswer),
    /// The page with a form that was not accepted, and what is wrong.
    Refused((Status, Template)),
    /// The same of a page that may be large.
    LargeRefused((Status, LargeAnswer)),
    /// The page is there, or what was asked is done.
    Redirect(Box<Redirect>),
}

impl PageAnswer {
    pub(super) fn refused(status: u16, page: Template) -> Self {
        Self::Refused((Status::new(status), page))
    }
}

impl From<Redirect> for PageAnswer {
    fn from(redirect: Redirect) -> Self {
        Self::Redirect(Box::new(redirect))
    }
}

/// A fragment of a page, or word that the reader has the newest.
#[derive(Responder)]
pub(super) enum Fragment {
    /// The fragment, to be rendered.
    Changed(Box<Template>),
    /// The fragment, as it was rendered for others, too.
    Shared(RawHtml<Arc<str>>),
    /// `204 No Content`.
    Unchanged(Status),
}

impl Fragment {
    /// The fragment, rendered.
    pub(super) fn changed(name: Name, content: impl Serialize) -> Self {
        Self::Changed(Box::new(render(name, content)))
    }

    /// A fragment that was [made once](super::fragments) for many.
    pub(super) fn shared(fragment: Arc<str>) -> Self {
        Self::Shared(RawHtml(fragment))
    }

    /// There is nothing newer.
    pub(super) fn unchanged() -> Self {
        Self::Unchanged(Status::NoContent)
    }
}

/// Renders a template.
pub(super) fn render(name: Name, context: impl Serialize) -> Template {
    Template::render(name.0, context)
}
