//! Rooms: the list, creating one, its page with the form of its composer, the page of those who are not in it,
//! saving and deleting it.

mod composer;
mod delete;
mod download;
pub(crate) mod join_page;
pub(crate) mod list;
pub(crate) mod page;
mod search;

use rocket::{FromForm, Route, State, post, routes};

use self::list::CreateForm;
use crate::config::Config;
use crate::live::Live;
use crate::model::Refusal;
use crate::model::rooms::{RoomId, RoomName};
use crate::store::Store;
use crate::web::body::Fields;
use crate::web::client::ClientAddress;
use crate::web::error::{Error, Problem};
use crate::web::form_sender::FormSender;
use crate::web::guards::{User, extend};
use crate::web::limits::Allowance;
use crate::web::pages::PageAnswer;
use crate::web::paths::to_room;

#[derive(FromForm)]
struct SentRoom {
    #[field(default = String::new())]
    name: String,
}

/// Whatever is refused, the name comes back.
#[post("/rooms", data = "<sent>")]
async fn create(
    sender: FormSender<'_>,
    allowance: Allowance<'_>,
    sent: Fields<SentRoom>,
    client: ClientAddress,
    config: &State<Config>,
    store: &Store,
    live: &State<Live>,
) -> Result<PageAnswer, Error> {
    let name = &sent.0.name;
    let user = match sender.user() {
        Ok(user) => user,
        Err(refusal) => return Err(Error::from(refusal).with_unsent(name)),
    };
    extend(store, live, &user.session).await;
    match open(user, &allowance, (name, config.limits.rooms_per_owner), store, live).await {
        Ok(room) => {
            let account = user.session.person.id.0;
            tracing::info!(room = room.0, account, %client, "room created");
            Ok(to_room(room).into())
        }
        Err(error) => name_again(user, name, error, store).await.map_err(|error| error.with_unsent(name)),
    }
}

/// The list with the name still in the form, where another or a later try may do.
async fn name_again(user: &User, name: &str, error: Error, store: &Store) -> Result<PageAnswer, Error> {
    let refused = match error {
        Error::Invalid(_)
        | Error::TooMany(_)
        | Error::Refused(
            Refusal::RoomNameTaken
            | Refusal::RoomNameLike(_)
            | Refusal::TooManyRooms(_)
            | Refusal::InsideAnother(_),
        ) => Problem::from(error),
        _ => return Err(error),
    };
    // That one is in another room stands above the list.
    let is_told = matches!(refused.refusal, Some(Refusal::InsideAnother(_)));
    let error = Some(&*refused.detail).filter(|_| !is_told);
    let create = CreateForm { name, error, sent: true };
    let page = list::with_form(store, user, create).await?;
    Ok(PageAnswer::refused(refused.status, page))
}

async fn open(
    user: &User,
    allowance: &Allowance<'_>,
    (name, most): (&str, u32),
    store: &Store,
    live: &Live,
) -> Result<RoomId, Error> {
    let name = RoomName::parse(name)?;
    allowance.room(user.session.person.id)?;
    Ok(live.applied(store.create_room(&user.session, &name, most).await?).await)
}

pub(in crate::web) use download::Downloads;

pub(crate) fn routes() -> Vec<Route> {
    routes![
        list::index,
        list::list,
        create,
        page::show,
        search::show,
        composer::post_by_form,
        delete::confirm,
        delete::delete,
        download::lines,
        download::page,
    ]
}
