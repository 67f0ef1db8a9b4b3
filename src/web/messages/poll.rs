//! Who polls a room: by far the commonest request, answered where it can be by one look into memory.

use rocket::Request;
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};

use crate::live::{Known, Live, LiveUpdates, Question};
use crate::model::log::Cursor;
use crate::model::rooms::RoomId;
use crate::web::guards::{CachedMember, RoomInPath, presented};

/// Someone in the room that the path names, who has been told already what they asked for, or, where memory
/// does not know enough of them, of the room or of the question, a [`CachedMember`], who is yet to be.
pub(crate) enum Poller {
    Told(Known<LiveUpdates>),
    Asks(CachedMember),
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Poller {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let RoomInPath(room) = try_outcome!(request.guard::<RoomInPath>().await);
        if let Some(known) = told(request, room) {
            return Outcome::Success(Self::Told(known));
        }
        Outcome::Success(Self::Asks(try_outcome!(request.guard::<CachedMember>().await)))
    }
}

/// What memory tells; nothing also where something is wrong with the question: that is for the handler to say.
fn told(request: &Request<'_>, room: RoomId) -> Option<Known<LiveUpdates>> {
    let live = request.rocket().state::<Live>()?;
    let token = presented(request)?;
    let account = match request.headers().get_one("Parlor-Account") {
        Some(account) => Some(account.parse().ok()?),
        None => None,
    };
    if request.query_value::<&str>("before").is_some() {
        return None;
    }
    let cursor = |name| match request.query_value::<&str>(name) {
        Some(text) => text.ok().and_then(|text| Cursor::parse(text).ok()).map(Some),
        None => Some(None),
    };
    let after = cursor("after")?.unwrap_or(Cursor::START);
    let people = cursor("people")?;
    live.poll(&token, account, Question { room, after, people })
}
