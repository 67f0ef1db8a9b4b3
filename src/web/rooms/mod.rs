//! Rooms: opening one, its page, deleting it.

use rocket::response::Redirect;
use rocket::{FromForm, Route, State, get, post, routes};
use rocket_dyn_templates::Template;
use serde::Serialize;

pub(crate) mod join_page;
pub(crate) mod list;

use self::join_page::join_page;
use self::list::CreateForm;
use crate::live::Live;
use crate::model::messages::Nonce;
use crate::model::rooms::{RoomId, RoomLink, RoomName};
use crate::model::{Invalid, Refusal};
use crate::store::{Room, Store};
use crate::web::body::Fields;
use crate::web::client::ClientAddress;
use crate::web::error::{Error, Problem};
use crate::web::guards::{Owner, RoomInPath, User};
use crate::web::memberships::PeopleView;
use crate::web::messages::view::{self, MessageView};
use crate::web::pages::{self, Answer, Page};
use crate::web::paths::{to_list, to_room};
use crate::web::templates;

#[derive(FromForm)]
struct SentRoom {
    #[field(default = String::new())]
    name: String,
}

#[post("/rooms", data = "<sent>")]
async fn create(
    user: &User,
    sent: Fields<SentRoom>,
    client: ClientAddress,
    store: &Store,
    live: &State<Live>,
) -> Result<Answer, Error> {
    let refused = match open(user, &sent.0.name, store).await {
        Ok(room) => {
            let account = user.session.person.id.0;
            tracing::info!(room = room.0, account, %client, "room created");
            live.settle().await;
            return Ok(to_room(room).into());
        }
        Err(
            error @ (Error::Invalid(_)
            | Error::Refused(
                Refusal::RoomNameTaken | Refusal::RoomNameLike(_) | Refusal::InsideAnother(_),
            )),
        ) => Problem::from(error),
        Err(error) => return Err(error),
    };
    let create = CreateForm { name: &sent.0.name, error: Some(&refused.detail) };
    let page = list::with_form(store, user, create).await?;
    Ok(Answer::refused(refused.status, page))
}

async fn open(user: &User, name: &str, store: &Store) -> Result<RoomId, Error> {
    Ok(store.create_room(&user.session, &RoomName::parse(name)?).await?)
}

#[get("/rooms/<_>?<before>")]
async fn show(user: &User, at: RoomInPath, before: Option<&str>, store: &Store) -> Result<Answer, Error> {
    let before = match before.map(message_number).transpose() {
        Ok(before) => before,
        Err(error) => {
            // That there is no such room is told first.
            store.room(at.0).await?;
            return Err(error);
        }
    };
    match room_page(store, user, at.0, before, Composer::default()).await {
        Ok(page) => Ok(Answer::Page(page)),
        Err(Error::Refused(Refusal::NotAMember { .. })) => {
            Ok(Answer::Page(join_page(store, user, at.0, None, None).await?))
        }
        Err(Error::Refused(Refusal::RoomDeleted { .. }))
            if user.whereabouts.notice().is_some_and(|notice| notice.room.id == at.0) =>
        {
            Ok(to_list().into())
        }
        Err(error) => Err(error),
    }
}

/// The number of a message, as `before` carries it.
pub(crate) fn message_number(text: &str) -> Result<i64, Error> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits && *number >= 1);
    number.ok_or_else(|| Invalid::new("Messages are numbered from 1.").into())
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
    let page = store.room_page(me.id, id, before).await?;
    let messages = view::views(&page.messages, &me.name);
    let view = RoomView {
        room: RoomHead { room: page.room, mine: page.owner.id == me.id, owner: page.owner.name },
        earlier: messages.first().map(MessageView::seq).filter(|seq| *seq > 1),
        messages,
        newest: before.is_none(),
        cursor: page.head.to_string(),
        people: PeopleView::new(page.people, page.moved),
        body: composer.body,
        error: composer.error,
        nonce: Nonce::random().as_str().to_owned(),
    };
    Ok(pages::render(templates::ROOM, Page::new(Some(user), view)))
}

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
fn confirm(owner: Owner<'_>) -> Template {
    let Room { room, inside, .. } = owner.room;
    let room = DeleteHead { room, inside };
    pages::render(templates::DELETE_ROOM, Page::new(Some(owner.user), DeleteView { room }))
}

/// Whoever sends this again, or has a load balancer send it again, has deleted the room and is not
/// refused for that; so the store judges, and no [`Owner`] is asked for.
#[post("/rooms/<_>/delete")]
async fn delete(
    user: &User,
    at: RoomInPath,
    client: ClientAddress,
    store: &Store,
    live: &State<Live>,
) -> Result<Redirect, Error> {
    store.delete_room(&user.session, at.0).await?;
    tracing::info!(room = at.0.0, account = user.session.person.id.0, %client, "room deleted");
    live.settle().await;
    Ok(to_list())
}

pub(crate) fn routes() -> Vec<Route> {
    routes![create, show, confirm, delete]
}
