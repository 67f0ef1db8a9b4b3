//! An export as lines of JSON.

use serde::Serialize;

use crate::model::Timestamp;
use crate::model::messages::MessageEntry;
use crate::model::rooms::Room;

/// The first line.
#[derive(Serialize)]
struct Beginning<'a> {
    room: &'a str,
    id: i64,
    owner: &'a str,
    exported_at: String,
    /// The number of the last entry of the room's log then: no line has a greater one.
    last_seq: i64,
}

pub(super) fn beginning(room: &Room, now: Timestamp) -> serde_json::Result<String> {
    let beginning = Beginning {
        room: &room.room.name,
        id: room.room.id.0,
        owner: &room.owner.name,
        exported_at: now.rfc_3339(),
        last_seq: room.end.head.seq,
    };
    Ok(serde_json::to_string(&beginning)? + "\n")
}

pub(super) fn messages(entries: &[MessageEntry]) -> serde_json::Result<String> {
    entries.iter().map(|entry| Ok(entry.to_json()?.get().to_owned() + "\n")).collect()
}
