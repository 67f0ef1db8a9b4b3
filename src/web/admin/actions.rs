//! What admins did.

use rocket::get;
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::{Admin, Moment, earlier};
use crate::model::admins::{ActionBy, ActionKind, AdminAction};
use crate::store::Store;
use crate::web::error::Error;
use crate::web::pages::{self, Page};
use crate::web::{query, templates};

#[derive(Serialize)]
struct ActionsView {
    actions: Vec<ActionView>,
    /// Before which there may be more.
    before: Option<i64>,
}

/// A sentence: *ana* *made* *bo* *an admin*.
#[derive(Serialize)]
struct ActionView {
    at: Moment,
    by: String,
    verb: &'static str,
    object: Option<String>,
    rest: &'static str,
}

impl From<AdminAction> for ActionView {
    fn from(action: AdminAction) -> Self {
        let (verb, rest) = words(action.what);
        let by = match action.by {
            ActionBy::Admin(person) => person.name,
            ActionBy::Shell => "The shell".to_owned(),
            ActionBy::Settings => "The settings".to_owned(),
        };
        let object = action.account.map(|person| person.name).or(action.detail);
        Self { at: action.at.into(), by, verb, object, rest }
    }
}

/// What stands before and after the name of whom or what it concerns.
fn words(what: ActionKind) -> (&'static str, &'static str) {
    match what {
        ActionKind::Barred => ("barred", ""),
        ActionKind::BarLifted => ("let", "log in again"),
        ActionKind::AdminNamed => ("made", "an admin"),
        ActionKind::AdminUnnamed => ("removed", "as an admin"),
        ActionKind::SessionsEnded => ("logged", "out everywhere"),
        ActionKind::PasswordLinkMade => ("made a link for a new password of", ""),
        ActionKind::RoomDeleted => ("deleted the room", ""),
        ActionKind::InvitationMade => ("made an invitation. New accounts:", ""),
        ActionKind::InvitationRevoked => ("revoked an invitation", ""),
        ActionKind::SignUpSet => ("set who can create an account:", ""),
    }
}

#[get("/admin/actions?<before>")]
pub(super) async fn show(admin: Admin<'_>, before: Option<&str>, store: &Store) -> Result<Template, Error> {
    let before = before.map(|before| query::number(before, "Entries")).transpose()?;
    let actions = store.admin_actions(before).await?;
    let before = earlier(&actions, |action| action.id);
    let view = ActionsView { actions: actions.into_iter().map(ActionView::from).collect(), before };
    Ok(pages::render(templates::ADMIN_ACTIONS, Page::new(Some(admin.0), view)))
}
