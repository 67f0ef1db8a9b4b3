//! What the log says for as long as nobody looks after the site.

use rocket::fairing::AdHoc;

use crate::config::{PublicUrl, address_to_open};
use crate::model::sign_up::SignUpRules;
use crate::store::Store;

/// Says once it is open who is going to be the admin, if there has never been one, and where to create the account: with a
/// `public_url` any other address is refused.
pub fn announcement(store: Store, rules: &SignUpRules, public_url: Option<PublicUrl>) -> AdHoc {
    let whoever = if rules.admins.is_empty() {
        "whoever creates the first account becomes the admin: please create it now, at"
    } else {
        "those named in the setting “admins” become admins once they have an account: please create it now, at"
    };
    AdHoc::on_liftoff("First start", move |rocket| {
        let address = match public_url {
            Some(url) => url.origin().to_owned(),
            None => address_to_open(rocket.config()),
        };
        Box::pin(async move {
            match store.sign_up(None).await {
                Ok(now) if now.is_new => {
                    tracing::info!("nobody looks after this site yet; {whoever} {address}");
                }
                Ok(_) => {}
                Err(error) => tracing::warn!("whether there is an admin is not known: {error}"),
            }
        })
    })
}
