//! The one row of the site: its keys, the event log's head, and what is known of the list of rooms as a whole.

use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use crate::model::digests::DigestKey;
use crate::model::log::Position;
use crate::model::names;
use crate::model::versions::ListVersion;

impl Store {
    /// Writes the one row of the site at the very first start. Two instances may start at once: whoever
    /// comes second finds the row of the first.
    pub(super) async fn ensure_site_row(&self) -> Result<(), Error> {
        let secret = hex::encode(rand::random::<[u8; 32]>());
        let digest = hex::encode(rand::random::<[u8; DigestKey::BYTES]>());
        self.write_statement(|| {
            sqlx::query(
                "insert into site (id, last_seq, last_tag, list_seq, list_tag, room_count, secret_key, digest_key,
                                   name_tables)
                 values (1, 0, 0, 0, 0, 0, $1, $2, $3)
                 on conflict (id) do nothing",
            )
            .bind(secret.clone())
            .bind(digest.clone())
            .bind(names::TABLES)
        })
        .await
    }

    /// Reads the key of the digests of messages.
    pub(super) async fn read_digest_key(&self) -> Result<(), Error> {
        let (digits,): (String,) = sqlx::query_as("select digest_key from site where id = 1")
            .fetch_one(&mut self.reader().await?)
            .await?;
        let key = DigestKey::from_hex(&digits);
        let key = key.ok_or_else(|| sqlx::Error::Decode("site.digest_key is not a key".into()))?;
        let _ = self.shared.digest_key.set(key);
        Ok(())
    }

    /// The key of the digests of messages.
    pub(super) fn digest_key(&self) -> Result<&DigestKey, Error> {
        Ok(self.shared.digest_key.get().ok_or(sqlx::Error::RowNotFound)?)
    }

    /// The key of the cookies, 64 hexadecimal digits: for when the configuration names none.
    pub async fn secret_key(&self) -> Result<String, Error> {
        let (key,) = sqlx::query_as("select secret_key from site where id = 1")
            .fetch_one(&mut self.reader().await?)
            .await?;
        Ok(key)
    }
}

/// The event log's head, as this transaction sees it.
pub(super) async fn head(connection: &mut Connection) -> Result<Position, Error> {
    let (seq, tag) =
        sqlx::query_as("select last_seq, last_tag from site where id = 1").fetch_one(connection).await?;
    Ok(Position::new(seq, tag))
}

/// What is known of the list of rooms as a whole.
pub(super) struct List {
    /// Its version: the latest coming or going anywhere.
    pub(super) version: ListVersion,
    /// How many rooms there are.
    pub(super) rooms: i64,
}

/// The list of rooms, as this transaction sees it.
pub(super) async fn list(connection: &mut Connection) -> Result<List, Error> {
    let (seq, tag, rooms) = sqlx::query_as("select list_seq, list_tag, room_count from site where id = 1")
        .fetch_one(connection)
        .await?;
    Ok(List { version: ListVersion::at(Position::new(seq, tag)), rooms })
}
