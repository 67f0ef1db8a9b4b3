//! How people come in, and invitations.

use rocket::response::Redirect;
use rocket::{FromForm, State, get, post};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::guard::AdminRequest;
use super::{Admin, Moment, NewLink, earlier, in_words};
use crate::model::Invalid;
use crate::model::sessions::Token;
use crate::model::sign_up::{INVITATION, Invitation, NewInvitation, SignUp, SignUpRules, USES_MAX, Uses};
use crate::store::Store;
use crate::web::body::Fields;
use crate::web::error::Error;
use crate::web::pages::{self, Page};
use crate::web::paths::to_admin;
use crate::web::{query, templates};

#[derive(Serialize)]
struct SignUpView {
    sign_up: SignUp,
    /// Whether the settings say so, and it is not chosen here.
    is_set: bool,
    uses_max: i64,
    /// How long a new one is good for.
    validity: String,
    invitations: Vec<InvitationView>,
    /// Before which there may be more.
    before: Option<i64>,
}

#[derive(Serialize)]
struct InvitationView {
    id: i64,
    by: Option<String>,
    created: Moment,
    expires: Moment,
    uses: i64,
    used: i64,
}

impl From<Invitation> for InvitationView {
    fn from(invitation: Invitation) -> Self {
        let Invitation { id, by, created_at, expires_at, uses, used } = invitation;
        Self { id, by, created: created_at.into(), expires: expires_at.into(), uses, used }
    }
}

#[get("/admin/sign-up?<before>")]
pub(super) async fn show(
    admin: Admin<'_>,
    before: Option<&str>,
    rules: &State<SignUpRules>,
    store: &Store,
) -> Result<Template, Error> {
    let now = store.sign_up(rules.set).await?;
    let before = before.map(|before| query::number(before, "Invitations")).transpose()?;
    let invitations = store.invitations(before).await?;
    let before = earlier(&invitations, |invitation| invitation.id);
    let invitations = invitations.into_iter().map(InvitationView::from).collect();
    let is_set = rules.set.is_some();
    let (uses_max, validity) = (USES_MAX, in_words(INVITATION));
    let view = SignUpView { sign_up: now.sign_up, is_set, uses_max, validity, invitations, before };
    Ok(pages::render(templates::ADMIN_SIGN_UP, Page::new(Some(admin.0), view)))
}

#[derive(FromForm)]
pub(super) struct SentSignUp {
    #[field(default = String::new())]
    sign_up: String,
}

#[post("/admin/sign-up", data = "<sent>")]
pub(super) async fn set(request: AdminRequest<'_>, sent: Fields<SentSignUp>) -> Result<Redirect, Error> {
    let sign_up = SignUp::parse(&sent.0.sign_up)
        .ok_or_else(|| Invalid::new("Please choose who can create an account."))?;
    request.store.set_sign_up(request.actor(), sign_up).await?;
    request.log("who comes in was set", sign_up.as_str());
    Ok(to_admin("/sign-up"))
}

#[derive(FromForm)]
pub(super) struct SentUses {
    #[field(default = String::new())]
    uses: String,
}

#[post("/admin/invitations", data = "<sent>")]
pub(super) async fn invite(request: AdminRequest<'_>, sent: Fields<SentUses>) -> Result<Template, Error> {
    let (token, uses) = (Token::random(), Uses::parse(&sent.0.uses)?);
    let new = NewInvitation { token: token.hash(), uses };
    request.store.invite(request.actor(), &new).await?;
    request.log("invitation made", uses.get());
    let address = format!("/invitations/{}", token.to_hex());
    Ok(NewLink { name: None, address, expires: in_words(INVITATION), back: "/admin/sign-up".to_owned() }
        .render(&request.admin))
}

#[derive(FromForm)]
pub(super) struct SentInvitation {
    #[field(default = 0)]
    invitation: i64,
}

#[post("/admin/invitations/revoke", data = "<sent>")]
pub(super) async fn revoke(
    request: AdminRequest<'_>,
    sent: Fields<SentInvitation>,
) -> Result<Redirect, Error> {
    request.store.revoke_invitation(request.actor(), sent.0.invitation).await?;
    request.log("invitation revoked", sent.0.invitation);
    Ok(to_admin("/sign-up"))
}
