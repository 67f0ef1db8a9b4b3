//! A room's page: what was said, who is inside, and a box to write in.

use rocket::get;
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::join_page::{Arrival, join_page};
use crate::model::Refusal;
use crate::model::history::{Place, Span};
use crate::model::nonces::Nonce;
use crate::model::rooms::{RoomId, RoomLink};
use crate::store::Store;
use crate::web::error::Error;
use crate::web::guards::{RoomInPath, User};
use crate::web::messages::history::place;
use crate::web::messages::view::{self, MessageView};
use crate::web::pages::{self, Page, PageAnswer};
use crate::web::paths::to_list;
use crate::web::people::PeopleView;
use crate::web::templates;

#[get("/rooms/<_>?<before>&<from>&<at>")]
pub(super) async fn show(
    user: &User,
    room: RoomInPath,
    before: Option<&str>,
    from: Option<&str>,
    at: Option<&str>,
    store: &Store,
) -> Result<PageAnswer, Error> {
    let room = room.0;
    let place = match place(before, from, at) {
        Ok(place) => place,
        Err(error) => {
            // That there is no such room is answered first.
            store.room(room).await?;
            return Err(error);
        }
    };
    let at = match place {
        Place::Around(seq) => Some(seq),
        _ => None,
    };
    match room_page(store, user, room, place, Composer::default()).await {
        Ok(page) => Ok(PageAnswer::Page(page)),
        Err(Error::Refused(Refusal::NotAMember { .. })) => {
            Ok(PageAnswer::Page(join_page(store, user, room, Arrival { at, ..Arrival::default() }).await?))
        }
        Err(Error::Refused(Refusal::RoomDeleted { .. }))
            if user.whereabouts.notice().is_some_and(|notice| notice.room.id == room) =>
        {
            Ok(to_list().into())
        }
        Err(error) => Err(error),
    }
}

/// What stands in the message box, and what is wrong with it.
#[derive(Default)]
pub(crate) struct Composer<'a> {
    pub(crate) body: &'a str,
    pub(crate) error: Option<&'a str>,
}

#[derive(Serialize)]
struct RoomView<'a> {
    room: RoomHead,
    messages: Vec<MessageView<'a>>,
    span: Span,
    has_earlier: bool,
    has_later: bool,
    cursor: String,
    people: PeopleView,
    body: &'a str,
    error: Option<&'a str>,
    nonce: String,
}

#[derive(Serialize)]
struct RoomHead {
    #[serde(flatten)]
    room: RoomLink,
    owner: String,
    mine: bool,
}

/// The page of room `id` at a place in its log, for someone in it.
pub(crate) async fn room_page(
    store: &Store,
    user: &User,
    id: RoomId,
    place: Place,
    composer: Composer<'_>,
) -> Result<Template, Error> {
    let me = &user.session.person;
    let page = store.room_page(me.id, id, place).await?;
    let (messages, span) = view::views(&page.history, place, &me.name);
    let view = RoomView {
        room: RoomHead { room: page.room, mine: page.owner.id == me.id, owner: page.owner.name },
        messages,
        span,
        has_earlier: span.has_earlier(),
        has_later: span.has_later(page.history.as_of),
        cursor: page.history.as_of.to_string(),
        people: PeopleView::new(page.people, page.people_version),
        body: composer.body,
        error: composer.error,
        nonce: Nonce::fresh().as_str().to_owned(),
    };
    Ok(pages::render(templates::ROOM, Page::new(Some(user), view)))
}
