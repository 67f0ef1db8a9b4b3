//! A room's page: what was said, who is inside, and a box to write in.

use rocket::get;
use serde::Serialize;

use super::join_page::{Arrival, join_page};
use crate::model::Refusal;
use crate::model::history::{Place, Span};
use crate::model::nonces::Nonce;
use crate::model::rooms::{RoomId, RoomLink};
use crate::store::{RoomPage, Store};
use crate::web::error::Error;
use crate::web::guards::{RoomInPath, User};
use crate::web::large_answers::{LargeAnswer, LargeRequest};
use crate::web::messages::history::place;
use crate::web::messages::view::{self, MessageView};
use crate::web::pages::{Page, PageAnswer};
use crate::web::paths::to_list;
use crate::web::people::PeopleView;
use crate::web::templates::{self, Templates};

#[get("/rooms/<_>?<before>&<from>&<at>")]
pub(super) async fn show(
    user: &User,
    room: RoomInPath,
    before: Option<&str>,
    from: Option<&str>,
    at: Option<&str>,
    request: LargeRequest<'_>,
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
    match room_page(&request, store, user, room, place, Composer::default()).await {
        Ok(page) => Ok(PageAnswer::Large(page)),
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
#[derive(Default, Serialize)]
pub(crate) struct Composer {
    pub(crate) body: String,
    pub(crate) error: Option<String>,
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
    #[serde(flatten)]
    composer: Composer,
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
    request: &LargeRequest<'_>,
    store: &Store,
    user: &User,
    id: RoomId,
    place: Place,
    composer: Composer,
) -> Result<LargeAnswer, Error> {
    let (me, user) = (user.session.person.id, user.clone());
    let render = move |templates: &Templates, page| render(templates, &user, page, place, composer);
    request.page(store.room_page(me, id, place), render).await
}

fn render(
    templates: &Templates,
    user: &User,
    page: RoomPage,
    place: Place,
    composer: Composer,
) -> Result<String, Error> {
    let me = &user.session.person;
    let (messages, span) = view::views(&page.history, place, &me.name);
    let view = RoomView {
        room: RoomHead { room: page.room, mine: page.owner.id == me.id, owner: page.owner.name },
        messages,
        span,
        has_earlier: span.has_earlier(),
        has_later: span.has_later(page.history.as_of),
        cursor: page.history.as_of.to_string(),
        people: PeopleView::new(page.people, page.people_version),
        composer,
        nonce: Nonce::fresh().as_str().to_owned(),
    };
    templates.render(templates::ROOM, Page::new(Some(user), view))
}
