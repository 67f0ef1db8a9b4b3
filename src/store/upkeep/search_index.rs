//! Whether messages can be found: each has its terms in the search index, as it reads now, and there is nothing else.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::model::accounts::AccountId;
use crate::model::rooms::RoomId;
use crate::store::connection::Connection;
use crate::store::error::Error;
use crate::store::search::{place, terms_of};

/// How many messages are read at once: their texts are read, too.
const MESSAGES: i64 = 1_000;

/// Tells what is wrong with the index of a room.
pub(super) async fn wrong_in_index(
    snapshot: &mut Connection,
    room: RoomId,
    mut tell: impl FnMut(String),
) -> Result<(), Error> {
    let (mut last, mut indexed) = (0, 0);
    loop {
        let rows = messages(snapshot, room, last).await?;
        let Some(end) = rows.last() else { break };
        last = end.try_get("seq")?;
        for row in &rows {
            indexed += i64::from(row.try_get::<Option<String>, _>("terms")?.is_some());
            wrong_terms(room, row)?.into_iter().for_each(&mut tell);
        }
    }
    let rows = count(snapshot, room).await?;
    if rows != indexed {
        tell(format!("the search index has {} rows of no message", rows - indexed));
    }
    Ok(())
}

async fn messages(snapshot: &mut Connection, room: RoomId, after: i64) -> Result<Vec<AnyRow>, Error> {
    let rows = sqlx::query(
        "select e.seq, e.author_id, e.body, e.deleted_by, s.terms
         from entry e left join search s on s.rowid = cast($2 as bigint) + e.seq
         where e.room_id = $1 and e.seq > $3 and e.kind = 'message' order by e.seq limit $4",
    );
    let rows = rows.bind(room.0).bind(place(room, 0)).bind(after).bind(MESSAGES);
    Ok(rows.fetch_all(snapshot).await?)
}

/// How many rows the index has of a room.
async fn count(snapshot: &mut Connection, room: RoomId) -> Result<i64, Error> {
    let rows = sqlx::query_scalar("select count(*) from search s where s.rowid >= $1 and s.rowid < $2");
    Ok(rows.bind(place(room, 0)).bind(place(RoomId(room.0 + 1), 0)).fetch_one(snapshot).await?)
}

/// What is wrong with the terms of a message.
fn wrong_terms(room: RoomId, row: &AnyRow) -> sqlx::Result<Option<String>> {
    let (seq, body): (i64, String) = (row.try_get("seq")?, row.try_get("body")?);
    let is_deleted = row.try_get::<Option<i64>, _>("deleted_by")?.is_some();
    let kept: Option<String> = row.try_get("terms")?;
    let author = AccountId(row.try_get("author_id")?);
    Ok(match kept {
        Some(_) if is_deleted => Some(format!("message {seq} is deleted, and still in the search index")),
        None if !is_deleted => Some(format!("message {seq} is not in the search index")),
        Some(kept) if kept != terms_of(place(room, seq), author, &body) => {
            Some(format!("message {seq} reads otherwise than the search index has it"))
        }
        _ => None,
    })
}
