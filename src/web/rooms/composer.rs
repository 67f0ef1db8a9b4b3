//! The composer of a browser without JavaScript: posting by the form on the room's page.

use rocket::http::Status;
use rocket::{FromForm, post};

use super::page::{Composer, room_page};
use crate::model::Refusal;
use crate::model::history::Place;
use crate::model::rooms::RoomId;
use crate::store::Store;
use crate::web::body::Fields;
use crate::web::error::{Error, Problem};
use crate::web::form_sender::FormSender;
use crate::web::guards::{RoomInPath, User};
use crate::web::large_answers::LargeRequest;
use crate::web::messages::sending::{Sending, Sent};
use crate::web::pages::PageAnswer;
use crate::web::paths::to_room;

#[derive(FromForm)]
pub(super) struct SentForm {
    #[field(default = String::new())]
    body: String,
    #[field(default = String::new())]
    nonce: String,
}

/// Whatever is refused, the words come back.
#[post("/rooms/<_>/post", data = "<sent>")]
pub(super) async fn post_by_form(
    sender: FormSender<'_>,
    at: RoomInPath,
    sending: Sending<'_>,
    sent: Fields<SentForm>,
    request: LargeRequest<'_>,
) -> Result<PageAnswer, Error> {
    let SentForm { body, nonce } = sent.0;
    let user = match sender.user() {
        Ok(user) => user,
        Err(refusal) => return Err(Error::from(refusal).with_unsent(body)),
    };
    let posted = match Sent::message(&body, &nonce) {
        Ok(sent) => sending.send(&user.session, at.0, sent).await,
        Err(invalid) => Err(invalid.into()),
    };
    match posted {
        Ok(_) => Ok(to_room(at.0).into()),
        Err(error @ (Error::Invalid(_) | Error::TooMany(_) | Error::Refused(Refusal::NonceReused))) => {
            write_again(&request, user, at.0, body, error, sending.store).await
        }
        Err(error) => Err(error.with_unsent(body)),
    }
}

/// The room's page with the text still in the box, under a fresh nonce.
async fn write_again(
    request: &LargeRequest<'_>,
    user: &User,
    room: RoomId,
    body: String,
    error: Error,
    store: &Store,
) -> Result<PageAnswer, Error> {
    let problem = Problem::from(error);
    let composer = Composer { body: body.clone(), error: Some(problem.detail) };
    match room_page(request, store, user, room, Place::Newest, composer).await {
        Ok(page) => Ok(PageAnswer::LargeRefused((Status::new(problem.status), page))),
        Err(error) => Err(error.with_unsent(body)),
    }
}
