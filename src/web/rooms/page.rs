//! A room's page: what was said, who is inside, and a box to write in.

use rocket::get;
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::join_page::join_page;
use crate::model::Refusal;
use crate::model::history::Place;
use crate::model::nonces::Nonce;
use crate::model::rooms::{RoomId, RoomLink};
use crate::store::Store;
use crate::web::error::Error;
use crate::web::guards::{RoomInPath, User};
use crate::web::messages::view::{self, MessageView};
use crate::web::pages::{self, Page, PageAnswer};
use crate::web::paths::to_list;
use crate::web::people::PeopleView;
use crate::web::{query, templates};

#[get("/rooms/<_>?<before>")]
pub(super) async fn show(
    user: &User,
    at: RoomInPath,
    before: Option<&str>,
    store: &Store,
) -> Result<PageAnswer, Error> {
    let before = match before.map(|before| query::number(before, "Messages")).transpose() {
        Ok(before) => before,
        Err(error) => {
            // That there is no such room is answered first.
            store.room(at.0).await?;
            return Err(error);
        }
    };
    match room_page(store, user, at.0, before, Composer::default()).await {
        Ok(page) => Ok(PageAnswer::Page(page)),
        Err(Error::Refused(Refusal::NotAMember { .. })) => {
            Ok(PageAnswer::Page(join_page(store, user, at.0, None, None).await?))
        }
        Err(Error::Refused(Refusal::RoomDeleted { .. }))
            if user.whereabouts.notice().is_some_and(|notice| notice.room.id == at.0) =>
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
    earlier: Option<i64>,
    newest: bool,
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

/// The page of room `id`, for someone in it.
pub(crate) async fn room_page(
    store: &Store,
    user: &User,
    id: RoomId,
    before: Option<i64>,
    composer: Composer<'_>,
) -> Result<Template, Error> {
    let me = &user.session.person;
    let place = before.map_or(Place::Newest, Place::Before);
    let page = store.room_page(me.id, id, place).await?;
    let (messages, span) = view::views(&page.history, place, &me.name);
    let view = RoomView {
        room: RoomHead { room: page.room, mine: page.owner.id == me.id, owner: page.owner.name },
        earlier: span.has_earlier().then_some(span.first),
        messages,
        newest: before.is_none(),
        cursor: page.history.as_of.to_string(),
        people: PeopleView::new(page.people, page.people_version),
        body: composer.body,
        error: composer.error,
        nonce: Nonce::fresh().as_str().to_owned(),
    };
    Ok(pages::render(templates::ROOM, Page::new(Some(user), view)))
}
