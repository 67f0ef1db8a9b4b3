//! The notice that a room was deleted.

use rocket::response::Redirect;
use rocket::{Route, State, post, routes};

use super::error::Error;
use super::guards::User;
use super::paths::to_list;
use crate::live::Live;
use crate::store::Store;

#[post("/notices/dismiss")]
async fn dismiss(user: &User, store: &Store, live: &State<Live>) -> Result<Redirect, Error> {
    live.applied(store.dismiss_notice(&user.session).await?).await;
    Ok(to_list())
}

pub(super) fn routes() -> Vec<Route> {
    routes![dismiss]
}
