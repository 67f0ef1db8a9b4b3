//! Finding messages of a room: the page with the hits.

use rocket::get;
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::join_page::{Arrival, join_page};
use crate::model::Refusal;
use crate::model::rooms::{RoomId, RoomLink};
use crate::model::search::{Excerpt, Piece, Query};
use crate::store::{Hit, Rest, Store};
use crate::web::error::Error;
use crate::web::guards::{RoomInPath, User};
use crate::web::limits::Allowance;
use crate::web::pages::{self, Page, PageAnswer};
use crate::web::{query, templates};

#[derive(Serialize)]
struct SearchView<'a> {
    room: &'a RoomLink,
    typed: &'a str,
    error: Option<&'a str>,
    /// None where nothing was looked for.
    found: Option<FoundView<'a>>,
}

#[derive(Serialize)]
struct FoundView<'a> {
    hits: Vec<HitView<'a>>,
    /// Whether these come after others.
    is_later_page: bool,
    /// Before which message there are more hits.
    older: Option<i64>,
    /// Before which message nothing was looked at.
    unread: Option<i64>,
}

#[derive(Serialize)]
struct HitView<'a> {
    seq: i64,
    author: &'a str,
    hue: i64,
    sent_at: String,
    sent_text: String,
    cut_before: bool,
    pieces: Vec<PieceView<'a>>,
    cut_after: bool,
}

#[derive(Serialize)]
struct PieceView<'a> {
    text: &'a str,
    found: bool,
}

impl<'a> HitView<'a> {
    fn new(hit: &'a Hit, query: &Query) -> Self {
        let Excerpt { cut_before, pieces, cut_after } = query.excerpt(&hit.body);
        Self {
            seq: hit.seq,
            author: &hit.author.name,
            hue: hit.author.id.hue(),
            sent_at: hit.at.rfc_3339(),
            sent_text: hit.at.readable(),
            cut_before,
            pieces: pieces.into_iter().map(|Piece { text, found }| PieceView { text, found }).collect(),
            cut_after,
        }
    }
}

/// Only for those inside; others have the join page. With nothing to look for it is the page to type it in.
#[get("/rooms/<_>/search?<q>&<before>")]
pub(super) async fn show(
    user: &User,
    at: RoomInPath,
    q: Option<&str>,
    before: Option<&str>,
    allowance: Allowance<'_>,
    store: &Store,
) -> Result<PageAnswer, Error> {
    let asked = Asked { user, room: at.0, before };
    match asked.answer(q, &allowance, store).await {
        Err(Error::Refused(Refusal::NotAMember { .. })) => {
            Ok(PageAnswer::Page(join_page(store, user, at.0, Arrival::default()).await?))
        }
        answered => answered,
    }
}

/// Who looks for something, and where.
struct Asked<'r> {
    user: &'r User,
    room: RoomId,
    before: Option<&'r str>,
}

impl Asked<'_> {
    async fn answer(
        &self,
        typed: Option<&str>,
        allowance: &Allowance<'_>,
        store: &Store,
    ) -> Result<PageAnswer, Error> {
        let me = self.user.session.person.id;
        // Who may not look is told so first.
        let room = store.searchable_room(me, self.room).await?;
        let Some(typed) = typed else {
            return Ok(PageAnswer::Page(self.page(SearchView {
                room: &room,
                typed: "",
                error: None,
                found: None,
            })));
        };
        let before = self.before.map(|before| query::number(before, "Messages")).transpose()?;
        let query = match Query::parse(typed) {
            Ok(query) => query,
            Err(invalid) => {
                let error = Some(&*invalid.to_string());
                let page = self.page(SearchView { room: &room, typed, error, found: None });
                return Ok(PageAnswer::refused(422, page));
            }
        };
        allowance.search(me)?;
        let found = store.search(me, self.room, &query, before).await?;
        let (older, unread) = match found.rest {
            Rest::Nothing => (None, None),
            Rest::Older(before) => (Some(before), None),
            Rest::Unread(before) => (None, Some(before)),
        };
        let hits = found.hits.iter().map(|hit| HitView::new(hit, &query)).collect();
        let found = Some(FoundView { hits, is_later_page: before.is_some(), older, unread });
        Ok(PageAnswer::Page(self.page(SearchView { room: &room, typed, error: None, found })))
    }

    fn page(&self, view: SearchView<'_>) -> Template {
        pages::render(templates::SEARCH, Page::new(Some(self.user), view))
    }
}
