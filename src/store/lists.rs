//! The list of rooms.

use super::locks::where_is;
use super::rooms::{Room, Row, load_room_row, room};
use super::{Error, Store, events};
use crate::model::accounts::AccountId;
use crate::model::log::Position;
use crate::model::memberships::Whereabouts;

/// How many rooms stand on a page of the list.
pub const ROOMS_A_PAGE: i64 = 100;

/// One page of the list of rooms, for one person.
pub struct ListPage {
    /// How new it is: the latest coming or going anywhere.
    pub version: Position,
    /// Which page, from 1.
    pub page: i64,
    /// How many pages there are, at least 1.
    pub pages: i64,
    /// Where the person is.
    pub whereabouts: Whereabouts,
    /// Latest coming or going first; the room the person is in is always among them.
    pub rooms: Vec<Room>,
}

impl Store {
    /// Page `page` of the list, or the last one if there are not so many, as `account` sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_page(&self, account: AccountId, page: i64) -> Result<ListPage, Error> {
        let mut snapshot = self.snapshot().await?;
        let events::List { moved: version, rooms } = events::list(&mut snapshot).await?;
        let whereabouts = where_is(&mut snapshot, account).await?;
        let pages = pages(rooms);
        let page = page.min(pages);
        let rows: Vec<Row> = sqlx::query_as(
            "select r.id, r.name, o.id, o.name, (select count(*) from membership m where m.room_id = r.id),
                    r.people_seq, r.people_tag
             from room r join account o on o.id = r.owner_id
             where r.deleted_at is null order by r.people_seq desc limit $1 offset $2",
        )
        .bind(ROOMS_A_PAGE)
        .bind((page - 1).saturating_mul(ROOMS_A_PAGE))
        .fetch_all(&mut snapshot)
        .await?;
        let mut rooms: Vec<Room> = rows.into_iter().map(room).collect();
        if let Some(here) = whereabouts.inside().filter(|here| !rooms.iter().any(|r| r.room.id == here.id)) {
            rooms.insert(0, load_room_row(&mut snapshot, here.id).await?);
        }
        snapshot.end().await;
        Ok(ListPage { version, page, pages, whereabouts, rooms })
    }
}

/// How many pages `count` rooms fill, at least one.
#[must_use]
pub fn pages(count: i64) -> i64 {
    (count + ROOMS_A_PAGE - 1).div_euclid(ROOMS_A_PAGE).max(1)
}
