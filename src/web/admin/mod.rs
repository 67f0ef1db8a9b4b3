//! The pages of admins, who look after the site. To everybody else who is logged in there is nothing at their addresses.

mod actions;
mod guard;
mod people;
mod rooms;
mod sign_up;

pub(super) use guard::Admin;

use std::time::Duration;

use rocket::http::RawStr;
use rocket::{FromForm, Route, routes};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::error::Error;
use super::pages::{self, Page};
use super::{query, templates};
use crate::model::Timestamp;
use crate::model::admins::ROWS_A_PAGE;

/// Which rows of a list are asked for.
#[derive(FromForm, Serialize)]
struct Search {
    /// How names begin.
    #[field(default = String::new())]
    beginning: String,
    /// Which page, from 1.
    #[field(default = String::new())]
    page: String,
}

impl Search {
    /// What leads to the same rows again, after a form beside one of them was sent.
    fn query(&self) -> String {
        if self.beginning.is_empty() && self.page.is_empty() {
            return String::new();
        }
        let [beginning, page] = [&self.beginning, &self.page].map(|one| RawStr::new(one).percent_encode());
        format!("?beginning={beginning}&page={page}")
    }

    fn page(&self) -> Result<i64, Error> {
        if self.page.is_empty() { Ok(1) } else { query::number(&self.page, "Pages") }
    }
}

/// A page of a list, and what leads to those beside it.
#[derive(Serialize)]
struct Pages {
    beginning: String,
    count: i64,
    page: i64,
    earlier: Option<i64>,
    later: Option<i64>,
}

impl Pages {
    fn new(search: Search, page: i64, count: i64) -> Self {
        let later = (page.saturating_mul(ROWS_A_PAGE) < count).then_some(page.saturating_add(1));
        let earlier = (page > 1).then_some(page - 1);
        Self { beginning: search.beginning, count, page, earlier, later }
    }
}

/// The number before which there may be more rows than these, which are the latest first.
fn earlier<T>(rows: &[T], number: impl Fn(&T) -> i64) -> Option<i64> {
    let is_full = i64::try_from(rows.len()).is_ok_and(|length| length >= ROWS_A_PAGE);
    rows.last().filter(|_| is_full).map(number)
}

/// A moment, for programs and for people.
#[derive(Serialize)]
struct Moment {
    at: String,
    text: String,
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self { at: at.rfc_3339(), text: at.readable() }
    }
}

/// A link that is shown this once: only the hash of its token is kept. It is the answer to the form that has made it,
/// and not a page of its own, because the token would be in that page's address.
#[derive(Serialize)]
struct NewLink<'a> {
    /// Whose new password it is for, if it is for that.
    name: Option<&'a str>,
    address: String,
    expires: String,
    back: String,
}

impl NewLink<'_> {
    fn render(&self, admin: &Admin<'_>) -> Template {
        pages::render(templates::NEW_LINK, Page::new(Some(admin.0), self))
    }
}

/// How long a link is good for.
fn in_words(validity: Duration) -> String {
    match validity.as_secs() / 3600 {
        hours @ ..48 => format!("{hours} hours"),
        hours => format!("{} days", hours / 24),
    }
}

pub(super) fn routes() -> Vec<Route> {
    routes![
        people::show,
        people::bar,
        people::lift_bar,
        people::name_admin,
        people::unname_admin,
        people::end_sessions,
        people::make_password_link,
        rooms::show,
        rooms::delete,
        sign_up::show,
        sign_up::set,
        sign_up::invite,
        sign_up::revoke,
        actions::show,
    ]
}
