//! The addresses of forms. Whoever asks for one with a GET, as Enter in the address bar does after a refusal, is
//! sent to the page the form stands on.

use rocket::http::Method;
use rocket::response::Redirect;
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Route};

use super::paths;

/// A GET for every POST among `routes` that has none, the JSON protocol aside.
pub(super) fn pages_of(routes: &[Route]) -> Vec<Route> {
    let has_get =
        |path: &str| routes.iter().any(|route| route.method == Method::Get && route.uri.path() == path);
    let forms = routes.iter().filter(|route| {
        let path = route.uri.path();
        route.method == Method::Post && !path.starts_with("/api/") && !has_get(path)
    });
    let page_of = |form: &Route| {
        let mut page = Route::new(Method::Get, form.uri.path(), RedirectToPage);
        page.name = Some("page of a form".into());
        page
    };
    forms.map(page_of).collect()
}

#[derive(Clone)]
struct RedirectToPage;

#[rocket::async_trait]
impl Handler for RedirectToPage {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        Outcome::from(request, Redirect::to(paths::page_of_form(request)))
    }
}
