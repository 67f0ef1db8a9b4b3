//! The list of rooms: the page, and the fragment that keeps it live.

use rocket::{State, get};
use rocket_dyn_templates::{Metadata, Template};
use serde::Serialize;

use crate::live::{Known, Live};
use crate::model::accounts::Person;
use crate::model::list::ListPage;
use crate::model::rooms::{Room, RoomId, RoomLink};
use crate::model::search::NameQuery;
use crate::model::versions::SeenList;
use crate::model::{Invalid, Refusal, Timestamp};
use crate::store::Store;
use crate::web::error::Error;
use crate::web::fragments::{Fragments, RowVersion};
use crate::web::guards::{CachedUser, User};
use crate::web::limits::Allowance;
use crate::web::pages::{self, Fragment, Page, PageAnswer};
use crate::web::{query, templates};

#[derive(Serialize)]
struct NoticeView {
    room: String,
    by: String,
    yours: bool,
}

#[derive(Serialize)]
struct ListView {
    version: String,
    page: i64,
    pages: i64,
    /// What the rooms were looked for by, if they were: then the page is not kept up to date.
    find: Option<String>,
    /// What is wrong with that.
    find_error: Option<String>,
    here: Option<RoomLink>,
    notice: Option<NoticeView>,
    rooms: Vec<RowView>,
}

#[derive(Serialize)]
struct RowView {
    #[serde(flatten)]
    room: RoomLink,
    owner: String,
    inside: InsideView,
    last: Option<LastView>,
    mine: bool,
    here: bool,
    /// Whether joining it means leaving another.
    leaving: bool,
    /// What others are shown, too, if that has been made.
    rendered: Option<String>,
}

/// Who is inside: some by name, and how many there are.
#[derive(Serialize)]
pub(crate) struct InsideView {
    count: i64,
    names: Vec<String>,
    more: i64,
}

/// The minute of the last message.
#[derive(Serialize)]
struct LastView {
    at: String,
    text: String,
}

/// A row of the list alone.
#[derive(Serialize)]
struct RowFragment<'a> {
    room: &'a RowView,
}

impl InsideView {
    pub(crate) fn new(count: i64, names: Vec<String>) -> Self {
        let named = i64::try_from(names.len()).unwrap_or(i64::MAX);
        Self { count, names, more: count.saturating_sub(named) }
    }
}

impl RowView {
    fn new(room: Room, me: &Person, here: Option<RoomId>, last: Option<Timestamp>) -> Self {
        let Room { room, owner, inside, named, .. } = room;
        Self {
            mine: owner.id == me.id,
            here: here == Some(room.id),
            leaving: here.is_some_and(|here| here != room.id),
            room,
            owner: owner.name,
            inside: InsideView::new(inside, named),
            last: last.map(|at| LastView { at: at.rfc_3339(), text: at.readable() }),
            rendered: None,
        }
    }

    /// Has the row made once for all to whom it looks the same.
    fn share(&mut self, version: RowVersion, fragments: &Fragments, renderer: &Metadata<'_>) {
        if !self.mine && !self.here {
            let render = || renderer.render(templates::ROW.0, RowFragment { room: self });
            let make = || Some(render()?.1);
            let row = fragments.rows.get((self.room.id, self.leaving), version, make);
            self.rendered = row.map(|row| row.to_string());
        }
    }
}

impl ListView {
    fn new(list: ListPage, me: &Person) -> Self {
        Self::with(list, me, |_, _| ())
    }

    fn with(list: ListPage, me: &Person, mut share: impl FnMut(&mut RowView, RowVersion)) -> Self {
        let here = list.whereabouts.inside().map(|room| room.id);
        let notice = list.whereabouts.notice();
        let row = |room: Room| {
            let version = (room.people_version, room.end.at.map(Timestamp::minute));
            let mut row = RowView::new(room, me, here, version.1);
            share(&mut row, version);
            row
        };
        Self {
            version: list.version.to_string(),
            page: list.page,
            pages: list.pages,
            find: None,
            find_error: None,
            here: list.whereabouts.inside().cloned(),
            notice: notice.map(|notice| NoticeView {
                room: notice.room.name.clone(),
                yours: notice.by == me.name,
                by: notice.by.clone(),
            }),
            rooms: list.rooms.into_iter().map(row).collect(),
        }
    }
}

/// The form that creates a room: what was typed, and what is wrong with it.
#[derive(Default, Serialize)]
pub(crate) struct CreateForm<'a> {
    pub(crate) name: &'a str,
    pub(crate) error: Option<&'a str>,
    /// Whether it was sent, and refused: then it is not folded.
    pub(crate) sent: bool,
}

#[derive(Serialize)]
struct ListPageView<'a> {
    list: ListView,
    create: CreateForm<'a>,
    alert: Option<&'a str>,
    /// The room that its reader has just deleted.
    deleted: Option<String>,
    /// Whether an admin is to be told of being one: nobody has come after them.
    is_new_admin: bool,
}

fn page_number(page: Option<&str>) -> Result<i64, Error> {
    query::number(page.unwrap_or("1"), "Pages")
}

#[get("/rooms?<page>&<deleted>&<find>")]
pub(super) async fn index(
    user: &User,
    page: Option<&str>,
    deleted: Option<i64>,
    find: Option<&str>,
    allowance: Allowance<'_>,
    store: &Store,
) -> Result<PageAnswer, Error> {
    let (page, me) = (page_number(page)?, &user.session.person);
    let names = match find.map(NameQuery::parse).transpose() {
        Ok(names) => names.flatten(),
        Err(invalid) => return not_looked_for(store, user, find, &invalid).await,
    };
    let list = match &names {
        Some(names) => {
            allowance.search(me.id)?;
            store.find_rooms(me.id, names, page).await?
        }
        None => store.list_page(me.id, page).await?,
    };
    if list.page != page {
        return Err(Error::NotFound);
    }
    let find = find.filter(|_| names.is_some()).map(str::to_owned);
    let list = ListView { find, ..ListView::new(list, me) };
    let deleted = match deleted {
        Some(room) if list.notice.is_none() => deleted_by(user, RoomId(room), store).await?,
        _ => None,
    };
    let is_new_admin = user.is_admin && store.is_latest(user.session.person.id).await?;
    let view = ListPageView { list, create: CreateForm::default(), alert: None, deleted, is_new_admin };
    Ok(PageAnswer::Page(pages::render(templates::ROOMS, Page::new(Some(user), view))))
}

/// The page with what was typed and why no room was looked for, and with none.
async fn not_looked_for(
    store: &Store,
    user: &User,
    find: Option<&str>,
    invalid: &Invalid,
) -> Result<PageAnswer, Error> {
    let list = store.list_page(user.session.person.id, 1).await?;
    let (find, find_error) = (find.map(str::to_owned), Some(invalid.to_string()));
    let list = ListView::new(list, &user.session.person);
    let list = ListView { find, find_error, pages: 1, rooms: Vec::new(), ..list };
    let view =
        ListPageView { list, create: CreateForm::default(), alert: None, deleted: None, is_new_admin: false };
    Ok(PageAnswer::refused(422, pages::render(templates::ROOMS, Page::new(Some(user), view))))
}

/// What the room was called, if `user` has deleted it and the database still knows.
async fn deleted_by(user: &User, room: RoomId, store: &Store) -> Result<Option<String>, Error> {
    match store.room(room).await.map_err(Error::from) {
        Err(Error::Refused(Refusal::RoomDeleted { room, by })) if by == user.session.person.name => {
            Ok(Some(room))
        }
        Ok(_) | Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The first page of the list, when a room could not be created.
pub(crate) async fn with_form(store: &Store, user: &User, create: CreateForm<'_>) -> Result<Template, Error> {
    let list = store.list_page(user.session.person.id, 1).await?;
    let list = ListView::new(list, &user.session.person);
    let view = ListPageView { list, create, alert: None, deleted: None, is_new_admin: false };
    Ok(pages::render(templates::ROOMS, Page::new(Some(user), view)))
}

/// The first page of the list, for someone who wanted a room that is no more. Who was inside has the
/// notice in the list; to others it is said above.
pub(crate) async fn instead_of_room(
    store: &Store,
    user: &User,
    alert: &str,
    unsent: Option<&str>,
) -> Result<Template, Error> {
    let list = store.list_page(user.session.person.id, 1).await?;
    let alert = list.whereabouts.notice().is_none().then_some(alert);
    let list = ListView::new(list, &user.session.person);
    let view =
        ListPageView { list, create: CreateForm::default(), alert, deleted: None, is_new_admin: false };
    Ok(pages::render(templates::ROOMS, Page::new(Some(user), view).with_unsent(unsent)))
}

#[derive(Serialize)]
struct ListFragment {
    list: ListView,
    account: i64,
}

#[get("/rooms/list?<after>&<page>")]
pub(super) async fn list(
    user: CachedUser,
    after: Option<&str>,
    page: Option<&str>,
    store: &Store,
    live: &State<Live>,
    fragments: &State<Fragments>,
    renderer: Metadata<'_>,
) -> Result<Fragment, Error> {
    let me = &user.0.person;
    let seen = after.map(SeenList::parse).transpose()?;
    let page = page_number(page)?;
    let Known::Changed(list) = live.list_page(me.id, page, seen, store).await? else {
        return Ok(Fragment::unchanged());
    };
    let list = ListView::with(list, me, |row, version| row.share(version, fragments, &renderer));
    Ok(Fragment::changed(templates::LIVE_LIST, ListFragment { list, account: me.id.0 }))
}
