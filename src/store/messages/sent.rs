//! What is read of the posts of a batch after the room's lock: who sends them, and what was sent before.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{FromRow as _, Row as _};

use crate::model::accounts::{AccountId, Person};
use crate::model::changes::RoomEntry;
use crate::model::digests::Digest;
use crate::model::memberships::Whereabouts;
use crate::model::posts::Post;
use crate::model::rooms::RoomId;
use crate::model::sessions::TokenHash;
use crate::store::connection::Connection;
use crate::store::error::Error;
use crate::store::memberships::whereabouts;
use crate::store::rows;
use crate::store::sql::json_rows;

/// Who sends, as read after the room's lock.
pub(super) struct Sender {
    pub(super) person: Person,
    pub(super) whereabouts: Whereabouts,
}

/// The entries of some authors by their nonces, with the digests of what was sent.
pub(super) type StoredByNonce = HashMap<(AccountId, String), (RoomEntry, Digest)>;

/// The active sessions among the posts', with where their people are now.
pub(super) async fn senders(
    connection: &mut Connection,
    posts: &[&Post],
) -> Result<HashMap<TokenHash, Sender>, Error> {
    let tokens: Vec<_> = posts.iter().map(|post| [post.token.to_hex()]).collect();
    let rows: Vec<AnyRow> = sqlx::query(
        "select s.token_hash, a.id as account_id, a.name as account, r.id as room_id, r.name as room,
                d.name as deleted_by
         from json_each(cast($1 as text)) as sent
         cross join session s
         join account a on a.id = s.account_id
         left join membership m on m.account_id = a.id
         left join room r on r.id = m.room_id
         left join account d on d.id = r.deleted_by
         where s.token_hash = unhex(sent.value ->> 0) and s.expires_at > $2",
    )
    .bind(json_rows(&tokens))
    .bind(connection.now().0)
    .fetch_all(connection)
    .await?;
    let mut senders = HashMap::new();
    for row in &rows {
        let Ok(token) = row.try_get::<Vec<u8>, _>("token_hash")?.try_into() else { continue };
        let sender = Sender { person: rows::person(row)?, whereabouts: whereabouts(row)? };
        senders.insert(TokenHash(token), sender);
    }
    Ok(senders)
}

/// The entries already in `room` that have the author and the nonce of one of these posts.
pub(super) async fn known_entries(
    connection: &mut Connection,
    room: RoomId,
    posts: &[&Post],
    senders: &HashMap<TokenHash, Sender>,
) -> Result<StoredByNonce, Error> {
    let author = |post: &Post| Some(senders.get(&post.token)?.person.id.0);
    // With the room beside each, so that there is no plan that reads the whole room.
    let sent = |post: &&Post| Some((room.0, author(post)?, post.nonce.as_str().to_owned()));
    let sent: Vec<_> = posts.iter().filter_map(sent).collect();
    let rows: Vec<AnyRow> = sqlx::query(
        "select e.author_id, e.nonce, e.digest, e.seq, e.tag, e.kind, e.about, a.name as author, e.at, e.body,
                e.changed, e.changed_at, x.name as deleter
         from json_each(cast($1 as text)) as sent
         cross join entry e
         join account a on a.id = e.author_id
         left join account x on x.id = e.deleted_by
         where e.room_id = cast(sent.value ->> 0 as bigint)
               and e.author_id = cast(sent.value ->> 1 as bigint) and e.nonce = sent.value ->> 2",
    )
    .bind(json_rows(&sent))
    .fetch_all(connection)
    .await?;
    let known = |row: &AnyRow| {
        let sent = (AccountId(row.try_get("author_id")?), row.try_get("nonce")?);
        Ok((sent, (RoomEntry::from_row(row)?, Digest(row.try_get("digest")?))))
    };
    rows.iter().map(known).collect()
}
