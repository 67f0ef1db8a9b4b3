//! A room as a file, for its owner.

use futures_util::stream::{self, BoxStream, StreamExt};
use rocket::http::{ContentType, Header};
use rocket::response::stream::ByteStream;
use rocket::response::{self, Responder, Response};
use rocket::{Request, State, get};

use crate::StartError;
use crate::export::{Export, Format};
use crate::model::rooms::RoomId;
use crate::model::sessions::TokenHash;
use crate::store::Store;
use crate::web::error::Error;
use crate::web::guards::Owner;

/// A file that is sent as it is read.
pub(super) struct Download {
    file: ByteStream<BoxStream<'static, String>>,
    kind: ContentType,
    disposition: Header<'static>,
}

impl<'r> Responder<'r, 'r> for Download {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'r> {
        let Self { file, kind, disposition } = self;
        Response::build_from((kind, file).respond_to(request)?).header(disposition).ok()
    }
}

#[get("/rooms/<_>/export.html")]
pub(super) fn page(owner: Owner<'_>, store: &State<Store>) -> Result<Download, Error> {
    download(owner, store, Format::Html)
}

#[get("/rooms/<_>/export.jsonl")]
pub(super) fn lines(owner: Owner<'_>, store: &State<Store>) -> Result<Download, Error> {
    download(owner, store, Format::JsonLines)
}

/// Every part of it is a checkout of its own: a slow download must not use up the time of a request.
fn download(owner: Owner<'_>, store: &State<Store>, format: Format) -> Result<Download, Error> {
    let id = owner.room.room.id;
    let (store, token) = (Store::clone(store), owner.user.session.token);
    let export = Export::new(store.clone(), owner.room, format).map_err(|error| {
        tracing::error!("a room cannot be exported: {error}");
        Error::Unavailable
    })?;
    let (kind, extension) = match format {
        Format::Html => (ContentType::HTML, "html"),
        Format::JsonLines => (ContentType::new("application", "jsonl"), "jsonl"),
    };
    let disposition = format!("attachment; filename=\"parlor-room-{id}.{extension}\"");
    let disposition = Header::new("Content-Disposition", disposition);
    Ok(Download { file: ByteStream::from(texts(Sending { export, store, token }, id)), kind, disposition })
}

/// A file for somebody who may be logged out meanwhile.
struct Sending {
    export: Export,
    store: Store,
    token: TokenHash,
}

impl Sending {
    async fn next(&mut self) -> Result<Option<String>, StartError> {
        if self.store.session(&self.token).await?.is_none() {
            return Err("the session has ended".into());
        }
        self.export.next().await
    }
}

/// The file, part by part. Where a room is deleted meanwhile, or its reader logged out, it says that it breaks off.
fn texts(sending: Sending, room: RoomId) -> BoxStream<'static, String> {
    let next = move |sending: Option<Sending>| async move {
        let mut sending = sending?;
        match sending.next().await {
            Ok(text) => Some((text?, Some(sending))),
            Err(error) => {
                tracing::warn!(room = room.0, "an export broke off: {error}");
                Some((sending.export.broken_off().to_owned(), None))
            }
        }
    };
    stream::unfold(Some(sending), next).boxed()
}
