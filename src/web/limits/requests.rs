//! The limit on requests from one address, of whatever kind: it is looked at before any guard, and by the catchers for
//! those that no route answers.

use std::time::Instant;

use rocket::http::Status;
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Route};

use super::Limits;
use crate::web::client::ClientAddress;
use crate::web::error::Error;
use crate::web::too_many::{Limited, TooMany};

/// The same route for those who are within the limit.
pub(in crate::web) fn limited(mut route: Route) -> Route {
    route.handler = Box::new(WithinLimit(route.handler));
    route
}

#[derive(Clone)]
struct WithinLimit(Box<dyn Handler>);

#[rocket::async_trait]
impl Handler for WithinLimit {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        match too_many(request) {
            Some(status) => Outcome::Error(status),
            None => self.0.handle(request, data).await,
        }
    }
}

/// Whether this request is one too many from its address: then the status of the refusal, which is left with it.
/// However often it is asked, a request takes one token.
pub(in crate::web) fn too_many(request: &Request<'_>) -> Option<Status> {
    struct Counted(Option<Status>);
    request.local_cache(|| Counted(take(request).map(|error| error.attach(request)))).0
}

fn take(request: &Request<'_>) -> Option<Error> {
    let limits = request.rocket().state::<Limits>()?;
    let taken = limits.requests.take(ClientAddress::of(request).network(), Instant::now());
    taken.err().map(|wait| Error::TooMany(TooMany { what: Limited::Requests, wait }))
}
