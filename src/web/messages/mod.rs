//! Messages: the poll, earlier ones, and posting, by JSON and by form.

mod poll;
mod post;
pub(crate) mod view;

use std::sync::Arc;

use rocket::Route;
use rocket::response::content::RawJson;
use rocket::routes;

use crate::live::LiveUpdates;
use crate::model::Refusal;
use crate::model::messages::{RoomEntry, fill};
use crate::model::rooms::RoomId;
use crate::model::sessions::Session;
use crate::store::{Store, Updates};
use crate::web::error::Error;

impl From<Updates> for LiveUpdates {
    fn from(updates: Updates) -> Self {
        let messages = fill(updates.entries.iter().map(json), |json| json.len());
        let more = updates.more || messages.len() < updates.entries.len();
        Self { messages, more, people_version: updates.people_version }
    }
}

fn json(entry: &RoomEntry) -> Arc<str> {
    entry.to_json().into()
}

/// What an update carries; in the answer to a post, with the place of the post before it. The messages
/// are JSON already.
fn update(posted: Option<i64>, updates: &LiveUpdates) -> RawJson<String> {
    let LiveUpdates { messages, more, people_version } = updates;
    let seq = posted.map(|seq| format!("\"seq\":{seq},")).unwrap_or_default();
    let messages = messages.join(",");
    RawJson(format!("{{{seq}\"messages\":[{messages}],\"more\":{more},\"people\":\"{people_version}\"}}"))
}

async fn require_inside(store: &Store, session: &Session, room: RoomId) -> Result<(), Error> {
    let found = store.session(&session.token).await?.ok_or(Refusal::LoggedOut)?;
    Ok(store.require_inside(&found.whereabouts, room).await?)
}

pub(crate) fn routes() -> Vec<Route> {
    routes![poll::read, post::create, post::create_by_form]
}
