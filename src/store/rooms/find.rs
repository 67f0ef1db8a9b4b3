//! Finding rooms by their names.

use tokio::task::spawn_blocking;

use crate::model::accounts::AccountId;
use crate::model::list::{ListPage, ROOMS_A_PAGE, pages};
use crate::model::rooms::RoomId;
use crate::model::search::NameQuery;
use crate::store::database::Store;
use crate::store::error::Error;
use crate::store::memberships::where_is;
use crate::store::rows::load_listed;
use crate::store::site::{SiteRow, load_site};

/// In how many rooms' names is looked at most, those with the latest comings and goings. Names are read and compared
/// here, because engines fold letters in ways of their own.
const NAMES_MAX: i64 = 20_000;

impl Store {
    /// Page `page` of the open rooms whose names match, or the last one if there are not so many.
    pub async fn find_rooms(
        &self,
        account: AccountId,
        names: &NameQuery,
        page: i64,
    ) -> Result<ListPage, Error> {
        let found = self.matching(names).await?;
        let mut snapshot = self.snapshot().await?;
        let SiteRow { list_version: version, .. } = load_site(&mut snapshot).await?;
        let whereabouts = where_is(&mut snapshot, account).await?;
        let pages = pages(i64::try_from(found.len()).unwrap_or(i64::MAX));
        let page = page.min(pages);
        let most = usize::try_from(ROOMS_A_PAGE).unwrap_or(usize::MAX);
        let shown = found.chunks(most).nth(usize::try_from(page - 1).unwrap_or(0)).unwrap_or_default();
        let rooms = load_listed(&mut snapshot, shown).await?;
        snapshot.end().await;
        Ok(ListPage { version, page, pages, whereabouts, rooms })
    }

    /// The open rooms whose names match, the latest coming or going first. They are compared where it holds up nothing,
    /// and no connection is kept for that.
    async fn matching(&self, names: &NameQuery) -> Result<Vec<RoomId>, Error> {
        let rooms: Vec<(i64, String)> = sqlx::query_as(
            "select id, name from room where deleted_at is null order by people_seq desc limit $1",
        )
        .bind(NAMES_MAX)
        .fetch_all(&mut self.reader().await?)
        .await?;
        let names = names.clone();
        let matches = move |(id, name): (i64, String)| names.matches(&name).then_some(RoomId(id));
        let compared = spawn_blocking(move || rooms.into_iter().filter_map(matches).collect()).await;
        Ok(compared.map_err(|error| sqlx::Error::Protocol(error.to_string()))?)
    }
}
