//! The poll of a room, by far the commonest request, answered where it can be by one look into memory; at the same
//! address, its history.

use rocket::http::Status;
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::{Request, Responder, State, get};

use super::answers::{Json, update};
use super::history::{history, place, several};
use crate::live::{Known, Live, Question, Unsure, Updates};
use crate::model::log::Cursor;
use crate::model::rooms::RoomId;
use crate::model::sessions::TokenHash;
use crate::store::Store;
use crate::web::error::Error;
use crate::web::guards::{CachedMember, Member, RoomInPath, presented};
use crate::web::large_answers::{LargeAnswer, LargeRequest};

/// A member of the room in the path with the answer to their poll, or, where memory does not know enough of
/// them, of the room or of the question, a [`CachedMember`] who has none yet, and may have waited for the room.
pub(super) enum Poller<'r> {
    Answered(Known<Updates>),
    Member {
        room: RoomId,
        waited: bool,
    },
    /// Who asks for history, of which memory knows nothing.
    Reader(Member, LargeRequest<'r>),
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Poller<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let RoomInPath(room) = try_outcome!(request.guard::<RoomInPath>().await);
        if ["before", "from"].iter().any(|name| in_query(request, name).is_some()) {
            let member = try_outcome!(request.guard::<Member>().await);
            let request = try_outcome!(request.guard::<LargeRequest<'_>>().await);
            return Outcome::Success(Self::Reader(member, request));
        }
        let waited = match from_memory(request, room).await {
            Ok(known) => return Outcome::Success(Self::Answered(known)),
            Err(unsure) => unsure.waited,
        };
        let CachedMember(room) = try_outcome!(request.guard::<CachedMember>().await);
        Outcome::Success(Self::Member { room, waited })
    }
}

/// The answer of memory; none also where something is wrong with the question, which is for the handler to say.
async fn from_memory(request: &Request<'_>, room: RoomId) -> Result<Known<Updates>, Unsure> {
    let unsure = Unsure { waited: false };
    let Some((live, token, account, question)) = asked(request, room) else { return Err(unsure) };
    live.poll(&token, account, question).await
}

fn asked<'r>(request: &'r Request<'_>, room: RoomId) -> Option<(&'r Live, TokenHash, Option<i64>, Question)> {
    let live = request.rocket().state::<Live>()?;
    let (token, account) = presented(request)?;
    let cursor = |name| match in_query(request, name) {
        Some(text) => Cursor::parse(text).ok().map(Some),
        None => Some(None),
    };
    let after = cursor("after")?.unwrap_or(Cursor::START);
    let people = cursor("people")?;
    Some((live, token, account, Question { room, after, people, reached: None, may_wait: true }))
}

/// As [`Request::query_value`], which takes the names of all fields apart each time: a seventh of an idle poll.
fn in_query<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
    request.uri().query()?.segments().find(|(field, _)| *field == name).map(|(_, value)| value)
}

#[derive(Responder)]
pub(super) enum PollAnswer {
    Some(Json),
    History(LargeAnswer),
    None(Status),
}

#[get("/api/rooms/<_>/messages?<after>&<before>&<from>&<people>")]
pub(super) async fn read(
    poller: Poller<'_>,
    after: Option<&str>,
    before: Option<&str>,
    from: Option<&str>,
    people: Option<&str>,
    store: &Store,
    live: &State<Live>,
) -> Result<PollAnswer, Error> {
    match poller {
        Poller::Answered(known) => answer(known),
        Poller::Reader(..) if after.is_some() => Err(several().into()),
        Poller::Reader(member, request) => {
            let place = place(before, from, None)?;
            history(member, place, store, &request).await.map(PollAnswer::History)
        }
        Poller::Member { room, waited } => {
            let after = after.map_or(Ok(Cursor::START), Cursor::parse)?;
            let people = people.map(Cursor::parse).transpose()?;
            let question = Question { room, after, people, reached: None, may_wait: !waited };
            answer(live.updates(question, store).await?)
        }
    }
}

fn answer(known: Known<Updates>) -> Result<PollAnswer, Error> {
    Ok(match known {
        Known::Unchanged => PollAnswer::None(Status::NoContent),
        Known::Changed(updates) => PollAnswer::Some(update(None, &updates)?),
    })
}
