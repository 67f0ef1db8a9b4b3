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
use crate::model::log::{Cursor, Position};
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
    pub(super) fn new(mut names: Vec<String>, version: Position) -> Self {
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
        Ok(()) => {
            live.settle().await;
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
    store.leave(&user.session, at.0).await?;
    live.settle().await;
    Ok(to_list())
}

#[get("/rooms/<_>/people?<after>")]
async fn people(
    member: CachedMember,
    after: Option<&str>,
    store: &Store,
    live: &State<Live>,
    fragments: &State<Fragments>,
    renderer: Metadata<'_>,
) -> Result<Fragment, Error> {
    let (room, seen) = (member.room, after.map(Cursor::parse).transpose()?);
    let render = |(names, version): (Vec<String>, Position)| {
        let content = PeopleFragment { people: PeopleView::new(names, version) };
        Some((version, renderer.render(templates::PEOPLE.0, content)?.1))
    };
    let shared = match live.people_version(room, seen) {
        Some(Known::Unchanged) => return Ok(Fragment::unchanged()),
        Some(Known::Changed(version)) => {
            fragments.people.get(room, version, || live.people(room).and_then(render))
        }
        None => None,
    };
    if let Some(shared) = shared {
        return Ok(Fragment::shared(shared));
    }
    let (names, version) = store.people(room).await?;
    if seen.is_some_and(|seen| seen.is_at(version)) {
        return Ok(Fragment::unchanged());
    }
    let shared = fragments.people.get(room, version, || render((names, version)));
    shared.map(Fragment::shared).ok_or(Error::Unavailable)
}

pub(super) fn routes() -> Vec<Route> {
    routes![join, leave, people]
}
