//! Joining a room, leaving it, and who is inside.

use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes};
use rocket_dyn_templates::Metadata;
use serde::Serialize;

use super::error::{Error, Problem};
use super::fragments::Fragments;
use super::guards::{CachedMember, RoomInPath, RoomVisitor, User};
use super::pages::{Answer, Fragment};
use super::paths::{to_list, to_room};
use super::rooms::join_page::join_page;
use super::templates;
use crate::live::{Known, Live};
use crate::model::Refusal;
use crate::model::log::Cursor;
use crate::model::versions::PeopleVersion;
use crate::store::{self, Store};

/// How many names are shown at most: of a crowd everyone fetches them anew at each coming or going.
const NAMES: usize = 200;

/// Who is inside, as the fragment shows it.
#[derive(Serialize)]
pub(super) struct PeopleView {
    version: String,
    count: usize,
    names: Vec<String>,
    /// How many of them are not named.
    more: usize,
}

impl PeopleView {
    pub(super) fn new(mut names: Vec<String>, version: PeopleVersion) -> Self {
        let count = names.len();
        names.sort_by_cached_key(|name| name.to_lowercase());
        names.truncate(NAMES);
        Self { version: version.to_string(), count, more: count - names.len(), names }
    }
}

#[derive(Serialize)]
struct PeopleFragment {
    people: PeopleView,
}

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

#[get("/rooms/<_>/people?<after>")]
async fn people(
    room: CachedMember,
    after: Option<&str>,
    store: &Store,
    live: &State<Live>,
    fragments: &State<Fragments>,
    renderer: Metadata<'_>,
) -> Result<Fragment, Error> {
    let seen = after.map(Cursor::parse).transpose()?;
    let Known::Changed(people) = live.people(room.0, seen, store).await? else {
        return Ok(Fragment::unchanged());
    };
    let part = fragments.people.get(room.0, people.version, || {
        let content = PeopleFragment { people: PeopleView::new(people.names.clone(), people.version) };
        Some(renderer.render(templates::PEOPLE.0, content)?.1)
    });
    part.map(Fragment::shared).ok_or(Error::Failed)
}

pub(super) fn routes() -> Vec<Route> {
    routes![join, leave, people]
}
