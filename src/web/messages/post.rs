//! Posting, by JSON and by form.

use rocket::http::Status;
use rocket::response::content::RawJson;
use rocket::{FromForm, State, post};
use serde::Deserialize;

use super::update;
use crate::live::{Known, Live, Question, Updates};
use crate::model::Refusal;
use crate::model::log::{Cursor, Position};
use crate::model::messages::{Body, Post, Posted};
use crate::model::nonces::Nonce;
use crate::model::rooms::RoomId;
use crate::model::sessions::Session;
use crate::model::versions::PeopleVersion;
use crate::store::{self, Store};
use crate::web::body::{Fields, Json};
use crate::web::error::{Error, Problem};
use crate::web::guards::{CachedUser, RoomInPath, User, Visitor, extend};
use crate::web::pages::Answer;
use crate::web::paths::to_room;
use crate::web::rooms::page::{Composer, room_page};
use crate::web::same_origin::SameOrigin;

#[derive(Deserialize)]
pub(super) struct SentMessage {
    body: String,
    nonce: String,
}

#[post("/api/rooms/<_>/messages?<after>", data = "<sent>")]
pub(super) async fn create(
    user: CachedUser,
    at: RoomInPath,
    after: Option<&str>,
    sent: Result<Json<SentMessage>, Error>,
    store: &Store,
    live: &State<Live>,
) -> Result<(Status, RawJson<String>), Error> {
    let parsed = sent.and_then(|sent| {
        let after = after.map_or(Ok(Cursor::START), Cursor::parse)?;
        Ok((after, compose(&user.0, at.0, &sent.0.body, &sent.0.nonce)?))
    });
    let (after, composed) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Where one may not post at all is told before what is wrong with the post.
            let found = live.find_session(&user.0.token, store).await?.ok_or(Refusal::LoggedOut)?;
            store.require_inside(&found.whereabouts, at.0).await?;
            return Err(error);
        }
    };
    let posted = post(&user.0, composed, store, live).await?;
    let status = if posted.repeated { Status::Ok } else { Status::Created };
    Ok((status, acknowledged(at.0, after, &posted, store, live).await))
}

fn compose(session: &Session, room: RoomId, body: &str, nonce: &str) -> Result<Post, Error> {
    Ok(Post { token: session.token, room, nonce: Nonce::parse(nonce)?, body: Body::parse(body)? })
}

/// Appends a message to its room's log.
async fn post(session: &Session, post: Post, store: &Store, live: &Live) -> Result<Posted, Error> {
    let committed = store.post(post).await?;
    extend(store, live, session).await;
    Ok(live.applied(committed).await)
}

/// What the author of a stored message is told: what follows their cursor. The message is on disk, so
/// this never fails; at worst it tells of that message alone, if it comes next. Someone who has left
/// since, and repeats a send, learns only that it was stored.
async fn acknowledged(
    room: RoomId,
    after: Cursor,
    posted: &Posted,
    store: &Store,
    live: &Live,
) -> RawJson<String> {
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
            Updates { messages: vec![own.to_json().into()], ..nothing(false) }
        }
        Err(store::Error::Failed(_)) => nothing(true),
    };
    update(Some(own.position.seq), &updates)
}

#[derive(FromForm)]
pub(super) struct SentForm {
    #[field(default = String::new())]
    body: String,
    #[field(default = String::new())]
    nonce: String,
}

/// The form of a browser without JavaScript. Whatever is refused, the words come back.
#[post("/rooms/<_>/post", data = "<sent>")]
pub(super) async fn create_by_form(
    _same: SameOrigin,
    visitor: Visitor<'_>,
    at: RoomInPath,
    sent: Fields<SentForm>,
    store: &Store,
    live: &State<Live>,
) -> Result<Answer, Error> {
    let SentForm { body, nonce } = sent.0;
    let Some(user) = visitor.0 else { return Err(Error::from(Refusal::LoggedOut).with_unsent(body)) };
    let posted = match compose(&user.session, at.0, &body, &nonce) {
        Ok(composed) => post(&user.session, composed, store, live).await,
        Err(error) => Err(error),
    };
    match posted {
        Ok(_) => Ok(to_room(at.0).into()),
        Err(error @ (Error::Invalid(_) | Error::Refused(Refusal::NonceReused))) => {
            write_again(user, at.0, &body, error, store).await
        }
        Err(error) => Err(error.with_unsent(body)),
    }
}

/// The room's page with the text still in the box, under a fresh nonce.
async fn write_again(
    user: &User,
    room: RoomId,
    body: &str,
    error: Error,
    store: &Store,
) -> Result<Answer, Error> {
    let problem = Problem::from(error);
    let composer = Composer { body, error: Some(&problem.detail) };
    match room_page(store, user, room, None, composer).await {
        Ok(page) => Ok(Answer::refused(problem.status, page)),
        Err(error) => Err(error.with_unsent(body)),
    }
}
