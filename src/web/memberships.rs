//! Joining a room, leaving it, and moving from one to another.

use rocket::response::Redirect;
use rocket::{FromForm, Route, State, post, routes};

use super::body::Fields;
use super::error::{Error, Problem};
use super::guards::{RoomInPath, RoomVisitor, User};
use super::limits::Allowance;
use super::page_account;
use super::pages::PageAnswer;
use super::paths::{to_list, to_message, to_room};
use super::rooms::join_page::{Arrival, join_page};
use crate::live::Live;
use crate::model::Refusal;
use crate::model::digits::digits;
use crate::model::rooms::RoomId;
use crate::store::{self, Store};

#[derive(Default, FromForm)]
struct SentJoin {
    leaving: Option<i64>,
    at: Option<String>,
    /// Whom the list was made for: its rows are shared, and cannot say so in the form's address.
    account: Option<String>,
}

/// Joins a room, straight from another if the form names one (`leaving`), and leads to the message (`at`) that somebody
/// was on the way to. What is no form names none.
#[post("/rooms/<_>/join", data = "<sent>")]
async fn join(
    found: RoomVisitor<'_>,
    allowance: Allowance<'_>,
    sent: Option<Fields<SentJoin>>,
    store: &Store,
    live: &State<Live>,
) -> Result<PageAnswer, Error> {
    let RoomVisitor { user, room } = found;
    let id = room.room.id;
    let SentJoin { leaving, at, account } = sent.map_or_else(SentJoin::default, |Fields(sent)| sent);
    page_account::require(account.as_deref(), &user.session.person)?;
    let leaving = leaving.map(RoomId).filter(|leaving| *leaving != id);
    let at = at.as_deref().and_then(digits);
    allowance.join(user.session.person.id)?;
    let joined = match leaving {
        Some(leaving) => store.move_between(&user.session, leaving, id).await,
        None => store.join(&user.session, id).await,
    };
    match joined {
        Ok(joined) => {
            live.applied(joined).await;
            Ok(at.map_or_else(|| to_room(id), |seq| to_message(id, seq)).into())
        }
        Err(store::Error::Refused(refusal @ (Refusal::InsideAnother(_) | Refusal::LeftAlready))) => {
            let problem = Problem::from(refusal);
            let page = join_page(store, user, id, Arrival { at, alert: Some(&problem.detail), unsent: None })
                .await?;
            Ok(PageAnswer::refused(problem.status, page))
        }
        Err(error) => Err(error.into()),
    }
}

#[post("/rooms/<_>/leave")]
async fn leave(user: &User, at: RoomInPath, store: &Store, live: &State<Live>) -> Result<Redirect, Error> {
    live.applied(store.leave(&user.session, at.0).await?).await;
    Ok(to_list())
}

pub(super) fn routes() -> Vec<Route> {
    routes![join, leave]
}
