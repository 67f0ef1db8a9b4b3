//! Messages: the poll, earlier ones, and posting, by JSON and by form.

use std::sync::Arc;

use rocket::http::Status;
use rocket::response::content::RawJson;
use rocket::{FromForm, Responder, Route, State, get, post, routes};
use serde::Deserialize;

mod poll;
pub(crate) mod view;

use self::poll::Poller;
use crate::live::{Known, Live, LiveUpdates, Question};
use crate::model::log::{Cursor, Position};
use crate::model::messages::{Body, Message, Nonce, fill};
use crate::model::rooms::RoomId;
use crate::model::{Invalid, Refusal};
use crate::store::{self, Post, Posted, Session, Store, Updates};
use crate::web::body::{Fields, Json};
use crate::web::error::{Error, Problem};
use crate::web::guards::{CachedUser, RoomInPath, User, Visitor, extend};
use crate::web::pages::Answer;
use crate::web::paths::to_room;
use crate::web::rooms::{Composer, message_number, room_page};
use crate::web::same_origin::SameOrigin;

impl From<Updates> for LiveUpdates {
    fn from(updates: Updates) -> Self {
        let messages = fill(updates.messages.iter().map(json), |json| json.len());
        let more = updates.more || messages.len() < updates.messages.len();
        Self { messages, more, moved: updates.moved }
    }
}

fn json(message: &Message) -> Arc<str> {
    message.to_json().into()
}

/// What an update carries; in the answer to a post, with the place of the post before it. The messages
/// are JSON already.
fn update(posted: Option<i64>, updates: &LiveUpdates) -> RawJson<String> {
    let LiveUpdates { messages, more, moved } = updates;
    let seq = posted.map(|seq| format!("\"seq\":{seq},")).unwrap_or_default();
    let messages = messages.join(",");
    RawJson(format!("{{{seq}\"messages\":[{messages}],\"more\":{more},\"people\":\"{moved}\"}}"))
}

#[derive(Responder)]
enum News {
    Some(RawJson<String>),
    None(Status),
}

#[get("/api/rooms/<_>/messages?<after>&<before>&<people>")]
async fn read(
    poller: Poller,
    after: Option<&str>,
    before: Option<&str>,
    people: Option<&str>,
    store: &Store,
    live: &State<Live>,
) -> Result<News, Error> {
    let member = match poller {
        Poller::Told(known) => return Ok(news(known)),
        Poller::Asks(member) => member,
    };
    match (before, after) {
        (Some(_), Some(_)) => Err(Invalid::new("Ask for what is before or what is after, not both.").into()),
        (Some(before), None) => {
            let before = message_number(before)?;
            require_inside(store, &member.session, member.room).await?;
            earlier(member.room, before, store).await.map(News::Some)
        }
        (None, after) => {
            let after = after.map_or(Ok(Cursor::START), Cursor::parse)?;
            let people = people.map(Cursor::parse).transpose()?;
            updates(Question { room: member.room, after, people }, store, live).await
        }
    }
}

/// The messages before a number.
async fn earlier(room: RoomId, before: i64, store: &Store) -> Result<RawJson<String>, Error> {
    let stored = store.messages_before(room, before).await?;
    let mut messages = fill(stored.iter().rev().map(json), |json| json.len());
    let first = stored.len() - messages.len();
    let more = stored.get(first).is_some_and(|first| first.position.seq > 1);
    messages.reverse();
    Ok(RawJson(format!("{{\"messages\":[{}],\"more\":{more}}}", messages.join(","))))
}

/// The poll: what follows its cursor, unless there is nothing and the people are still the same.
async fn updates(question: Question, store: &Store, live: &Live) -> Result<News, Error> {
    if let Some(known) = live.updates_once_loaded(question).await {
        return Ok(news(known));
    }
    let updates = LiveUpdates::from(store.updates(question.room, question.after).await?);
    if updates.messages.is_empty() && question.people.is_none_or(|seen| seen.is_at(updates.moved)) {
        return Ok(News::None(Status::NoContent));
    }
    Ok(news(Known::Changed(updates)))
}

fn news(known: Known<LiveUpdates>) -> News {
    match known {
        Known::Unchanged => News::None(Status::NoContent),
        Known::Changed(updates) => News::Some(update(None, &updates)),
    }
}

#[derive(Deserialize)]
struct SentMessage {
    body: String,
    nonce: String,
}

#[post("/api/rooms/<_>/messages?<after>", data = "<sent>")]
async fn create(
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
            require_inside(store, &user.0, at.0).await?;
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

async fn require_inside(store: &Store, session: &Session, room: RoomId) -> Result<(), Error> {
    let found = store.session(&session.token).await?.ok_or(Refusal::LoggedOut)?;
    Ok(store.require_inside(&found.whereabouts, room).await?)
}

/// Appends a message to its room's log.
async fn post(session: &Session, post: Post, store: &Store, live: &Live) -> Result<Posted, Error> {
    let room = post.room;
    let posted = store.post(post).await?;
    extend(store, live, session).await;
    if posted.inside {
        live.settle_post(room).await;
    }
    Ok(posted)
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
    let own = &posted.message;
    let nothing = |more| LiveUpdates { messages: Vec::new(), more, moved: Position::START };
    let reaches = |updates: &LiveUpdates| {
        updates.more || after.seq + i64::try_from(updates.messages.len()).unwrap_or(0) >= own.position.seq
    };
    let updates = match live.updates(Question { room, after, people: None }) {
        _ if !posted.inside => nothing(false),
        Some(Known::Changed(updates)) if reaches(&updates) => updates,
        _ => match store.updates(room, after).await {
            Ok(updates) => updates.into(),
            // The cursor is of another history: the poll that `more` asks for says so.
            Err(store::Error::Refused(_)) => nothing(true),
            Err(store::Error::Failed(_)) if own.position.seq - 1 == after.seq => {
                LiveUpdates { messages: vec![json(own)], ..nothing(false) }
            }
            Err(store::Error::Failed(_)) => nothing(true),
        },
    };
    update(Some(own.position.seq), &updates)
}

#[derive(FromForm)]
struct SentForm {
    #[field(default = String::new())]
    body: String,
    #[field(default = String::new())]
    nonce: String,
}

/// The form of a browser without JavaScript. Whatever is refused, the words come back.
#[post("/rooms/<_>/post", data = "<sent>")]
async fn create_by_form(
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

pub(crate) fn routes() -> Vec<Route> {
    routes![read, create, create_by_form]
}
