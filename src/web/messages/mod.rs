//! Messages: the poll, earlier ones, and posting.

mod poll;
pub(crate) mod post;
pub(crate) mod view;

use rocket::response::content::RawJson;
use rocket::{Route, routes};

use crate::live::Updates;

/// What an update carries; in the answer to a post, with the number of the post before it. The messages
/// are JSON already.
fn update(posted: Option<i64>, updates: &Updates) -> RawJson<String> {
    let Updates { messages, more, people_version } = updates;
    let seq = posted.map(|seq| format!("\"seq\":{seq},")).unwrap_or_default();
    let messages = messages.join(",");
    RawJson(format!("{{{seq}\"messages\":[{messages}],\"more\":{more},\"people\":\"{people_version}\"}}"))
}

pub(crate) fn routes() -> Vec<Route> {
    routes![poll::read, post::create]
}
