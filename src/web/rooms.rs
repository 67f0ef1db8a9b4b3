//! The list of rooms, a room's page and its door, opening and deleting a room.

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{FromForm, Request, Responder, Route, State, get, post, routes, uri};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::body::Fields;
use super::error::{Error, Problem};
use super::guards::{InPath, Owner, Reader, User};
use super::memberships::{Fragment, PeopleView};
use super::messages::{MessageView, message_views};
use super::pages::{self, Page};
use crate::live::{Known, Live};
use crate::model::house::Person;
use crate::model::log::Cursor;
use crate::model::memberships::Notice;
use crate::model::messages::Nonce;
use crate::model::rooms::{RoomId, RoomName, RoomRef};
use crate::model::{Invalid, Refusal};
use crate::store::{ListPage, Room, Store};

#[derive(Serialize)]
struct Here {
    id: i64,
    name: String,
}

impl Here {
    fn new(room: &RoomRef) -> Self {
        Self { id: room.id.0, name: room.name.clone() }
    }
}

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
    here: Option<Here>,
    notice: Option<NoticeView>,
    rooms: Vec<RowView>,
}

#[derive(Serialize)]
struct RowView {
    id: i64,
    name: String,
    owner: String,
    inside: i64,
    mine: bool,
    here: bool,
}

impl ListView {
    fn new(list: ListPage, me: &Person, told: Option<&Notice>) -> Self {
        let here = list.whereabouts.inside().map(|room| room.id);
        let notice = list.whereabouts.notice().or(told);
        let row = |Room { room, owner, inside }| RowView {
            id: room.id.0,
            mine: owner.id == me.id,
            here: here == Some(room.id),
            name: room.name,
            owner: owner.name,
            inside,
        };
        Self {
            version: list.version.to_string(),
            page: list.page,
            pages: list.pages,
            here: list.whereabouts.inside().map(Here::new),
            notice: notice.map(|notice| NoticeView {
                room: notice.room.name.clone(),
                yours: notice.by == me.name,
                by: notice.by.clone(),
            }),
            rooms: list.rooms.into_iter().map(row).collect(),
        }
    }
}

#[derive(Default, Serialize)]
struct CreateForm<'a> {
    name: &'a str,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct Index<'a> {
    list: ListView,
    create: CreateForm<'a>,
    alert: Option<&'a str>,
}

fn page_number(page: Option<&str>) -> Result<i64, Error> {
    let number = page.unwrap_or("1").parse().ok().filter(|page| *page >= 1);
    number.ok_or_else(|| Invalid::new("Pages are numbered from 1.").into())
}

#[get("/rooms?<page>")]
pub(super) async fn index(user: &User, page: Option<&str>, store: &State<Store>) -> Result<Template, Error> {
    let list = store.list_page(user.session.person.id, page_number(page)?).await?;
    if list.page > list.pages {
        return Err(Error::NotFound);
    }
    let list = ListView::new(list, &user.session.person, None);
    let index = Index { list, create: CreateForm::default(), alert: None };
    Ok(pages::render("rooms/index", Page::new(Some(user), index)))
}

#[derive(Serialize)]
struct ListFragment {
    list: ListView,
}

#[get("/rooms/list?<after>&<page>")]
async fn list(
    reader: Reader,
    after: Option<&str>,
    page: Option<&str>,
    store: &State<Store>,
    live: &State<Live>,
) -> Result<Fragment, Error> {
    let me = &reader.0.person;
    let seen = after.map(Cursor::parse).transpose()?;
    let page = page_number(page)?;
    let list = match live.list_page(me.id, page, seen) {
        Some(Known::Unchanged) => return Ok(Fragment::Unchanged(Status::NoContent)),
        Some(Known::Changed(list)) => list,
        None => store.list_page(me.id, page).await?,
    };
    if seen.is_some_and(|seen| seen.is_at(list.version)) {
        return Ok(Fragment::Unchanged(Status::NoContent));
    }
    let list = ListView::new(list, me, None);
    Ok(Fragment::Changed(Box::new(pages::render("rooms/_list", ListFragment { list }))))
}

#[derive(FromForm)]
struct SentRoom {
    #[field(default = String::new())]
    name: String,
}

#[derive(Responder)]
enum Created {
    In(Redirect),
    Refused((Status, Template)),
}

#[post("/rooms", data = "<sent>")]
async fn create(
    user: &User,
    sent: Fields<SentRoom>,
    store: &State<Store>,
    live: &State<Live>,
) -> Result<Created, Error> {
    let refused = match open(user, &sent.0.name, store).await {
        Ok(room) => {
            live.settle().await;
            return Ok(Created::In(to_room(room)));
        }
        Err(
            error @ (Error::Invalid(_) | Error::Refused(Refusal::RoomNameTaken | Refusal::InsideAnother(_))),
        ) => Problem::from(error),
        Err(error) => return Err(error),
    };
    let list = store.list_page(user.session.person.id, 1).await?;
    let list = ListView::new(list, &user.session.person, None);
    let create = CreateForm { name: &sent.0.name, error: Some(&refused.detail) };
    let page = pages::render("rooms/index", Page::new(Some(user), Index { list, create, alert: None }));
    Ok(Created::Refused((Status::new(refused.status), page)))
}

async fn open(user: &User, name: &str, store: &Store) -> Result<RoomId, Error> {
    Ok(store.create_room(&user.session, &RoomName::parse(name)?).await?)
}

/// The list, for someone who wanted a room that is no more.
pub(super) async fn list_with_notice(
    store: &Store,
    user: &User,
    notice: Notice,
    unsent: Option<&str>,
) -> Result<Template, Error> {
    let list = store.list_page(user.session.person.id, 1).await?;
    let list = ListView::new(list, &user.session.person, Some(&notice));
    let index = Index { list, create: CreateForm::default(), alert: None };
    Ok(pages::render("rooms/index", Page::new(Some(user), index).with_unsent(unsent)))
}

#[derive(Responder)]
enum Shown {
    Page(Template),
    Elsewhere(Redirect),
}

#[get("/rooms/<_>?<before>")]
async fn show(user: &User, at: InPath, before: Option<&str>, store: &State<Store>) -> Result<Shown, Error> {
    let before = before.map(message_number).transpose()?;
    match room_page(store, user, at.0, before, Composer::default()).await {
        Ok(page) => Ok(Shown::Page(page)),
        Err(Error::Refused(Refusal::NotAMember { .. })) => {
            Ok(Shown::Page(door(store, user, at.0, "", None).await?))
        }
        Err(Error::Refused(Refusal::RoomDeleted { .. }))
            if user.whereabouts.notice().is_some_and(|notice| notice.room.id == at.0) =>
        {
            Ok(Shown::Elsewhere(to_list()))
        }
        Err(error) => Err(error),
    }
}

/// The number of a message, as `before` carries it.
pub(super) fn message_number(text: &str) -> Result<i64, Error> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits && *number >= 1);
    number.ok_or_else(|| Invalid::new("Messages are numbered from 1.").into())
}

/// What stands in the message box, and what is wrong with it.
#[derive(Default)]
pub(super) struct Composer<'a> {
    pub(super) body: &'a str,
    pub(super) error: Option<&'a str>,
}

#[derive(Serialize)]
struct RoomView<'a> {
    room: RoomHead,
    messages: Vec<MessageView>,
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
    id: i64,
    name: String,
    owner: String,
    mine: bool,
}

/// The page of room `id`, for someone in it.
pub(super) async fn room_page(
    store: &Store,
    user: &User,
    id: RoomId,
    before: Option<i64>,
    composer: Composer<'_>,
) -> Result<Template, Error> {
    let me = &user.session.person;
    let page = store.room_page(me.id, id, before).await?;
    let view = RoomView {
        room: RoomHead {
            id: id.0,
            name: page.room.room.name,
            mine: page.room.owner.id == me.id,
            owner: page.room.owner.name,
        },
        earlier: page.messages.first().map(|first| first.position.seq).filter(|seq| *seq > 1),
        messages: message_views(&page.messages, &me.name),
        newest: before.is_none(),
        cursor: page.head.to_string(),
        people: PeopleView::new(page.people, page.moved),
        body: composer.body,
        error: composer.error,
        nonce: Nonce::random().as_str().to_owned(),
    };
    Ok(pages::render("rooms/show", Page::new(Some(user), view)))
}

#[derive(Serialize)]
struct DoorView<'a> {
    room: DoorHead,
    here: Option<Here>,
    alert: Option<&'a str>,
}

#[derive(Serialize)]
struct DoorHead {
    id: i64,
    name: String,
    owner: String,
    inside: i64,
}

/// The page of room `id` for someone who is not in it.
pub(super) async fn door(
    store: &Store,
    user: &User,
    id: RoomId,
    alert: &str,
    unsent: Option<&str>,
) -> Result<Template, Error> {
    let Room { room, owner, inside } = store.room(id).await?;
    let view = DoorView {
        room: DoorHead { id: room.id.0, name: room.name, owner: owner.name, inside },
        here: user.whereabouts.inside().map(Here::new),
        alert: Some(alert).filter(|alert| !alert.is_empty()),
    };
    Ok(pages::render("rooms/door", Page::new(Some(user), view).with_unsent(unsent)))
}

#[derive(Serialize)]
struct DeleteView {
    room: DeleteHead,
}

#[derive(Serialize)]
struct DeleteHead {
    id: i64,
    name: String,
    inside: i64,
}

#[get("/rooms/<_>/delete")]
fn confirm(owner: Owner<'_>) -> Template {
    let Room { room, inside, .. } = owner.room;
    let room = DeleteHead { id: room.id.0, name: room.name, inside };
    pages::render("rooms/delete", Page::new(Some(owner.user), DeleteView { room }))
}

#[post("/rooms/<_>/delete")]
async fn delete(owner: Owner<'_>, store: &State<Store>, live: &State<Live>) -> Result<Redirect, Error> {
    store.delete_room(&owner.user.session, owner.room.room.id).await?;
    live.settle().await;
    Ok(to_list())
}

/// Sends the browser to the page of room `id`.
pub(super) fn to_room(id: RoomId) -> Redirect {
    Redirect::to(uri!(show(id.0, _)))
}

/// Sends the browser to the list.
pub(super) fn to_list() -> Redirect {
    Redirect::to(uri!(index(_)))
}

/// The room that a refused request was about.
pub(super) fn id_in_path(request: &Request<'_>) -> Option<RoomId> {
    let mut segments = request.uri().path().segments();
    segments.find(|segment| *segment == "rooms")?;
    Some(RoomId(segments.next()?.parse().ok()?))
}

/// Whether a part of a page was asked for, which nobody wants to be sent to.
pub(super) fn is_fragment(request: &Request<'_>) -> bool {
    let path = request.uri().path();
    path == "/rooms/list" || path.ends_with("/people")
}

pub(super) fn routes() -> Vec<Route> {
    routes![index, list, create, show, confirm, delete]
}
