//! The database: the only SQL of the program.
//!
//! One file per noun, one text per statement, the same on SQLite and PostgreSQL; what must differ stands
//! in [`engine`]. Writes are transactions that lock before they read what must be true (see [`Store::write`]).
//! Lock order: account, its sessions, room, membership, site, links of admins; counts of wrong passwords are locked in
//! transactions of their own. No request holds two accounts. On PostgreSQL none holds two rooms but a move from one to
//! the other, which locks them in ascending order; so no two can be deadlocked. Every call fails when the database does;
//! *Errors* in what follows are the refusals.

mod accounts;
mod admins;
mod admission;
mod changes;
mod checkout;
mod clock;
mod commit_queue;
mod commits;
mod committed;
mod connection;
mod credentials;
mod database;
mod engine;
mod error;
mod events;
mod guesses;
mod lock_file;
mod locks;
mod memberships;
mod messages;
mod names;
mod new_files;
mod own_sessions;
mod passwords;
mod pool;
mod reserve;
mod rooms;
mod rows;
mod search;
mod session_limits;
mod sessions;
mod sign_up;
mod site;
mod slow;
mod sql;
pub mod sweeper;
mod transactions;
pub mod upkeep;

pub use accounts::NameCheck;
pub use admins::Actor;
pub use committed::{Changed, Committed};
pub use credentials::Credentials;
pub use database::Store;
pub use error::{Error, OpenError};
pub use events::Snapshot;
pub use guesses::Counters;
pub use messages::{EntryRange, FoundMessage, Newest, UPDATE_MAX, Updates};
pub use reserve::RESERVE;
pub use rooms::RoomPage;
pub use search::{Hit, Rest};
pub use sessions::{FoundSession, NewSession};

use crate::config::DatabaseLimits;

impl Store {
    /// Opens the database at `url`, creates what is missing and brings the schema up to date.
    ///
    /// # Errors
    /// When the URL has no known scheme, the database cannot be reached or written or would not keep
    /// what it acknowledges, another process holds the SQLite file, or the schema is not one this
    /// program knows.
    pub async fn open(url: &str, limits: DatabaseLimits) -> Result<Self, OpenError> {
        let store = Self::connect(url, limits).await?;
        let prepared = async {
            store.ensure_site_row().await?;
            store.read_digest_key().await?;
            store.renew_names().await
        };
        if let Err(error) = prepared.await {
            store.close().await;
            return Err(error.into());
        }
        Ok(store)
    }
}
