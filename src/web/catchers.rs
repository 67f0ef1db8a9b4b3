//! What a request gets that could not be done: a problem in JSON under `/api`, else a page.
//!
//! Some refusals have a better page than an error page: the log-in form, the list with the notice of the
//! deletion, the room's join page.

use rocket::http::{ContentType, Status};
use rocket::serde::json::Json;
use rocket::{Catcher, Request, catch, catchers};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::error::{Error, Problem};
use super::guards::{User, Visitor, presented_token};
use super::headers::WithHeaders;
use super::limits;
use super::pages::{self, Page};
use super::paths::{self, room_in};
use super::rooms::join_page::{Arrival, join_page};
use super::rooms::list;
use super::templates;
use super::welcome::{self, Offer};
use crate::model::Refusal;
use crate::model::rooms::RoomLink;
use crate::store::Store;

#[catch(default)]
fn problem(status: Status, request: &Request<'_>) -> WithHeaders<(Status, (ContentType, Json<Problem>))> {
    let status = limits::too_many(request).unwrap_or(status);
    let problem = Problem::of_request(request, status);
    WithHeaders((status, (ContentType::new("application", "problem+json"), Json(problem))))
}

#[catch(default)]
async fn page(status: Status, request: &Request<'_>) -> WithHeaders<(Status, Template)> {
    if let Some(status) = limits::too_many(request) {
        // Nobody is looked up for it.
        let problem = Problem::of_request(request, status);
        let unknown = presented_token(request).is_some();
        return WithHeaders((status, error_page(request, &problem, None, unknown)));
    }
    let problem = Problem::of_request(request, status);
    let visitor = request.guard::<Visitor<'_>>().await.succeeded();
    let user = visitor.as_ref().and_then(|visitor| visitor.0);
    let better = better_page(request, &problem, user).await;
    // Without the database nobody can say who this is, but who holds a cookie may want to log out.
    let page = better.unwrap_or_else(|_| error_page(request, &problem, user, visitor.is_none()));
    WithHeaders((status, page))
}

async fn better_page(
    request: &Request<'_>,
    problem: &Problem,
    user: Option<&User>,
) -> Result<Template, Error> {
    let store = request.guard::<&Store>().await.succeeded().ok_or(Error::Unavailable)?;
    let unsent = problem.unsent.as_deref();
    match (&problem.refusal, user) {
        (Some(Refusal::LoggedOut), None) => {
            let rules = request.rocket().state().ok_or(Error::Unavailable)?;
            let offer = Offer::to_all(store, rules).await;
            Ok(welcome::asked_to_log_in(request, offer, &problem.detail, unsent))
        }
        (Some(Refusal::RoomDeleted { .. }), Some(user)) => {
            list::instead_of_room(store, user, &problem.detail, unsent).await
        }
        (Some(Refusal::NotAMember { .. }), Some(user)) => {
            let id = room_in(request).ok_or(Error::NotFound)?;
            join_page(store, user, id, Arrival { alert: Some(&problem.detail), unsent, at: None }).await
        }
        _ => Err(Error::NotFound),
    }
}

#[derive(Serialize)]
struct ErrorView<'a> {
    status: u16,
    title: &'static str,
    detail: &'a str,
    /// Where to try again what is expected to succeed then.
    retry: Option<String>,
    /// Whether it is tried again from the form, where the browser has kept what was typed.
    go_back: bool,
    here: Option<&'a RoomLink>,
}

fn error_page(request: &Request<'_>, problem: &Problem, user: Option<&User>, unknown: bool) -> Template {
    let retry = problem.retry_after.and_then(|_| paths::to_try_again(request));
    let content = ErrorView {
        status: problem.status,
        title: problem.title,
        detail: &problem.detail,
        go_back: problem.retry_after.is_some() && retry.is_none(),
        retry,
        here: user.and_then(|user| user.whereabouts.inside()),
    };
    let page = Page::new(user, content).with_unsent(problem.unsent.as_deref());
    pages::render(templates::PROBLEM, if unknown { page.of_someone() } else { page })
}

/// For everything but `/api`.
pub(super) fn pages() -> Vec<Catcher> {
    catchers![page]
}

/// For `/api`.
pub(super) fn json() -> Vec<Catcher> {
    catchers![problem]
}
