//! What is sent by JSON: messages, and changes of them.

use rocket::http::Status;
use rocket::post;
use serde::Deserialize;

use super::answers::{self, update};
use super::in_path::MessageInPath;
use super::sending::{Sending, Sent};
use crate::live::{Known, Question, Updates};
use crate::model::Refusal;
use crate::model::changes::Wish;
use crate::model::log::{Cursor, Position};
use crate::model::posts::Posted;
use crate::model::rooms::RoomId;
use crate::model::sessions::Session;
use crate::model::versions::PeopleVersion;
use crate::store;
use crate::web::body::Json;
use crate::web::error::Error;
use crate::web::guards::{CachedUser, RoomInPath};

type Answer = Result<(Status, answers::Json), Error>;

#[derive(Deserialize)]
pub(super) struct SentText {
    body: String,
    nonce: String,
}

/// Another text for a message.
#[derive(Deserialize)]
pub(super) struct SentEdit {
    body: String,
    nonce: String,
    sent_at: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct SentDeletion {
    nonce: String,
    sent_at: Option<String>,
}

#[post("/api/rooms/<_>/messages?<after>", data = "<sent>")]
pub(super) async fn create(
    user: CachedUser,
    at: RoomInPath,
    sending: Sending<'_>,
    after: Option<&str>,
    sent: Result<Json<SentText>, Error>,
) -> Answer {
    let sent = sent.and_then(|Json(sent)| Ok(Sent::message(&sent.body, &sent.nonce)?));
    answer(&user.0, Target::Room(at.0), &sending, after, sent).await
}

#[post("/api/rooms/<_>/messages/<_>/edit?<after>", data = "<sent>")]
pub(super) async fn edit(
    user: CachedUser,
    at: MessageInPath,
    sending: Sending<'_>,
    after: Option<&str>,
    sent: Result<Json<SentEdit>, Error>,
) -> Answer {
    let sent = sent.and_then(|Json(SentEdit { body, nonce, sent_at })| {
        Ok(Sent::edit(at.seq, &body, &nonce)?.about_sent_at(sent_at))
    });
    answer(&user.0, Target::Message(at, Wish::Edit), &sending, after, sent).await
}

#[post("/api/rooms/<_>/messages/<_>/delete?<after>", data = "<sent>")]
pub(super) async fn delete(
    user: CachedUser,
    at: MessageInPath,
    sending: Sending<'_>,
    after: Option<&str>,
    sent: Result<Json<SentDeletion>, Error>,
) -> Answer {
    let sent = sent.and_then(|Json(SentDeletion { nonce, sent_at })| {
        Ok(Sent::deletion(at.seq, &nonce)?.about_sent_at(sent_at))
    });
    answer(&user.0, Target::Message(at, Wish::Delete), &sending, after, sent).await
}

/// What something is sent to.
enum Target {
    Room(RoomId),
    Message(MessageInPath, Wish),
}

impl Target {
    fn room(&self) -> RoomId {
        match self {
            Self::Room(room) => *room,
            Self::Message(at, _) => at.room,
        }
    }

    /// Refuses whoever may not send anything there.
    async fn require_allowed(&self, session: &Session, sending: &Sending<'_>) -> Result<(), Error> {
        let found = sending.live.find_session(&session.token, sending.store).await?;
        let found = found.ok_or(Refusal::LoggedOut)?;
        match self {
            Self::Room(room) => Ok(sending.store.require_inside(&found.whereabouts, *room).await?),
            Self::Message(at, wish) => {
                let person = found.session.person.id;
                let message = sending.store.message(person, at.room, at.seq).await?;
                Ok(message.require_allowed(*wish, person)?)
            }
        }
    }
}

async fn answer(
    session: &Session,
    target: Target,
    sending: &Sending<'_>,
    after: Option<&str>,
    sent: Result<Sent, Error>,
) -> Answer {
    let parsed = sent.and_then(|sent| Ok((sent, after.map_or(Ok(Cursor::START), Cursor::parse)?)));
    let (sent, after) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Where one may not send at all is answered before what is wrong with it.
            target.require_allowed(session, sending).await?;
            return Err(error);
        }
    };
    let posted = sending.send(session, target.room(), sent).await?;
    let status = if posted.repeated { Status::Ok } else { Status::Created };
    Ok((status, acknowledged(target.room(), after, &posted, sending).await?))
}

/// What the author of a stored entry is told: what follows their cursor. The entry is on disk, so
/// the database cannot make this fail; at worst it tells of that entry alone, if it comes next. Someone who has left
/// since, and repeats a send, learns only that it was stored.
async fn acknowledged(
    room: RoomId,
    after: Cursor,
    posted: &Posted,
    sending: &Sending<'_>,
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
    let updates = match sending.live.updates(question, sending.store).await {
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
