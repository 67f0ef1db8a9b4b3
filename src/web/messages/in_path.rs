//! The number of a message in an address.

use rocket::Request;
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};

use crate::model::digits::digits;
use crate::model::rooms::RoomId;
use crate::web::guards::RoomInPath;

/// The numbers of the room and of the message in the path, whether there are such or not.
#[derive(Clone, Copy)]
pub(super) struct MessageInPath {
    pub(super) room: RoomId,
    /// 0, which no message has, where it is none.
    pub(super) seq: i64,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for MessageInPath {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let RoomInPath(room) = try_outcome!(request.guard::<RoomInPath>().await);
        let mut segments = request.uri().path().as_str().split('/').skip_while(|it| *it != "messages");
        // That there is no such message is said to those alone who are in the room.
        Outcome::Success(Self { room, seq: segments.nth(1).and_then(digits).unwrap_or(0) })
    }
}
