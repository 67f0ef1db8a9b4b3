//! The list of rooms.

use crate::model::accounts::AccountId;
use crate::model::list::{ListPage, ROOMS_A_PAGE, pages};
use crate::model::rooms::Room;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::memberships::where_is;
use crate::store::rows;
use crate::store::site::{SiteRow, load_site};

impl Store {
    /// Page `page` of the list, or the last one if there are not so many, as `account` sees it.
    pub async fn list_page(&self, account: AccountId, page: i64) -> Result<ListPage, Error> {
        let mut snapshot = self.snapshot().await?;
        let SiteRow { list_version: version, room_count, .. } = load_site(&mut snapshot).await?;
        let whereabouts = where_is(&mut snapshot, account).await?;
        let pages = pages(room_count);
        let page = page.min(pages);
        let mut rooms: Vec<Room> = sqlx::query_as(
            "select r.id as room_id, r.name as room, o.id as owner_id, o.name as owner,
                    (select count(*) from membership m where m.room_id = r.id) as inside,
                    (select a.name from membership m join account a on a.id = m.account_id where m.room_id = r.id
                     order by m.account_id limit 1) as first,
                    (select a.name from membership m join account a on a.id = m.account_id where m.room_id = r.id
                     order by m.account_id limit 1 offset 1) as second,
                    (select a.name from membership m join account a on a.id = m.account_id where m.room_id = r.id
                     order by m.account_id limit 1 offset 2) as third,
                    r.last_seq, r.last_tag, r.last_at, r.people_seq, r.people_tag
             from room r join account o on o.id = r.owner_id
             where r.deleted_at is null order by r.people_seq desc limit $1 offset $2",
        )
        .bind(ROOMS_A_PAGE)
        .bind((page - 1).saturating_mul(ROOMS_A_PAGE))
        .fetch_all(&mut snapshot)
        .await?;
        let mut version = version.with_entries(rooms.iter().map(|room| room.end.head.seq).sum());
        if let Some(here) = whereabouts.inside().filter(|here| !rooms.iter().any(|r| r.room.id == here.id)) {
            let own = rows::load_listed(&mut snapshot, here.id).await?;
            version = version.with_own_entries(own.end.head.seq);
            rooms.insert(0, own);
        }
        snapshot.end().await;
        Ok(ListPage { version, page, pages, whereabouts, rooms })
    }
}
