//! Pages, fragments and JSON: everything a browser meets.
//!
//! A file or folder per noun, with `routes()` in it, and the full path in every route; the other files are what they
//! share. What a route may be called by stands in its signature: the guards are in [`guards`], weakest first. Nothing
//! is decided here that the store has not decided; a refusal becomes an [`Error`](error::Error) and is worded in one
//! place.

mod accounts;
mod assets;
mod body;
mod bundle;
mod catchers;
mod client;
mod compression;
mod cookie_check;
mod cookies;
mod error;
mod fair_queue;
mod folder;
mod forms;
mod fragments;
mod guards;
mod headers;
mod log_in;
mod memberships;
mod messages;
mod notices;
mod pages;
mod passwords;
mod paths;
mod people;
mod query;
mod refusals;
mod rooms;
mod same_origin;
mod sessions;
mod templates;
mod unchunked;
mod welcome;

use std::sync::Arc;

use rocket::fairing::Fairing;
use rocket::figment::Figment;
use rocket::{Build, Rocket};

use crate::config::Config;
use assets::Assets;
use fragments::Fragments;
use passwords::Passwords;

/// What is read from disk at the start: templates, style sheets and scripts.
pub(crate) struct Files {
    assets: Arc<Assets>,
    templates: Arc<dyn Fairing>,
}

impl Files {
    /// Reads them.
    pub(crate) fn read(figment: &Figment, config: &Config) -> Result<Self, String> {
        let assets = Arc::new(Assets::read(config.static_dir.relative())?);
        let templates = templates::read(figment, &assets)?;
        Ok(Self { assets, templates: Arc::new(templates) })
    }
}

/// Everything this layer adds to the server.
///
/// # Errors
/// When the system has no threads for passwords.
pub(crate) fn stage(rocket: Rocket<Build>, files: Files, config: Config) -> Result<Rocket<Build>, String> {
    let routes = [
        accounts::routes(),
        assets::routes(),
        cookie_check::routes(),
        memberships::routes(),
        messages::routes(),
        notices::routes(),
        people::routes(),
        rooms::routes(),
        sessions::routes(),
        welcome::routes(),
    ];
    let routes = routes.concat();
    Ok(rocket
        .mount("/", forms::pages_of(&routes))
        .mount("/", routes)
        .register("/", catchers::pages())
        .register("/api", catchers::json())
        .attach(files.templates)
        .attach(headers::shield())
        .attach(headers::Headers)
        .attach(compression::Gzip)
        .attach(unchunked::fairing())
        .manage(Passwords::new()?)
        .manage(log_in::DatabaseSlots::new())
        .manage(files.assets)
        .manage(Fragments::default())
        .manage(config))
}
