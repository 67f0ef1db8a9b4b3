//! A room as a file, for its owner.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::{self, BoxStream, StreamExt};
use rocket::http::{ContentType, Header};
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::response::stream::ByteStream;
use rocket::response::{self, Responder, Response};
use rocket::{Request, State, get};

use crate::StartError;
use crate::export::{Export, Format};
use crate::model::accounts::AccountId;
use crate::model::rooms::RoomId;
use crate::model::sessions::TokenHash;
use crate::store::Store;
use crate::web::client::ClientAddress;
use crate::web::error::Error;
use crate::web::guards::Owner;
use crate::web::keyed_semaphores::{KeyedPermit, KeyedSemaphores};
use crate::web::large_answers::LargeAnswers;
use crate::web::too_many::{Limited, TooMany};

/// The downloads under way: of each person a few, since each holds a part of its file for as long as its reader takes.
pub(in crate::web) struct Downloads(KeyedSemaphores<AccountId>);

impl Downloads {
    pub(in crate::web) fn new() -> Self {
        Self(KeyedSemaphores::new(2))
    }
}

/// A file that is sent as it is read.
pub(super) struct Download<'r> {
    file: ByteStream<BoxStream<'r, String>>,
    kind: ContentType,
    disposition: Header<'static>,
}

impl<'r> Responder<'r, 'r> for Download<'r> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'r> {
        let Self { file, kind, disposition } = self;
        Response::build_from((kind, file).respond_to(request)?).header(disposition).ok()
    }
}

#[get("/rooms/<_>/export.html")]
pub(super) fn page<'r>(owner: Owner<'r>, making: Making<'r>) -> Result<Download<'r>, Error> {
    download(owner, making, Format::Html)
}

#[get("/rooms/<_>/export.jsonl")]
pub(super) fn lines<'r>(owner: Owner<'r>, making: Making<'r>) -> Result<Download<'r>, Error> {
    download(owner, making, Format::JsonLines)
}

/// What it takes to make a file.
pub(super) struct Making<'r> {
    /// Every part is a checkout of its own: a slow download must not use up the time of a request.
    store: &'r Store,
    downloads: &'r Downloads,
    answers: &'r LargeAnswers,
    client: ClientAddress,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Making<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        Outcome::Success(Self {
            store: try_outcome!(request.guard::<&State<Store>>().await),
            downloads: try_outcome!(request.guard::<&State<Downloads>>().await),
            answers: try_outcome!(request.guard::<&State<LargeAnswers>>().await),
            client: ClientAddress::of(request),
        })
    }
}

fn download<'r>(owner: Owner<'r>, making: Making<'r>, format: Format) -> Result<Download<'r>, Error> {
    let (id, account) = (owner.room.room.id, owner.user.session.person.id);
    let turn = making.downloads.0.acquire(account).now_or_never();
    let turn =
        turn.ok_or(Error::TooMany(TooMany { what: Limited::Downloads, wait: Duration::from_mins(1) }))?;
    let export = Export::new(making.store.clone(), owner.room, format).map_err(|error| {
        tracing::error!("a room cannot be exported: {error}");
        Error::Unavailable
    })?;
    let (kind, extension) = match format {
        Format::Html => (ContentType::HTML, "html"),
        Format::JsonLines => (ContentType::new("application", "jsonl"), "jsonl"),
    };
    let disposition = format!("attachment; filename=\"parlor-room-{id}.{extension}\"");
    let disposition = Header::new("Content-Disposition", disposition);
    let sending = Sending { export, making, token: owner.user.session.token, _turn: turn };
    Ok(Download { file: ByteStream::from(texts(sending, id, format)), kind, disposition })
}

/// A file for somebody who may be logged out meanwhile.
struct Sending<'r> {
    export: Export,
    making: Making<'r>,
    token: TokenHash,
    _turn: KeyedPermit<'r, AccountId>,
}

impl<'r> Sending<'r> {
    /// The next part, and what goes on after it.
    async fn next(self) -> Result<Option<(String, Self)>, StartError> {
        let Self { mut export, making, token, _turn } = self;
        let slot = making.answers.slot(making.client).await.map_err(|_| "there are no threads")?;
        if making.store.session(&token).await?.is_none() {
            return Err("the session has ended".into());
        }
        let Some(part) = export.read().await? else { return Ok(None) };
        let written = slot.make(move || export.write(part).map(|text| (text, export))).await;
        let (text, export) = written.map_err(|_| "a part could not be made")??;
        drop(slot);
        Ok(Some((text, Self { export, making, token, _turn })))
    }
}

/// The file, part by part. Where a room is deleted meanwhile, or its reader logged out, it says that it breaks off.
fn texts<'r>(sending: Sending<'r>, room: RoomId, format: Format) -> BoxStream<'r, String> {
    let next = move |sending: Option<Sending<'r>>| async move {
        match sending?.next().await {
            Ok(next) => next.map(|(text, sending)| (text, Some(sending))),
            Err(error) => {
                tracing::warn!(room = room.0, "an export broke off: {error}");
                Some((format.broken_off().to_owned(), None))
            }
        }
    };
    stream::unfold(Some(sending), next).boxed()
}
