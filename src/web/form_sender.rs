//! Who sends a form with words in it: looked at by the handler, so that the words come back whatever is refused.

use rocket::Request;
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};

use super::guards::{User, Visitor};
use super::page_account::require_form_of;
use super::same_origin::SameOrigin;
use crate::model::Refusal;

/// Somebody who sends a form of this site, logged in or not.
pub(super) struct FormSender<'r>(Result<&'r User, Refusal>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for FormSender<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        try_outcome!(request.guard::<SameOrigin>().await);
        let visitor = try_outcome!(request.guard::<Visitor<'_>>().await);
        let logged_in = visitor.0.ok_or(Refusal::LoggedOut);
        let theirs = |user: &User| require_form_of(request, &user.session.person);
        Outcome::Success(Self(logged_in.and_then(|user| theirs(user).map(|()| user))))
    }
}

impl<'r> FormSender<'r> {
    /// Who it is, logged in as the one that the form was made for.
    ///
    /// # Errors
    /// [`Refusal::LoggedOut`], [`Refusal::AnotherAccount`].
    pub(super) fn user(self) -> Result<&'r User, Refusal> {
        self.0
    }
}
