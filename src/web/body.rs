//! Request bodies, read in our own words: what is wrong with them is reported like every other refusal.

use rocket::Request;
use rocket::data::{ByteUnit, Data, FromData, Outcome};
use rocket::form::{Form, FromForm};
use rocket::http::{ContentType, RawStr};
use serde::de::DeserializeOwned;

use super::error::Error;

/// How much a body may hold. A message of 4,000 four-byte characters fits, percent-encoded.
const LIMIT: ByteUnit = ByteUnit::Kibibyte(64);

/// The fields of a url-encoded form. A missing one is for its `T` to take as empty, and for the model
/// to refuse.
pub(super) struct Fields<T>(pub(super) T);

#[rocket::async_trait]
impl<'r, T: for<'f> FromForm<'f> + Send + 'static> FromData<'r> for Fields<T> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let sent = read(request, data, &ContentType::Form, "application/x-www-form-urlencoded").await;
        match sent.and_then(|bytes| parse_form(&bytes)) {
            Ok(fields) => Outcome::Success(Self(fields)),
            Err(error) => Outcome::Error((error.attach(request), ())),
        }
    }
}

/// A JSON document.
pub(super) struct Json<T>(pub(super) T);

#[rocket::async_trait]
impl<'r, T: DeserializeOwned> FromData<'r> for Json<T> {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let sent = read(request, data, &ContentType::JSON, "application/json").await;
        match sent.and_then(|bytes| parse_json(&bytes)) {
            Ok(document) => Outcome::Success(Self(document)),
            Err(error) => Outcome::Error((error.attach(request), error)),
        }
    }
}

/// The whole body, if it is of the wanted type and within the limit.
async fn read(
    request: &Request<'_>,
    data: Data<'_>,
    wanted: &ContentType,
    named: &'static str,
) -> Result<Vec<u8>, Error> {
    let sent = request.content_type();
    if !sent.is_some_and(|sent| sent.top() == wanted.top() && sent.sub() == wanted.sub()) {
        return Err(Error::UnsupportedMediaType(named));
    }
    let body =
        data.open(LIMIT).into_bytes().await.map_err(|_| Error::Malformed("The request was cut short."))?;
    if body.is_complete() { Ok(body.into_inner()) } else { Err(Error::TooLarge) }
}

/// Rocket decodes percent signs leniently and would store what is no UTF-8 as U+FFFD.
fn parse_form<T: for<'f> FromForm<'f> + 'static>(bytes: &[u8]) -> Result<T, Error> {
    const NOT_TEXT: Error = Error::Malformed("A form is UTF-8 text.");
    let sent = std::str::from_utf8(bytes).map_err(|_| NOT_TEXT)?;
    if sent.split(['&', '=']).any(|piece| RawStr::new(piece).percent_decode().is_err()) {
        return Err(NOT_TEXT);
    }
    Form::<T>::parse_encoded(RawStr::new(sent))
        .map_err(|_| Error::Malformed("The form’s fields cannot be read."))
}

fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            crate::model::Invalid::from_json(&error).into()
        } else {
            Error::Malformed("The body is not JSON.")
        }
    })
}
