//! The account that a page was made for, as its requests say: scripts in a header, forms in their address or, where the
//! form is sent to several, in a field. When somebody else has logged in from another tab of the same browser, the page
//! does not go on in their name.

use std::num::ParseIntError;

use rocket::Request;
use rocket::http::Method;

use crate::model::Refusal;
use crate::model::accounts::Person;

/// What the script of a page says, in `Parlor-Account`.
pub(super) fn of_script(request: &Request<'_>) -> Result<Option<i64>, ParseIntError> {
    request.headers().get_one("Parlor-Account").map(str::parse).transpose()
}

/// Whether a script asks for `person`, or for nobody in particular.
pub(super) fn is_of(request: &Request<'_>, person: &Person) -> bool {
    of_script(request).is_ok_and(|account| account.is_none_or(|account| account == person.id.0))
}

/// Refuses a form of a page that was made for another account than that of `person`, who is logged in now.
pub(super) fn require_form_of(request: &Request<'_>, person: &Person) -> Result<(), Refusal> {
    let is_form = request.method() == Method::Post;
    // What cannot be read names nobody.
    let account = is_form.then(|| request.query_value::<&str>("account")).flatten();
    require(account.map(Result::unwrap_or_default), person)
}

/// Refuses a form that says it was made for another `account` than that of `person`, or for what is none.
pub(super) fn require(account: Option<&str>, person: &Person) -> Result<(), Refusal> {
    let is_theirs = account.is_none_or(|account| account.parse() == Ok(person.id.0));
    if is_theirs { Ok(()) } else { Err(Refusal::AnotherAccount(person.name.clone())) }
}
