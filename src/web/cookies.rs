//! The session's cookie.

use rocket::http::{Cookie, CookieJar, SameSite};
use rocket::time::Duration;

use crate::config::Config;
use crate::model::sessions::Token;

/// What it is called.
pub(super) const NAME: &str = "parlor";

/// The token this browser holds, if the cookie is whole and of our making.
pub(super) fn token(jar: &CookieJar<'_>) -> Option<Token> {
    Token::from_hex(jar.get_private(NAME)?.value())
}

/// Gives this browser a token. When the session ends is for the database to say; 400 days is the longest
/// that Chrome keeps a cookie, after which even a daily visitor logs in again.
pub(super) fn set(jar: &CookieJar<'_>, token: &Token, config: &Config) {
    let cookie = Cookie::build((NAME, token.to_hex()))
        .same_site(SameSite::Lax)
        .http_only(true)
        .secure(config.secure_cookie)
        .max_age(Duration::days(400));
    jar.add_private(cookie);
}

/// Takes the token away from this browser.
pub(super) fn clear(jar: &CookieJar<'_>) {
    jar.remove_private(NAME);
}
