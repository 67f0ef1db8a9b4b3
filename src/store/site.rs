//! The one row of the site: its keys, the event log's head, and what is known of the list of rooms as a whole.

use std::time::Duration;

use sqlx::Row as _;

use super::checkout::Budget;
use super::connection::Connection;
use super::database::Store;
use super::error::Error;
use super::rows;
use crate::model::digests::DigestKey;
use crate::model::log::Position;
use crate::model::names;
use crate::model::sign_up::SignUp;
use crate::model::versions::ListVersion;

/// The time limits of [`Store::ping`]: together less than those who ask wait, as a rule a second.
const FOR_PINGS: Budget = Budget { wait: Duration::from_millis(400), work: Duration::from_millis(400) };

impl Store {
    /// Writes the one row of the site at the very first start. Two instances may start at once: whoever
    /// comes second finds the row of the first.
    pub(super) async fn ensure_site_row(&self) -> Result<(), Error> {
        let secret = hex::encode(rand::random::<[u8; 32]>());
        let digest = hex::encode(rand::random::<[u8; DigestKey::BYTES]>());
        self.write_statement(|| {
            sqlx::query(
                "insert into site (id, last_seq, last_tag, list_seq, list_tag, room_count, secret_key, digest_key,
                                   sign_up, had_admin, name_tables)
                 values (1, 0, 0, 0, 0, 0, $1, $2, $4, 0, $3)
                 on conflict (id) do nothing",
            )
            .bind(secret.clone())
            .bind(digest.clone())
            .bind(names::TABLES)
            .bind(SignUp::default().as_str())
        })
        .await
    }

    /// Reads the [key of digests](Self::digest_key).
    pub(super) async fn read_digest_key(&self) -> Result<(), Error> {
        let digits: String = sqlx::query_scalar("select digest_key from site where id = 1")
            .fetch_one(&mut self.reader().await?)
            .await?;
        let key = DigestKey::from_hex(&digits);
        let key = key.ok_or_else(|| sqlx::Error::Decode("site.digest_key is not a key".into()))?;
        let _ = self.shared.digest_key.set(key);
        Ok(())
    }

    /// The key of digests: of what was sent, and of what wrong passwords are counted for.
    pub(super) fn digest_key(&self) -> Result<&DigestKey, Error> {
        Ok(self.shared.digest_key.get().ok_or(sqlx::Error::RowNotFound)?)
    }

    /// Whether the database answers, and soon; not behind requests nor in front of the tail. One at a time leaves a
    /// connection to the loader, which has no more than two statements under way, so that this waits behind few.
    pub async fn ping(&self) -> Result<(), Error> {
        let mut store = self.for_loading();
        store.budget = FOR_PINGS;
        let query = sqlx::query_scalar::<_, i64>("select last_seq from site where id = 1");
        query.fetch_one(&mut store.reader().await?).await?;
        Ok(())
    }

    /// The key of the cookies, 64 hexadecimal digits: for when the configuration names none.
    pub async fn secret_key(&self) -> Result<String, Error> {
        let query = sqlx::query_scalar("select secret_key from site where id = 1");
        Ok(query.fetch_one(&mut self.reader().await?).await?)
    }
}

/// What the site's row says, as this transaction sees it.
pub(super) struct SiteRow {
    /// The event log's head.
    pub(super) head: Position,
    /// The version of the list of rooms: the latest coming or going anywhere.
    pub(super) list_version: ListVersion,
    /// How many rooms there are.
    pub(super) room_count: i64,
}

pub(super) async fn load_site(connection: &mut Connection) -> Result<SiteRow, Error> {
    let query =
        sqlx::query("select last_seq, last_tag, list_seq, list_tag, room_count from site where id = 1");
    let row = query.fetch_one(connection).await?;
    let list_head = Position::new(row.try_get("list_seq")?, row.try_get("list_tag")?);
    Ok(SiteRow {
        head: rows::head(&row)?,
        list_version: ListVersion::at(list_head),
        room_count: row.try_get("room_count")?,
    })
}
