//! Messages: the poll, earlier ones, and posting.

mod answers;
pub(crate) mod history;
mod poll;
pub(crate) mod post;
pub(crate) mod view;

use rocket::{Route, routes};

pub(crate) fn routes() -> Vec<Route> {
    routes![poll::read, post::create]
}
