//! All rooms: how they are called and how large they are, nothing of what is said there.

use rocket::response::Redirect;
use rocket::{FromForm, get, post};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::guard::AdminRequest;
use super::{Admin, Moment, Pages, Search};
use crate::model::admins::ListedRoom;
use crate::model::rooms::{RoomId, RoomLink};
use crate::store::Store;
use crate::web::body::Fields;
use crate::web::error::Error;
use crate::web::pages::{self, Page};
use crate::web::paths::to_admin;
use crate::web::templates;

#[derive(Serialize)]
struct RoomsView {
    pages: Pages,
    rooms: Vec<RoomView>,
}

#[derive(Serialize)]
struct RoomView {
    #[serde(flatten)]
    room: RoomLink,
    owner: String,
    inside: i64,
    messages: i64,
    created: Moment,
    last: Option<Moment>,
}

impl From<ListedRoom> for RoomView {
    fn from(listed: ListedRoom) -> Self {
        let ListedRoom { room, owner, inside, messages, created_at, last_at } = listed;
        let last = last_at.map(Moment::from);
        Self { room, owner: owner.name, inside, messages, created: created_at.into(), last }
    }
}

#[get("/admin/rooms?<search..>")]
pub(super) async fn show(admin: Admin<'_>, search: Search, store: &Store) -> Result<Template, Error> {
    let page = search.page()?;
    let listing = store.list_rooms(&search.beginning, page).await?;
    let rooms = listing.rows.into_iter().map(RoomView::from).collect();
    let view = RoomsView { pages: Pages::new(search, page, listing.count), rooms };
    Ok(pages::render(templates::ADMIN_ROOMS, Page::new(Some(admin.0), view)))
}

/// What the form about a room sends.
#[derive(FromForm)]
pub(super) struct SentRoom {
    #[field(default = 0)]
    room: i64,
    /// Which list the form stands in.
    list: Search,
}

#[post("/admin/rooms/delete", data = "<sent>")]
pub(super) async fn delete(request: AdminRequest<'_>, sent: Fields<SentRoom>) -> Result<Redirect, Error> {
    let deleted = request.store.delete_room_as_admin(request.actor(), RoomId(sent.0.room)).await?;
    request.log("room deleted", sent.0.room);
    request.applied(deleted).await;
    Ok(to_admin(&format!("/rooms{}", sent.0.list.query())))
}
