//! Rooms that admins delete.

use super::{Actor, NewAction, complete};
use crate::model::accounts::AccountId;
use crate::model::admins::ActionKind;
use crate::model::names::NameKeys;
use crate::model::rooms::RoomId;
use crate::store::committed::Committed;
use crate::store::connection::Connection;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::locks::{lock_account, lock_room};
use crate::store::rooms::delete_locked;

/// By whom a room was deleted that was deleted from the shell, as its people are told.
const SITE: &str = "Parlor";

impl Store {
    /// Deletes a room that somebody else may have made.
    ///
    /// # Errors
    /// [`Refusal`](crate::model::Refusal)`::LoggedOut`, `NotAnAdmin`, `NoSuchRoom`, `RoomDeleted`.
    pub async fn delete_room_as_admin(&self, actor: Actor<'_>, room: RoomId) -> Result<Committed<()>, Error> {
        self.write(|mut writing| async move {
            let account = match actor.account() {
                Some(admin) => admin,
                None => site_account(&mut writing).await?,
            };
            lock_account(&mut writing, account).await?;
            let locked = lock_room(&mut writing, room).await?;
            if locked.deleted_by.as_ref().is_some_and(|by| by.id == account) {
                return Ok((Committed::events(()), writing));
            }
            let name = locked.ensure_open()?.name;
            delete_locked(&mut writing, account, room).await?;
            let action = NewAction {
                what: ActionKind::RoomDeleted,
                account: None,
                room: Some(room.0),
                detail: Some(&name),
            };
            complete(&mut writing, actor, action).await?;
            Ok((Committed::events(()), writing))
        })
        .await
    }
}

/// The account in whose name the shell deletes rooms: nobody can log in with it, nobody can have a name like it.
async fn site_account(connection: &mut Connection) -> Result<AccountId, Error> {
    let keys = NameKeys::of(SITE);
    let now = connection.now();
    sqlx::query(
        "insert into account (name, name_key, skeleton, password_hash, created_at, role, barred_at)
         values ($1, $2, $3, '', $4, 'site', $4) on conflict do nothing",
    )
    .bind(SITE)
    .bind(keys.folded().to_owned())
    .bind(keys.skeleton().to_owned())
    .bind(now.0)
    .execute(&mut *connection)
    .await?;
    let id = sqlx::query_scalar("select id from account where role = 'site'").fetch_one(connection).await?;
    Ok(AccountId(id))
}
