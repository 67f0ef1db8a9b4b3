//! Rendering: what every page is given, and the templates' start-up check.

use std::error::Error;
use std::path::{Path, PathBuf};

use rocket::Responder;
use rocket::fairing::Fairing;
use rocket::figment::Figment;
use rocket::figment::value::magic::RelativePathBuf;
use rocket::http::Status;
use rocket_dyn_templates::minijinja::{UndefinedBehavior, Value, context};
use rocket_dyn_templates::{Engines, Template};
use serde::Serialize;

use super::guards::User;
use crate::model::{accounts, messages, rooms};

/// The context of a page: who sees it, and its own content.
#[derive(Serialize)]
pub(super) struct Page<'a, T> {
    person: Option<&'a str>,
    account: Option<i64>,
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
            unsent: None,
            content,
        }
    }

    /// Words that could not be sent, to be copied from the page.
    pub(super) fn with_unsent(self, unsent: Option<&'a str>) -> Self {
        Self { unsent, ..self }
    }

    /// For somebody whose name cannot be looked up now, with *Log out* all the same.
    pub(super) fn of_someone(self) -> Self {
        Self { person: Some(""), ..self }
    }
}

/// A part of a page, or word that the reader has the newest.
#[derive(Responder)]
pub(super) enum Fragment {
    /// The part, rendered.
    Changed(Box<Template>),
    /// `204 No Content`.
    Unchanged(Status),
}

impl Fragment {
    /// The fragment's template `name`.
    pub(super) fn changed(name: &'static str, content: impl Serialize) -> Self {
        Self::Changed(Box::new(render(name, content)))
    }

    /// There is nothing newer.
    pub(super) fn unchanged() -> Self {
        Self::Unchanged(Status::NoContent)
    }
}

/// Renders the template `name`.
pub(super) fn render(name: &'static str, context: impl Serialize) -> Template {
    Template::render(name, context)
}

/// The templates in the folder that the configuration names; `assets` is the address of the static files.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn templates(figment: &Figment, assets: String) -> Result<impl Fairing, String> {
    let set: Option<RelativePathBuf> = match figment.find_value("template_dir") {
        Ok(_) => Some(figment.extract_inner("template_dir").map_err(|error| error.to_string())?),
        Err(_) => None,
    };
    let folder = set.map_or_else(|| PathBuf::from("templates"), |folder| folder.relative());
    let mut names = Vec::new();
    collect_names(&folder, &folder, &mut names)
        .map_err(|error| format!("template_dir {}: {error}", folder.display()))?;
    Ok(Template::try_custom(move |engines| prepare(engines, assets.clone(), &names)))
}

/// Gives the templates what all of them use, and reads each once: a broken template stops the start
/// instead of the first visitor.
fn prepare(engines: &mut Engines, assets: String, names: &[String]) -> Result<(), Box<dyn Error>> {
    let environment = &mut engines.minijinja;
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_function("asset", move |path: &str| Value::from_safe_string(format!("{assets}/{path}")));
    environment.add_global(
        "limits",
        context! {
            username => accounts::USERNAME_MAX,
            password_min => accounts::PASSWORD_MIN,
            password_max => accounts::PASSWORD_MAX,
            room_name => rooms::ROOM_NAME_MAX,
            body => messages::BODY_MAX,
        },
    );
    for name in names {
        environment.get_template(name)?;
    }
    Ok(())
}

fn collect_names(root: &Path, folder: &Path, names: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect_names(root, &path, names)?;
        } else if let Ok(inside) = path.strip_prefix(root)
            && let Some(name) = inside.to_string_lossy().strip_suffix(".html.j2")
        {
            names.push(name.to_owned());
        }
    }
    Ok(())
}
