//! Posting by JSON, and what posting by form shares with it.

use rocket::http::Status;
use rocket::{State, post};
use serde::Deserialize;

use super::answers::{self, update};
use crate::live::{Known, Live, Question, Updates};
use crate::model::Refusal;
use crate::model::log::{Cursor, Position};
use crate::model::messages::Body;
use crate::model::nonces::Nonce;
use crate::model::posts::{Content, Post, Posted};
use crate::model::rooms::RoomId;
use crate::model::sessions::Session;
use crate::model::versions::PeopleVersion;
use crate::store::{self, Store};
use crate::web::body::Json;
use crate::web::error::Error;
use crate::web::guards::{CachedUser, RoomInPath, extend};
use crate::web::limits::Allowance;

#[derive(Deserialize)]
pub(super) struct SentMessage {
    body: String,
    nonce: String,
}

#[post("/api/rooms/<_>/messages?<after>", data = "<sent>")]
pub(super) async fn create(
    user: CachedUser,
    at: RoomInPath,
    allowance: Allowance<'_>,
    after: Option<&str>,
    sent: Result<Json<SentMessage>, Error>,
    store: &Store,
    live: &State<Live>,
) -> Result<(Status, answers::Json), Error> {
    let parsed = sent.and_then(|sent| {
        let after = after.map_or(Ok(Cursor::START), Cursor::parse)?;
        Ok((after, compose(&user.0, at.0, &sent.0.body, &sent.0.nonce)?))
    });
    let (after, composed) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Where one may not post at all is answered before what is wrong with the post.
            let found = live.find_session(&user.0.token, store).await?.ok_or(Refusal::LoggedOut)?;
            store.require_inside(&found.whereabouts, at.0).await?;
            return Err(error);
        }
    };
    allowance.post(user.0.person.id)?;
    let posted = post(&user.0, composed, store, live).await?;
    let status = if posted.repeated { Status::Ok } else { Status::Created };
    Ok((status, acknowledged(at.0, after, &posted, store, live).await?))
}

/// A post by the person of `session`.
pub(crate) fn compose(session: &Session, room: RoomId, body: &str, nonce: &str) -> Result<Post, Error> {
    let (nonce, content) = (Nonce::parse(nonce)?, Content::Message(Body::parse(body)?));
    Ok(Post { token: session.token, room, nonce, content })
}

/// Appends a message to its room's log.
pub(crate) async fn post(session: &Session, post: Post, store: &Store, live: &Live) -> Result<Posted, Error> {
    let committed = store.post(post).await?;
    extend(store, live, session).await;
    Ok(live.applied(committed).await)
}

/// What the author of a stored message is told: what follows their cursor. The message is on disk, so
/// the database cannot make this fail; at worst it tells of that message alone, if it comes next. Someone who has left
/// since, and repeats a send, learns only that it was stored.
async fn acknowledged(
    room: RoomId,
    after: Cursor,
    posted: &Posted,
    store: &Store,
    live: &Live,
) -> Result<answers::Json, Error> {
    let own = &posted.entry;
    let people_version = PeopleVersion::at(Position::START);
    let nothing = |more| Updates { messages: Vec::new(), more, people_version };
    if !posted.inside {
        return update(Some(own.position.seq), &nothing(false));
    }
    // An older version than any, so that the newest is told.
    let people = Some(Cursor::START);
    let question = Question { room, after, people, reached: Some(own.position.seq), may_wait: false };
    let updates = match live.updates(question, store).await {
        Ok(Known::Changed(updates)) => updates,
        Ok(Known::Unchanged) => nothing(false),
        // The cursor is of another history: the poll that `more` asks for says so.
        Err(store::Error::Refused(_)) => nothing(true),
        Err(store::Error::Failed(_)) if own.position.seq - 1 == after.seq => {
            Updates { messages: vec![own.to_json()?.into()], ..nothing(false) }
        }
        Err(store::Error::Failed(_)) => nothing(true),
    };
    update(Some(own.position.seq), &updates)
}
