//! The search index: the terms of each message, written in the transaction that writes the message.
//!
//! A row of `search` has the number that [`place`] makes of room and message, and the terms of its text, with one that
//! stands for the author and two for the blocks of rows that it is in, between spaces. The statements that change it are
//! the same on both engines: SQLite keeps the index of such a table by itself (FTS5), PostgreSQL has one over
//! `search_vector(terms)`.

use std::collections::HashMap;

use sqlx::{Any, any::AnyArguments, query::Query};

use crate::model::accounts::AccountId;
use crate::model::rooms::RoomId;
use crate::model::terms::{terms, tokens};
use crate::store::connection::Connection;
use crate::store::engine::block_terms;
use crate::store::error::Error;
use crate::store::sql::json_rows;

/// How many entries the log of a room has at most, as far as searching goes: numbers of rooms stand above those bits.
const SEQ_BITS: u32 = 32;

/// A message's row in the index: those of a room stand together, in their order.
pub(in crate::store) fn place(room: RoomId, seq: i64) -> i64 {
    (room.0 << SEQ_BITS) + seq
}

/// The number of the message in that row.
pub(super) fn seq_at(place: i64) -> i64 {
    place & ((1 << SEQ_BITS) - 1)
}

/// The term of messages by `author`, which no word is: none has a colon in it.
pub(super) fn author_term(author: AccountId) -> String {
    format!("by:{}", author.0)
}

/// The terms of some texts, which are cut before any lock is taken.
pub(in crate::store) struct Cut<'t>(HashMap<&'t str, String>);

impl<'t> Cut<'t> {
    pub(in crate::store) fn of(texts: impl Iterator<Item = &'t str>) -> Self {
        Self(texts.map(|text| (text, between_spaces(terms(&tokens(text))))).collect())
    }

    /// The terms of the message in this row, as the index keeps them.
    pub(super) fn terms_of(&self, place: i64, author: AccountId, body: &str) -> String {
        let mut kept = author_term(author);
        kept.push_str(&between_spaces(block_terms(place)));
        match self.0.get(body) {
            Some(terms) => kept.push_str(terms),
            None => kept.push_str(&between_spaces(terms(&tokens(body)))),
        }
        kept
    }
}

/// These terms, each after a space.
fn between_spaces(terms: impl IntoIterator<Item = String>) -> String {
    terms.into_iter().fold(String::new(), |kept, term| kept + " " + &term)
}

/// The terms of the message in this row, as the index keeps them.
pub(in crate::store) fn terms_of(place: i64, author: AccountId, body: &str) -> String {
    Cut(HashMap::new()).terms_of(place, author, body)
}

/// Adds new messages of a room, each with its number, its author and its text.
pub(in crate::store) async fn add(
    connection: &mut Connection,
    room: RoomId,
    messages: impl Iterator<Item = (i64, AccountId, &str)>,
    cut: &Cut<'_>,
) -> Result<(), Error> {
    let row = |(seq, author, body)| {
        let place = place(room, seq);
        (place, cut.terms_of(place, author, body))
    };
    let rows: Vec<_> = messages.map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into search (rowid, terms)
         with sent as materialized (select value from json_each(cast($1 as text)))
         select cast(value ->> 0 as bigint), value ->> 1 from sent",
    )
    .bind(json_rows(&rows))
    .execute(connection)
    .await?;
    Ok(())
}

/// Of messages that were changed keeps the terms of their texts as they read now, and none of those whose text is gone.
pub(in crate::store) async fn replace(
    connection: &mut Connection,
    room: RoomId,
    messages: impl Iterator<Item = (i64, AccountId, Option<&str>)>,
    cut: &Cut<'_>,
) -> Result<(), Error> {
    let messages: Vec<_> = messages.collect();
    let places: Vec<_> = messages.iter().map(|(seq, ..)| [place(room, *seq)]).collect();
    sqlx::query(
        "delete from search where rowid in
             (select cast(value ->> 0 as bigint) from json_each(cast($1 as text)))",
    )
    .bind(json_rows(&places))
    .execute(&mut *connection)
    .await?;
    let kept = messages.into_iter().filter_map(|(seq, author, body)| Some((seq, author, body?)));
    add(connection, room, kept, cut).await
}

/// Removes the messages after number `swept` until number `until`.
pub(in crate::store) fn remove_range(
    room: RoomId,
    swept: i64,
    until: i64,
) -> Query<'static, Any, AnyArguments> {
    sqlx::query("delete from search where rowid > $1 and rowid <= $2")
        .bind(place(room, swept))
        .bind(place(room, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_the_order_of_rooms_and_messages() {
        assert!(place(RoomId(7), i64::from(u32::MAX)) < place(RoomId(8), 1));
        assert_eq!(seq_at(place(RoomId(7), 41)), 41);
        assert_eq!(terms_of(65_536, AccountId(3), "Tea, tea & 東京"), "by:3 :16 ::1 tea 京 東 東京");
    }
}
