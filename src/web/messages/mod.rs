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

/// Before all ranks that routes have by default.
const FIRST: isize = -13;

pub(crate) fn routes() -> Vec<Route> {
    let mut polls = routes![poll::read];
    // The commonest requests are compared with no other route.
    polls.iter_mut().for_each(|poll| poll.rank = FIRST);
    let others = routes![
        post::create,
        post::edit,
        post::delete,
        by_form::show,
        by_form::edit_form,
        by_form::edit,
        by_form::confirm,
        by_form::delete,
    ];
    [polls, others].concat()
}
