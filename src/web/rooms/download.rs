//! A room as a file, for its owner.

use futures_util::stream::{self, BoxStream, StreamExt};
use rocket::http::{ContentType, Header};
use rocket::response::stream::ByteStream;
use rocket::response::{self, Responder, Response};
use rocket::{Request, State, get};

use crate::export::{Export, Format};
use crate::model::rooms::RoomId;
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
    let export = Export::new(Store::clone(store), owner.room, format).map_err(|error| {
        tracing::error!("a room cannot be exported: {error}");
        Error::Unavailable
    })?;
    let (kind, extension) = match format {
        Format::Html => (ContentType::HTML, "html"),
        Format::JsonLines => (ContentType::new("application", "jsonl"), "jsonl"),
    };
    let disposition = format!("attachment; filename=\"parlor-room-{id}.{extension}\"");
    let disposition = Header::new("Content-Disposition", disposition);
    Ok(Download { file: ByteStream::from(texts(export, id)), kind, disposition })
}

/// The file, part by part. Of a room that is deleted meanwhile it has no end, which its reader sees.
fn texts(export: Export, room: RoomId) -> BoxStream<'static, String> {
    let next = move |mut export: Export| async move {
        match export.next().await {
            Ok(text) => Some((text?, export)),
            Err(error) => {
                tracing::warn!(room = room.0, "an export broke off: {error}");
                None
            }
        }
    };
    stream::unfold(export, next).boxed()
}
