//! What polls and posts are answered with. The messages in it are JSON already.

use std::ops::Deref;
use std::sync::Arc;

use rocket::response::content::RawJson;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::live::Updates;
use crate::web::error::Error;

/// JSON, ready to be sent.
pub(super) type Json = RawJson<Vec<u8>>;

/// What fits into this is written without moving it: the answers to almost all polls and posts.
const USUAL: usize = 4096;

#[derive(Serialize)]
struct Update<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<i64>,
    #[serde(serialize_with = "as_they_are")]
    messages: &'a [Arc<RawValue>],
    more: bool,
    people: String,
}

/// What follows a cursor; in the answer to a post, with the number of the post before it.
pub(super) fn update(posted: Option<i64>, updates: &Updates) -> Result<Json, Error> {
    let Updates { messages, more, people_version } = updates;
    json(&Update { seq: posted, messages, more: *more, people: people_version.to_string() })
}

fn as_they_are<S: Serializer>(messages: &[Arc<RawValue>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(messages.iter().map(Deref::deref))
}

pub(super) fn json(answer: &impl Serialize) -> Result<Json, Error> {
    let mut text = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut text, answer)?;
    Ok(RawJson(text))
}
