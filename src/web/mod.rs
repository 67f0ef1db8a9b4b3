//! Pages, fragments and JSON: everything a browser meets.
//!
//! One file per noun, each ending in its routes, with the full path in every route. What a route may be
//! called by stands in its signature: the guards are in [`guards`], weakest first. Nothing is decided here
//! that the store has not decided; a refusal becomes an [`Error`](error::Error) and is worded in one place.

mod accounts;
mod assets;
mod body;
mod catchers;
mod client;
mod cookies;
mod doors;
mod error;
mod guards;
mod headers;
mod history;
mod imports;
mod lists;
mod memberships;
mod messages;
mod notices;
mod pages;
mod passwords;
mod paths;
mod pieces;
mod rooms;
mod sessions;
mod welcome;

use rocket::{Build, Rocket};

use crate::config::Config;
use assets::Assets;
use passwords::Passwords;

/// Everything this floor adds to the server.
///
/// # Errors
/// When the templates or the assets cannot be read.
pub(crate) fn stage(rocket: Rocket<Build>, config: Config) -> Result<Rocket<Build>, String> {
    let assets = Assets::read(&config.static_dir.relative())?;
    let templates = pages::templates(rocket.figment(), assets.url())?;
    let routes = [
        accounts::routes(),
        assets::routes(),
        lists::routes(),
        memberships::routes(),
        messages::routes(),
        notices::routes(),
        rooms::routes(),
        sessions::routes(),
        welcome::routes(),
    ];
    Ok(rocket
        .mount("/", routes.concat())
        .register("/", catchers::pages())
        .register("/api", catchers::json())
        .attach(templates)
        .attach(headers::shield())
        .attach(headers::Headers)
        .attach(pieces::one())
        .manage(Passwords::new())
        .manage(assets)
        .manage(config))
}
