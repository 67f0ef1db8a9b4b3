//! Who is in a room, as its page shows them, and the fragment that keeps it live.

use rocket::{Route, State, get, routes};
use rocket_dyn_templates::Metadata;
use serde::Serialize;

use super::error::Error;
use super::fragments::Fragments;
use super::guards::CachedMember;
use super::pages::Fragment;
use super::templates;
use crate::live::{Known, Live};
use crate::model::accounts::Person;
use crate::model::log::Cursor;
use crate::model::versions::PeopleVersion;
use crate::store::Store;

/// How many names are shown at most: of a crowd everyone fetches them anew at each coming or going.
const NAMES: usize = 200;

/// Who is inside, as the fragment shows it.
#[derive(Serialize)]
pub(super) struct PeopleView {
    version: String,
    count: usize,
    members: Vec<MemberView>,
    /// How many of them are not named.
    more: usize,
}

#[derive(Serialize)]
struct MemberView {
    name: String,
    hue: i64,
}

impl PeopleView {
    pub(super) fn new(mut people: Vec<Person>, version: PeopleVersion) -> Self {
        let count = people.len();
        people.sort_by_cached_key(|person| person.name.to_lowercase());
        people.truncate(NAMES);
        let member = |Person { id, name }: Person| MemberView { hue: id.hue(), name };
        let members: Vec<_> = people.into_iter().map(member).collect();
        Self { version: version.to_string(), count, more: count - members.len(), members }
    }
}

#[derive(Serialize)]
struct PeopleFragment {
    people: PeopleView,
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
    let fragment = fragments.people.get(room.0, people.version, || {
        let content = PeopleFragment { people: PeopleView::new(people.members.clone(), people.version) };
        Some(renderer.render(templates::PEOPLE.0, content)?.1)
    });
    fragment.map(Fragment::shared).ok_or(Error::Failed)
}

pub(super) fn routes() -> Vec<Route> {
    routes![people]
}
