//! Pages, fragments and JSON: everything a browser meets.
//!
//! One file per noun, each ending in its routes, with the full path in every route. What a route may be
//! called by stands in its signature: the guards are in [`guards`], weakest first. Nothing is decided here
//! that the store has not decided; a refusal becomes an [`Error`](error::Error) and is worded in one place.

mod accounts;
mod assets;
mod body;
mod catchers;
mod cookies;
mod error;
mod guards;
mod headers;
mod memberships;
mod messages;
mod notices;
mod pages;
mod passwords;
mod rooms;
mod sessions;
mod welcome;

use rocket::{Build, Rocket};

pub(crate) use assets::Assets;
pub(crate) use pages::{prepare, template_names};
pub(crate) use passwords::Passwords;

/// Everything this floor adds to the server.
pub(crate) fn stage(rocket: Rocket<Build>) -> Rocket<Build> {
    let routes = [
        accounts::routes(),
        assets::routes(),
        memberships::routes(),
        messages::routes(),
        notices::routes(),
        rooms::routes(),
        sessions::routes(),
        welcome::routes(),
    ];
    rocket
        .mount("/", routes.concat())
        .register("/", catchers::pages())
        .register("/api", catchers::json())
        .attach(headers::shield())
        .attach(headers::Headers)
}
