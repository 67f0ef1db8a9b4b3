//! Messages: the poll, history, sending them and changing them, by JSON and by form.

mod answers;
mod by_form;
pub(crate) mod history;
mod in_path;
mod poll;
mod post;
pub(crate) mod sending;
pub(crate) mod view;

use rocket::{Route, routes};

pub(crate) fn routes() -> Vec<Route> {
    routes![
        poll::read,
        post::create,
        post::edit,
        post::delete,
        by_form::show,
        by_form::edit_form,
        by_form::edit,
        by_form::confirm,
        by_form::delete,
    ]
}
