//! What `database_url` says of PostgreSQL.

use sqlx::any::AnyConnectOptions;

use crate::store::error::OpenError;

/// What sqlx reads behind the `?`; and `options[…]`.
const SETTINGS: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// TLS as the URL's `sslmode` asks for it. As libpq has it, `require` with a root certificate looks at the
/// server's, too (<https://www.postgresql.org/docs/15/libpq-ssl.html#LIBPQ-SSL-CERTIFICATES>); sqlx would not.
///
/// # Errors
/// When it is no URL, or has a setting that is not known: sqlx would go on without it, unencrypted if it was `sslmod`.
pub(super) fn options(url: &str) -> Result<AnyConnectOptions, OpenError> {
    let mut options: AnyConnectOptions = url.parse()?;
    let unknown = options.database_url.query_pairs().map(|(key, _)| key).find(|key| !is_known(key));
    if let Some(key) = unknown {
        return Err(unknown_setting(&key, options.database_url.query().unwrap_or_default()));
    }
    let says = |name, value: Option<&str>| {
        let mut pairs = options.database_url.query_pairs();
        pairs.any(|(key, found)| key == name && value.is_none_or(|value| found == value))
    };
    if says("sslmode", Some("require")) && says("sslrootcert", None) {
        options.database_url.query_pairs_mut().append_pair("sslmode", "verify-ca");
    }
    Ok(options)
}

fn is_known(key: &str) -> bool {
    SETTINGS.contains(&key) || key.starts_with("options[") && key.ends_with(']')
}

/// With an `@` behind the `?` that may be within a password, which is not quoted.
fn unknown_setting(key: &str, settings: &str) -> OpenError {
    OpenError::new(if settings.contains('@') {
        "database_url: what follows the “?” is not a setting of PostgreSQL’s address that Parlor knows; in a password, \
         “?” is written %3F and “@” %40"
            .to_owned()
    } else {
        format!(
            "database_url: “{key}” is not a setting of PostgreSQL’s address that Parlor knows; please correct it or \
             leave it out"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &str) -> Result<String, String> {
        let read = options(&format!("postgres://ana@localhost/parlor{settings}"));
        read.map(|options| options.database_url.into()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_misspelt_setting_is_named() {
        for name in ["sslmod", "SSLMODE", "connect_timeout", "options[a", ""] {
            let error = read(&format!("?sslmode=require&{name}=require")).unwrap_err();
            assert!(error.starts_with(&format!("database_url: “{name}” is not a setting")), "{error}");
        }
        for name in SETTINGS.into_iter().chain(["options[search_path]", "%73slmode"]) {
            assert!(read(&format!("?{name}=1")).is_ok(), "{name}");
        }
        assert!(read("").is_ok() && read("?").is_ok());
    }

    #[test]
    fn no_part_of_a_password_is_quoted() {
        let error = options("postgres://ana:12?secret&x@localhost/parlor").unwrap_err().to_string();
        assert!(error.contains("%3F") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn a_root_certificate_is_looked_at() {
        assert!(read("?sslmode=require&sslrootcert=ca.pem").unwrap().ends_with("&sslmode=verify-ca"));
        assert!(!read("?sslmode=require").unwrap().contains("verify"));
    }
}
