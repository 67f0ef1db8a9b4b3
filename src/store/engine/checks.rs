//! Checks of the database server at the start, before anything is kept in it.

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, Row as _};

use crate::store::error::OpenError;

/// The first SQLite without the WAL-reset corruption (<https://sqlite.org/wal.html#walresetbug>).
const SQLITE_OLDEST: (u32, u32, u32) = (3, 51, 3);
/// The first PostgreSQL that Parlor is tested with.
const POSTGRES_OLDEST: i64 = 15;

/// # Errors
/// When this SQLite can corrupt its file.
pub(super) async fn sqlite(connection: &mut AnyConnection) -> Result<(), OpenError> {
    let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(connection).await?;
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    let found = (next(), next(), next());
    if found < SQLITE_OLDEST {
        return Err(OpenError::new(format!(
            "SQLite {version} can corrupt its file; 3.51.3 or later is needed"
        )));
    }
    Ok(())
}

/// # Errors
/// When this server is too old, cannot be written to, or may lose what it has acknowledged.
pub(super) async fn postgres(connection: &mut AnyConnection) -> Result<(), OpenError> {
    let row = sqlx::query(
        "select cast(current_setting('server_version_num') as bigint) / 10000 as version,
                case when pg_is_in_recovery() then cast(1 as bigint) else 0 end as standby,
                current_setting('default_transaction_read_only') as read_only,
                current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
                current_setting('full_page_writes') as full_page_writes,
                current_setting('synchronous_commit') as synchronous_commit",
    )
    .fetch_one(connection)
    .await?;
    let (version, standby): (i64, i64) = (row.try_get("version")?, row.try_get("standby")?);
    let setting = |name: &str| row.try_get::<String, _>(name);
    let refuse = |reason: &str| Err(OpenError::new(reason.to_owned()));
    if version < POSTGRES_OLDEST {
        return refuse(&format!("PostgreSQL {version} is too old; {POSTGRES_OLDEST} or later is needed"));
    }
    if standby == 1 {
        return refuse(
            "this PostgreSQL is a read-only standby: name its primary in database_url, or promote it \
             (select pg_promote())",
        );
    }
    if setting("read_only")? == "on" {
        return refuse("this PostgreSQL is read-only: set default_transaction_read_only = off");
    }
    let encoding = setting("encoding")?;
    if encoding != "UTF8" {
        return refuse(&format!(
            "the database holds {encoding}: create one that holds all languages \
             (create database … encoding 'UTF8' template template0)"
        ));
    }
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        if setting(name)? == "off" {
            return refuse(&format!(
                "with {name} = off PostgreSQL may lose messages it has acknowledged: set {name} = on in \
                 postgresql.conf and reload it (select pg_reload_conf())"
            ));
        }
    }
    Ok(())
}

/// Why no connection to PostgreSQL came about, and what to do. The URL may hold a password and is not quoted.
pub(super) fn unreachable(options: &AnyConnectOptions, error: &sqlx::Error) -> OpenError {
    let url = &options.database_url;
    let (host, port) = (url.host_str().unwrap_or("localhost"), url.port().unwrap_or(5432));
    let code = error.as_database_error().and_then(|error| error.code());
    let advice = match code.as_deref() {
        _ if is_about_tls(error) => "check sslmode and sslrootcert in database_url",
        Some("3D000") => "create the database, or name another in database_url",
        Some("28000" | "28P01") => "check the user and the password in database_url",
        _ => "is it running, and do host and port in database_url fit?",
    };
    OpenError::new(format!("PostgreSQL at {host}:{port} cannot be used: {error}; {advice}"))
}

/// Whether TLS was wanted and is not there, or the server's certificate is not trusted.
fn is_about_tls(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
        _ => false,
    }
}
