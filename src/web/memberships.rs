//! Joining a room and leaving it.

use rocket::response::Redirect;
use rocket::{Route, State, post, routes};

use super::error::{Error, Problem};
use super::guards::{RoomInPath, RoomVisitor, User};
use super::pages::Answer;
use super::paths::{to_list, to_room};
use super::rooms::join_page::join_page;
use crate::live::Live;
use crate::model::Refusal;
use crate::store::{self, Store};

#[post("/rooms/<_>/join")]
async fn join(found: RoomVisitor<'_>, store: &Store, live: &State<Live>) -> Result<Answer, Error> {
    let RoomVisitor { user, room } = found;
    let id = room.room.id;
    match store.join(&user.session, id).await {
        Ok(joined) => {
            live.applied(joined).await;
            Ok(to_room(id).into())
        }
        Err(store::Error::Refused(refusal @ Refusal::InsideAnother(_))) => {
            let problem = Problem::from(refusal);
            let page = join_page(store, user, id, Some(&problem.detail), None).await?;
            Ok(Answer::refused(problem.status, page))
        }
        Err(error) => Err(error.into()),
    }
}

#[post("/rooms/<_>/leave")]
async fn leave(user: &User, at: RoomInPath, store: &Store, live: &State<Live>) -> Result<Redirect, Error> {
    live.applied(store.leave(&user.session, at.0).await?).await;
    Ok(to_list())
}

pub(super) fn routes() -> Vec<Route> {
    routes![join, leave]
}
