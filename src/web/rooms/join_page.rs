//! The join page of a room: what someone sees who is not in it.

use rocket_dyn_templates::Template;
use serde::Serialize;

use super::list::InsideView;
use crate::model::rooms::{Room, RoomId, RoomLink};
use crate::store::Store;
use crate::web::error::Error;
use crate::web::guards::User;
use crate::web::pages::{self, Page};
use crate::web::templates;

#[derive(Serialize)]
struct JoinPageView<'a> {
    room: RoomView,
    here: Option<&'a RoomLink>,
    alert: Option<&'a str>,
    at: Option<i64>,
}

/// How somebody came to the page.
#[derive(Default)]
pub(crate) struct Arrival<'a> {
    /// The number of the message that they follow a link to.
    pub(crate) at: Option<i64>,
    /// Why they see the page instead of what they asked for.
    pub(crate) alert: Option<&'a str>,
    /// The words that they sent.
    pub(crate) unsent: Option<&'a str>,
}

#[derive(Serialize)]
struct RoomView {
    #[serde(flatten)]
    room: RoomLink,
    owner: String,
    mine: bool,
    inside: InsideView,
}

/// The join page of room `id`.
pub(crate) async fn join_page(
    store: &Store,
    user: &User,
    id: RoomId,
    arrival: Arrival<'_>,
) -> Result<Template, Error> {
    let Room { room, owner, inside, named, .. } = store.room(id).await?;
    let mine = owner.id == user.session.person.id;
    let room = RoomView { room, owner: owner.name, mine, inside: InsideView::new(inside, named) };
    let Arrival { at, alert, unsent } = arrival;
    let view = JoinPageView { room, here: user.whereabouts.inside(), alert, at };
    Ok(pages::render(templates::JOIN_PAGE, Page::new(Some(user), view).with_unsent(unsent)))
}
