//! Deleting a room: the page that asks, and the deletion.

use rocket::response::Redirect;
use rocket::{State, get, post};
use rocket_dyn_templates::Template;
use serde::Serialize;

use crate::live::Live;
use crate::model::rooms::{Room, RoomLink};
use crate::store::Store;
use crate::web::client::ClientAddress;
use crate::web::error::Error;
use crate::web::guards::{Owner, RoomInPath, User};
use crate::web::pages::{self, Page};
use crate::web::paths::to_list_without;
use crate::web::templates;

#[derive(Serialize)]
struct DeleteView {
    room: DeleteHead,
}

#[derive(Serialize)]
struct DeleteHead {
    #[serde(flatten)]
    room: RoomLink,
    inside: i64,
}

#[get("/rooms/<_>/delete")]
pub(super) fn confirm(owner: Owner<'_>) -> Template {
    let Room { room, inside, .. } = owner.room;
    let room = DeleteHead { room, inside };
    pages::render(templates::DELETE_ROOM, Page::new(Some(owner.user), DeleteView { room }))
}

/// Whoever sends this again, or has a load balancer send it again, has deleted the room and is not
/// refused for that; so the store judges, and no [`Owner`] is asked for.
#[post("/rooms/<_>/delete")]
pub(super) async fn delete(
    user: &User,
    at: RoomInPath,
    client: ClientAddress,
    store: &Store,
    live: &State<Live>,
) -> Result<Redirect, Error> {
    let deleted = store.delete_room(&user.session, at.0).await?;
    tracing::info!(room = at.0.0, account = user.session.person.id.0, %client, "room deleted");
    live.applied(deleted).await;
    Ok(to_list_without(at.0))
}
