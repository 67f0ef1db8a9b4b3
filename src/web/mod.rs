//! Pages, fragments and JSON: everything a browser meets.
//!
//! A file or folder per noun, with `routes()` in it, and the full path in every route; the other files are what they
//! share. What a route may be called by stands in its signature: the guards are in [`guards`], weakest first. Nothing
//! is decided here that the store has not decided; a refusal becomes an [`Error`](error::Error) and is worded in one
//! place.

mod accounts;
mod admin;
mod assets;
mod body;
mod bundle;
mod catchers;
mod client;
mod compression;
mod cookie_check;
mod cookies;
mod database_slots;
mod error;
mod fair_queue;
mod fair_slots;
mod folder;
mod form_sender;
mod forms;
mod fragments;
mod guards;
mod guesses;
mod headers;
mod host;
mod invitations;
mod keyed_semaphores;
mod known_browsers;
mod large_answers;
mod limits;
mod log_in;
mod low_priority;
mod memberships;
mod messages;
mod notices;
mod operations;
mod own_account;
mod page_account;
mod pages;
mod password_reset;
mod passwords;
mod paths;
mod people;
mod query;
mod refusals;
mod rooms;
mod same_origin;
mod sessions;
mod templates;
mod too_many;
mod unchunked;
mod unsent;
mod waiter;
mod welcome;

use std::sync::Arc;

use rocket::fairing::Fairing;
use rocket::figment::Figment;
use rocket::figment::value::magic::RelativePathBuf;
use rocket::{Build, Rocket, Route};

use crate::config::Config;
use crate::store::Store;
use assets::Assets;
use folder::Folder;
pub use folder::{BuiltIn, Sources};
use fragments::Fragments;
use large_answers::LargeAnswers;
use limits::Limits;
use operations::{LastPing, Metrics, Requests};
pub(crate) use passwords::Passwords;
use templates::Templates;

/// What is read at the start: templates, style sheets and scripts.
pub(crate) struct Files {
    assets: Arc<Assets>,
    fairing: Arc<dyn Fairing>,
    templates: Templates,
    /// Where the templates come from.
    source: String,
}

impl Files {
    /// Reads them, and has Rocket find them in the figment.
    pub(crate) fn read(
        figment: Figment,
        config: &Config,
        built_in: BuiltIn,
    ) -> Result<(Self, Figment), String> {
        let static_dir = config.static_dir.as_ref().map(RelativePathBuf::relative);
        let assets = Arc::new(Assets::read(Folder::find(static_dir, "static", built_in.static_files))?);
        let folder = templates::folder(&figment, built_in.templates)?;
        let (source, figment) = (folder.to_string(), templates::figment(figment, &folder));
        let (fairing, templates) = templates::read(folder, &assets)?;
        Ok((Self { assets, fairing: Arc::new(fairing), templates, source }, figment))
    }

    /// Where templates come from, and where style sheets and scripts do, for the log.
    pub(crate) fn sources(&self) -> (String, String) {
        (self.source.clone(), self.assets.folder().to_string())
    }
}

/// Every address there is.
fn routes(config: &Config) -> Vec<Route> {
    let routes = [
        accounts::routes(),
        admin::routes(),
        assets::routes(),
        cookie_check::routes(),
        invitations::routes(),
        memberships::routes(),
        messages::routes(),
        notices::routes(),
        operations::routes(),
        own_account::routes(),
        password_reset::routes(),
        people::routes(),
        rooms::routes(),
        sessions::routes(),
        welcome::routes(),
    ];
    let mut routes = routes.concat();
    if config.public_url.is_some() {
        routes.extend(host::routes());
    }
    routes.extend(forms::pages_of(&routes));
    routes
}

/// Everything this layer adds to the server.
///
/// # Errors
/// When the system has no threads for passwords or large answers.
pub(crate) fn stage(
    rocket: Rocket<Build>,
    files: Files,
    store: &Store,
    config: Config,
) -> Result<Rocket<Build>, String> {
    let routes = routes(&config);
    let requests = Requests::of(&routes);
    let routes: Vec<_> = routes.into_iter().map(limits::limited).collect();
    Ok(rocket
        .mount("/", routes)
        .register("/", catchers::pages())
        .register("/api", catchers::json())
        .attach(files.fairing)
        .attach(host::HostCheck)
        .attach(headers::shield(&config))
        .attach(headers::Headers)
        .attach(compression::Gzip)
        .attach(unchunked::fairing())
        .manage(Metrics::new(&requests, store))
        .manage(LastPing::default())
        .attach(requests)
        .manage(LargeAnswers::new(files.templates)?)
        .manage(rooms::Downloads::new())
        .manage(Passwords::new()?)
        .manage(database_slots::DatabaseSlots::new())
        .manage(guesses::GuessLocks::new(1))
        .manage(files.assets)
        .manage(Fragments::default())
        .manage(config.sign_up_rules()?)
        .manage(Limits::new(&config.limits))
        .manage(config))
}
