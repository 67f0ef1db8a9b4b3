//! The list of rooms.

use crate::model::accounts::AccountId;
use crate::model::list::{ListPage, ROOMS_A_PAGE, pages};
use crate::model::rooms::{Room, RoomId};
use crate::store::connection::Connection;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::memberships::where_is;
use crate::store::rows::load_listed;
use crate::store::site::{SiteRow, load_site};

impl Store {
    /// Page `page` of the list, or the last one if there are not so many, as `account` sees it.
    pub async fn list_page(&self, account: AccountId, page: i64) -> Result<ListPage, Error> {
        let mut snapshot = self.snapshot().await?;
        let SiteRow { list_version: version, room_count, .. } = load_site(&mut snapshot).await?;
        let whereabouts = where_is(&mut snapshot, account).await?;
        let pages = pages(room_count);
        let page = page.min(pages);
        let ids = page_ids(&mut snapshot, page).await?;
        let own = whereabouts.inside().map(|here| here.id).filter(|here| !ids.contains(here));
        let mut rooms = load_listed(&mut snapshot, &[ids.as_slice(), own.as_slice()].concat()).await?;
        let entries = |rooms: &[Room]| rooms.iter().map(|room| room.end.head.seq).sum();
        let beside = rooms.extract_if(.., |room| Some(room.room.id) == own).collect::<Vec<_>>();
        let version = version.with_entries(entries(&rooms)).with_own_entries(entries(&beside));
        rooms.splice(0..0, beside);
        snapshot.end().await;
        Ok(ListPage { version, page, pages, whereabouts, rooms })
    }
}

/// The rooms of a page, the latest coming or going first.
async fn page_ids(connection: &mut Connection, page: i64) -> Result<Vec<RoomId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from room where deleted_at is null order by people_seq desc limit $1 offset $2",
    )
    .bind(ROOMS_A_PAGE)
    .bind((page - 1).saturating_mul(ROOMS_A_PAGE))
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(RoomId).collect())
}
