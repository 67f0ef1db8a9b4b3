//! Who may see these pages, and do what they offer.

use rocket::Request;
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};

use crate::web::error::Error;
use crate::web::guards::User;

/// Somebody who looks after the site. To others there is nothing at the address.
pub(crate) struct Admin<'r>(pub(super) &'r User);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Admin<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let user = try_outcome!(request.guard::<&User>().await);
        if user.is_admin { Outcome::Success(Self(user)) } else { Error::NotFound.refuse(request) }
    }
}
