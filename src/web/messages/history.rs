//! History: stretches of a room's log by their place in it.

use serde::Serialize;
use serde_json::value::RawValue;

use super::answers::json;
use crate::model::Invalid;
use crate::model::history::{History, Place, Span};
use crate::model::messages::MessageEntry;
use crate::store::Store;
use crate::web::error::Error;
use crate::web::guards::Member;
use crate::web::large_answers::{LargeAnswer, LargeRequest};
use crate::web::query;

/// The place in a log that a request names by the number of an entry: its end where none is named.
///
/// # Errors
/// When several are named, or one that is no number.
pub(crate) fn place(before: Option<&str>, from: Option<&str>, around: Option<&str>) -> Result<Place, Error> {
    let number = |text: Option<&str>| text.map(|text| query::number(text, "Messages")).transpose();
    match (number(before)?, number(from)?, number(around)?) {
        (None, None, None) => Ok(Place::Newest),
        (Some(number), None, None) => Ok(Place::Before(number)),
        (None, Some(number), None) => Ok(Place::From(number)),
        (None, None, Some(number)) => Ok(Place::Around(number)),
        _ => Err(several().into()),
    }
}

/// That a request names several places at once.
pub(super) fn several() -> Invalid {
    Invalid::new("Please ask for one place in the room’s log at a time.")
}

/// The messages of a stretch, how far it reaches, whether there is more in its direction, and the head of the log.
#[derive(Serialize)]
struct Stretch {
    messages: Vec<Box<RawValue>>,
    more: bool,
    first: i64,
    last: i64,
    as_of: String,
}

/// The messages of `room` at a place. Somebody may have left it while this waited for its turn.
pub(super) async fn history(
    Member { account, room }: Member,
    place: Place,
    store: &Store,
    request: &LargeRequest<'_>,
) -> Result<LargeAnswer, Error> {
    request.json(store.history(account, room, place), move |history| stretch(&history, place)).await
}

fn stretch(history: &History, place: Place) -> Result<Vec<u8>, Error> {
    let messages = history.messages.iter().map(MessageEntry::to_json);
    let mut messages = messages.collect::<serde_json::Result<Vec<_>>>()?;
    let sizes: Vec<_> = messages.iter().map(|json| json.get().len()).collect();
    let (fits, span) = history.fitting(place, &sizes);
    let Span { first, last } = span;
    let more = match place {
        Place::From(_) => span.has_later(history.as_of),
        _ => span.has_earlier(),
    };
    let (messages, as_of) = (messages.drain(fits).collect(), history.as_of.to_string());
    Ok(json(&Stretch { messages, more, first, last, as_of })?.0)
}
