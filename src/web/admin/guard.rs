//! Who may see these pages, and do what they offer.

use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::{Request, State};

use crate::live::Live;
use crate::store::{Actor, Committed, Store};
use crate::web::client::ClientAddress;
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

/// Something that an admin wants done, and what it takes.
pub(crate) struct AdminRequest<'r> {
    pub(super) admin: Admin<'r>,
    pub(super) store: &'r Store,
    client: ClientAddress,
    live: &'r Live,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for AdminRequest<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        Outcome::Success(Self {
            admin: try_outcome!(request.guard::<Admin<'_>>().await),
            store: try_outcome!(request.guard::<&Store>().await),
            client: ClientAddress::of(request),
            live: try_outcome!(request.guard::<&State<Live>>().await),
        })
    }
}

impl AdminRequest<'_> {
    /// Who does it.
    pub(super) fn actor(&self) -> Actor<'_> {
        Actor::Admin(&self.admin.0.session)
    }

    /// The result of a write, once memory has it.
    pub(super) async fn applied<T>(&self, committed: Committed<T>) -> T {
        self.live.applied(committed).await
    }

    /// Says in the log what was done, about which account, room or invitations.
    pub(super) fn log(&self, what: &str, about: impl ToString) {
        let (admin, client, about) = (self.admin.0.session.person.id.0, self.client, about.to_string());
        tracing::info!(admin, about, %client, "admin: {what}");
    }
}
