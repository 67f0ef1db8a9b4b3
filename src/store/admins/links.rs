//! Links that end with the right of the admin who made them.

use crate::model::accounts::AccountId;
use crate::store::connection::Connection;
use crate::store::error::Error;

/// Makes void the invitations that `admin` made, and the links to new passwords: whoever is to do nothing here any more
/// may have kept some. The site's row must be locked, or one that is being made would be missed.
pub(super) async fn remove_links_by(connection: &mut Connection, admin: AccountId) -> Result<(), Error> {
    for delete in [
        sqlx::query("delete from invitation where created_by = $1"),
        sqlx::query("delete from password_link where created_by = $1"),
    ] {
        delete.bind(admin.0).execute(&mut *connection).await?;
    }
    Ok(())
}
