//! The Host check: where a `public_url` is set, nothing is answered under another name. So a page of another name that
//! leads here (DNS rebinding) reads nothing, and no cache keeps anything under it.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Method, Status};
use rocket::{Data, Request, Route, State, get, routes, uri};
use rocket_dyn_templates::{Template, context};

use super::{operations, templates};
use crate::config::{Config, PublicUrl};

/// Leads a request for another host to [`misdirected`], whatever it asks for.
pub(super) struct HostCheck;

#[rocket::async_trait]
impl Fairing for HostCheck {
    fn info(&self) -> Info {
        Info { name: "Host check", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        if is_misdirected(request) {
            request.set_method(Method::Get);
            request.set_uri(uri!(misdirected));
        }
    }
}

fn is_misdirected(request: &Request<'_>) -> bool {
    let url = request.rocket().state().and_then(|config: &Config| config.public_url.as_ref());
    let Some(url) = url else { return false };
    // Who looks whether an instance is well asks that very instance.
    if operations::is_asked(request) {
        return false;
    }
    let mut hosts = request.headers().get("Host");
    !(hosts.next().is_some_and(|host| url.is_host(host)) && hosts.next().is_none())
}

#[get("/misdirected")]
fn misdirected(config: &State<Config>) -> (Status, Template) {
    let address = config.public_url.as_ref().map(PublicUrl::origin);
    (Status::MisdirectedRequest, Template::render(templates::MISDIRECTED.0, context! { address }))
}

/// For a server with a `public_url`.
pub(super) fn routes() -> Vec<Route> {
    routes![misdirected]
}
