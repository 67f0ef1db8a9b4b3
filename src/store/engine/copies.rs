//! Copying a whole database: by SQLite itself, or by PostgreSQL's own programs.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use rocket::http::RawStr;
use sqlx::{AnyConnection, ConnectOptions, Connection as _};
use tokio::process::Command;
use url::Url;

use super::Engine;
use crate::store::error::OpenError;

impl Engine {
    /// Copies the database, as it is at one moment, into the file at `to`, which is empty or not there. Others read and
    /// write meanwhile.
    pub(in crate::store) async fn copy(&self, url: &str, to: &Path) -> Result<(), OpenError> {
        match self {
            Self::Sqlite(_) => {
                let mut connection = self.connect_alone(url).await?;
                vacuum_into(&mut connection, to).await?;
                Ok(connection.close().await?)
            }
            Self::Postgres => {
                run_tool(url, "pg_dump", &["--format=custom".as_ref(), "--file".as_ref(), to.as_os_str()])
                    .await
            }
        }
    }

    /// The bytes that a copy is going to have, about; nothing where that is not known.
    pub(in crate::store) async fn size(&self, url: &str) -> Result<Option<u64>, OpenError> {
        if matches!(self, Self::Postgres) {
            return Ok(None);
        }
        let mut connection = self.connect_alone(url).await?;
        let size = sqlx::query_scalar::<_, i64>(
            "select (page_count - freelist_count) * page_size
             from pragma_page_count, pragma_freelist_count, pragma_page_size",
        );
        let size = size.fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(u64::try_from(size).ok())
    }

    /// Has SQLite bring its log into the file and put it away, so that the file alone is the database. Only of a
    /// database that nobody else has open.
    ///
    /// # Errors
    /// When somebody has, or the file is damaged.
    pub(in crate::store) async fn put_log_away(&self, url: &str) -> sqlx::Result<()> {
        let options = self.options(url).map_err(|error| sqlx::Error::Configuration(error.into()))?;
        let mut connection = options.disable_statement_logging().connect().await?;
        let set = sqlx::query("pragma journal_mode = delete").execute(&mut connection).await;
        let closed = connection.close().await;
        set?;
        closed
    }

    /// Fills the empty PostgreSQL database at `url` from a dump, or not at all.
    ///
    /// # Errors
    /// When there is something in the database, or the dump cannot be read.
    pub(in crate::store) async fn fill(&self, url: &str, from: &Path) -> Result<(), OpenError> {
        let mut connection = self.connect_alone(url).await?;
        let tables: i64 =
            sqlx::query_scalar("select count(*) from pg_tables where schemaname = current_schema()")
                .fetch_one(&mut connection)
                .await?;
        connection.close().await?;
        if tables > 0 {
            return Err(OpenError::new(
                "the database is not empty: create another one (create database … encoding 'UTF8' template \
                 template0), name it in database_url, and restore into that"
                    .to_owned(),
            ));
        }
        run_tool(
            url,
            "pg_restore",
            &["--single-transaction".as_ref(), "--exit-on-error".as_ref(), from.as_os_str()],
        )
        .await
    }

    async fn connect_alone(&self, url: &str) -> Result<AnyConnection, OpenError> {
        Ok(self.options(url)?.disable_statement_logging().connect().await?)
    }
}

/// Writes all that a SQLite database holds at this moment into the file at `to`, an absolute path (that is never read as
/// a URL). SQLite fills an empty file that is there already, and leaves its mode alone.
pub(super) async fn vacuum_into(connection: &mut AnyConnection, to: &Path) -> Result<(), OpenError> {
    sqlx::query("vacuum into $1").bind(text(to)?).execute(connection).await?;
    Ok(())
}

/// Runs one of PostgreSQL's programs on the database at `url`.
async fn run_tool(url: &str, program: &'static str, arguments: &[&OsStr]) -> Result<(), OpenError> {
    let place = Url::parse(url).map_err(|error| OpenError::new(format!("database_url: {error}")))?;
    let (place, password) = for_libpq(place);
    let mut command = Command::new(program);
    // Whoever stops this command stops that one, and PostgreSQL takes back what it has begun.
    command.kill_on_drop(true);
    command.args(["--no-owner", "--no-privileges", "--dbname", &place]).args(arguments);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let output = command.output().await.map_err(|error| missing(program, &error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(OpenError::new(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

/// The URL as PostgreSQL's own library reads it: with its names for what sqlx has others for too, and without what it
/// would refuse. Others on this machine see the arguments of a program: the password goes another way.
fn for_libpq(mut url: Url) -> (String, Option<String>) {
    let in_front = url.password().map(|text| RawStr::new(text).percent_decode_lossy().into_owned());
    // sqlx takes the last one.
    let behind = url.query_pairs().filter(|(key, _)| key == "password").last();
    let password = behind.map(|(_, value)| value.into_owned()).or(in_front);
    let settings: Vec<_> = url.query().unwrap_or_default().split('&').filter_map(setting_of_libpq).collect();
    url.set_query((!settings.is_empty()).then(|| settings.join("&")).as_deref());
    // Refused only for URLs without a host, which have no password there either.
    let _ = url.set_password(None);
    (url.into(), password)
}

/// A setting of a URL in libpq's words; nothing if it has none.
fn setting_of_libpq(setting: &str) -> Option<String> {
    let (key, value) = setting.split_once('=')?;
    let key = match key {
        "ssl-mode" => "sslmode",
        "ssl-root-cert" | "ssl-ca" => "sslrootcert",
        "ssl-cert" => "sslcert",
        "ssl-key" => "sslkey",
        "sslmode" | "sslrootcert" | "sslcert" | "sslkey" | "host" | "hostaddr" | "port" | "dbname"
        | "user" | "application_name" | "options" => key,
        _ => return None,
    };
    // sqlx takes a plus for a space, libpq does not.
    Some(format!("{key}={}", value.replace('+', "%20")))
}

fn missing(program: &str, error: &io::Error) -> OpenError {
    OpenError::new(format!(
        "{program} cannot be run: {error}; it comes with PostgreSQL (on Debian in the package postgresql-client)"
    ))
}

fn text(path: &Path) -> Result<&str, OpenError> {
    path.to_str().ok_or_else(|| OpenError::new(format!("{} is not text", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_no_argument_and_libpq_understands_the_rest() {
        let of = |url| for_libpq(Url::parse(url).unwrap());
        let (url, password) = of("postgres://ana:se%40cret@host:5433/db?sslmode=require");
        assert_eq!(url, "postgres://ana@host:5433/db?sslmode=require");
        assert_eq!(password.as_deref(), Some("se@cret"));
        let (url, password) = of("postgres://ana:old@host/db?password=new%20one&statement-cache-capacity=9&\
                                  ssl-mode=require&options=-c+x%3d1&%70assword=new+two&options[a]=b");
        assert_eq!(url, "postgres://ana@host/db?sslmode=require&options=-c%20x%3d1");
        assert_eq!(password.as_deref(), Some("new two"));
        let (url, password) = of("postgres:///db?host=/run/postgresql");
        assert_eq!((&*url, password), ("postgres:///db?host=/run/postgresql", None));
    }
}
