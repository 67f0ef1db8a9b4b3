//! The templates: which there must be, and that each can be used.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLock;
use rocket::fairing::Fairing;
use rocket::figment::Figment;
use rocket::figment::value::magic::RelativePathBuf;
use rocket_dyn_templates::Template;
use rocket_dyn_templates::minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, context};
use serde::Serialize;

use super::assets::Assets;
use super::folder::{self, Folder};
use crate::model::{accounts, messages, rooms, search};

/// The name of a template that the code renders. There are no others, so that the start can look for them all.
#[derive(Clone, Copy)]
pub(super) struct Name(pub(super) &'static str);

macro_rules! names {
    ($($name:ident = $path:literal),+ $(,)?) => {
        $(pub(super) const $name: Name = Name(concat!($path, ".html"));)+
        const ALL: &[&str] = &[$($path),+];
    };
}

names! {
    ADMIN_ACTIONS = "admin/actions",
    ADMIN_PEOPLE = "admin/people",
    ADMIN_ROOMS = "admin/rooms",
    ADMIN_SIGN_UP = "admin/sign_up",
    DELETE_MESSAGE = "messages/delete",
    DELETE_ROOM = "rooms/delete",
    EDIT_MESSAGE = "messages/edit",
    JOIN_PAGE = "rooms/join",
    ROW = "rooms/_row",
    LIVE_LIST = "rooms/_live",
    MESSAGE = "messages/show",
    MISDIRECTED = "problems/misdirected",
    NEW_LINK = "admin/new_link",
    OWN_ACCOUNT = "account/show",
    PASSWORD_DONE = "passwords/done",
    PASSWORD_RESET = "passwords/reset",
    PEOPLE = "memberships/_people",
    PROBLEM = "problems/show",
    ROOM = "rooms/show",
    ROOMS = "rooms/index",
    SEARCH = "rooms/search",
    WELCOME = "welcome/show",
}

/// The templates, for threads that answer no requests.
#[derive(Clone, Default)]
pub(super) struct Templates(Arc<RwLock<Environment<'static>>>);

impl Templates {
    /// A template with what it is about, as [`render`](super::pages::render) has Rocket do it.
    ///
    /// # Errors
    /// [`Failed`](super::error::Error::Failed), which is logged.
    pub(super) fn render(&self, name: Name, context: impl Serialize) -> Result<String, super::error::Error> {
        let environment = self.0.read();
        let template = environment.get_template(name.0);
        template.and_then(|template| template.render(context)).map_err(|error| {
            tracing::error!("a page could not be rendered: {error}");
            super::error::Error::Failed
        })
    }
}

/// Template files by name.
type Sources = BTreeMap<String, String>;

/// Any folder has to be named to Rocket, which reads its files as templates, too; this is none, and is everywhere.
const NO_FOLDER: &str = "/dev/null";

/// The folder that the configuration names, or the one that was built in.
///
/// # Errors
/// When the setting is none.
pub(super) fn folder(figment: &Figment, built_in: folder::Sources) -> Result<Folder, String> {
    let set: Option<RelativePathBuf> = match figment.find_value("template_dir") {
        Ok(_) => Some(figment.extract_inner("template_dir").map_err(|error| error.to_string())?),
        Err(_) => None,
    };
    Ok(Folder::find(set.map(|folder| folder.relative()), "templates", built_in))
}

/// What Rocket is told, which insists on a folder that is there.
pub(super) fn figment(figment: Figment, folder: &Folder) -> Figment {
    match folder {
        Folder::OnDisk(_) => figment,
        Folder::BuiltIn(_) => figment.merge(("template_dir", NO_FOLDER)),
    }
}

/// The templates in a folder, with all they refer to.
///
/// # Errors
/// When the folder or a template in it cannot be read, or one is missing, broken, or refers to what is not there.
pub(super) fn read(
    folder: Folder,
    assets: &Arc<Assets>,
) -> Result<(impl Fairing + use<>, Templates), String> {
    sources(&folder)
        .map_err(|error| error.to_string())
        .and_then(|sources| check(&sources, assets))
        .map_err(|error| format!("template_dir {folder}: {error}"))?;
    let (assets, templates) = (Arc::clone(assets), Templates::default());
    let copy = templates.clone();
    let fairing = Template::try_custom(move |engines| {
        prepare(&mut engines.minijinja, Arc::clone(&assets));
        add(&mut engines.minijinja, sources(&folder)?)?;
        *copy.0.write() = engines.minijinja.clone();
        Ok(())
    });
    Ok((fairing, templates))
}

fn sources(folder: &Folder) -> io::Result<Sources> {
    let text = |source| String::from_utf8(source).map_err(io::Error::other);
    let template = |(path, source): (PathBuf, _)| {
        let name = path.to_string_lossy().strip_suffix(".html.j2").map(str::to_owned)?;
        Some(text(source).map(|source| (name, source)))
    };
    folder.read(|_| {})?.into_iter().filter_map(template).collect()
}

/// Each is there by the name that other templates use, and by one that tells Rocket what it is.
fn add(environment: &mut Environment<'_>, sources: Sources) -> Result<(), Error> {
    // Rocket's own rule goes by the files it has read itself.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, source) in sources {
        environment.add_template_owned(format!("{name}.html"), source.clone())?;
        environment.add_template_owned(name, source)?;
    }
    Ok(())
}

/// What is broken stops the start instead of the first visitor.
fn check(sources: &Sources, assets: &Assets) -> Result<(), String> {
    let missing = |name: &str| format!("{name}.html.j2 is missing");
    if let Some(name) = ALL.iter().find(|name| !sources.contains_key(**name)) {
        return Err(missing(name));
    }
    let environment = Environment::new();
    for (name, source) in sources {
        environment.template_from_named_str(name, source).map_err(|error| error.to_string())?;
        let mut others =
            ["extends", "include", "import", "from"].into_iter().flat_map(|word| named(source, word));
        if let Some(other) = others.find(|other| !sources.contains_key(*other)) {
            return Err(format!("{}, which {name}.html.j2 refers to", missing(other)));
        }
        if let Some(file) = named(source, "asset(").find(|file| !assets.has(file)) {
            return Err(format!("{name}.html.j2 refers to {file}, which is not in static_dir"));
        }
    }
    Ok(())
}

/// What stands in quotes right after `word`, wherever it does.
fn named<'s>(source: &'s str, word: &'s str) -> impl Iterator<Item = &'s str> {
    source.split(word).skip(1).filter_map(|rest| {
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        rest[1..].split(quote).next()
    })
}

/// Gives the templates what all of them use.
fn prepare(environment: &mut Environment<'_>, assets: Arc<Assets>) {
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_function("asset", move |path: &str| Value::from_safe_string(assets.url(path)));
    environment.add_global(
        "limits",
        context! {
            username => accounts::USERNAME_MAX,
            password_min => accounts::PASSWORD_MIN,
            password_max => accounts::PASSWORD_MAX,
            room_name => rooms::ROOM_NAME_MAX,
            body => messages::BODY_MAX,
            search => search::QUERY_MAX,
        },
    );
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn names_are_found_where_they_are_used() {
        let source = r#"{% include "a/_b" %} we include all {%include 'c'%} {{ asset("css/d.css") }}"#;
        assert_eq!(named(source, "include").collect::<Vec<_>>(), ["a/_b", "c"]);
        assert_eq!(named(source, "asset(").collect::<Vec<_>>(), ["css/d.css"]);
    }
}
