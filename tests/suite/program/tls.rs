//! HTTPS by Parlor itself: `[default.tls]` in Rocket.toml.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rcgen::CertifiedKey;
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;
use tempfile::TempDir;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::fixtures::processes::{Program, Settings};
use crate::fixtures::{Database, Engine, Person, encode};

/// A certificate for `localhost`, in files that a Rocket.toml beside them names.
struct Certified {
    folder: TempDir,
    certificate: CertificateDer<'static>,
}

impl Certified {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = "[default.tls]\ncerts = \"cert.pem\"\nkey = \"key.pem\"\n";
        fs::write(folder.path().join("Rocket.toml"), settings).unwrap();
        let certificate = renew(folder.path());
        Self { folder, certificate }
    }

    fn settings(&self, database: &Database) -> Settings {
        let mut settings = Settings::on(database.url());
        settings.directory = self.folder.path().to_owned();
        settings
    }

    /// Asks over TLS, trusting this certificate and no other.
    async fn ask(&self, program: &Program, request: &str) -> std::io::Result<String> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let line = TcpStream::connect(program.address()).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let mut line = TlsConnector::from(Arc::new(config)).connect(name, line).await?;
        line.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        line.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

/// Puts a new certificate and key there.
fn renew(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    cert.der().clone()
}

const WELCOME: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[rocket::async_test]
async fn pages_are_served_over_https_and_the_cookie_stays_there() {
    let (database, certified) = (Database::create(Engine::Sqlite).await, Certified::new());
    let program = Program::start(&certified.settings(&database)).await;
    assert!(program.log().contains("Parlor is open at https://127.0.0.1:"), "{}", program.log());
    let answer = certified.ask(&program, WELCOME).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("Log in"), "{answer}");

    let form = encode(&[("username", "ana"), ("password", Person::PASSWORD)]);
    let signing_up = format!(
        "POST /accounts HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = certified.ask(&program, &signing_up).await.unwrap();
    let cookie =
        answer.lines().find(|line| line.to_lowercase().starts_with("set-cookie: __host-parlor=")).unwrap();
    assert!(answer.starts_with("HTTP/1.1 303") && cookie.contains("; Secure"), "{answer}");

    // Plain HTTP gets nowhere.
    let mut plain = TcpStream::connect(program.address()).await.unwrap();
    plain.write_all(WELCOME.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{answer:?}");
    drop(program);
    database.discard().await;
}

#[rocket::async_test]
async fn a_restart_serves_the_renewed_certificate() {
    let (database, mut certified) = (Database::create(Engine::Sqlite).await, Certified::new());
    let settings = certified.settings(&database);
    let program = Program::start(&settings).await;
    certified.certificate = renew(certified.folder.path());
    assert!(certified.ask(&program, WELCOME).await.is_err(), "the certificate is read at the start");
    assert!(program.stop().await.success());
    let program = Program::start(&settings).await;
    certified.ask(&program, WELCOME).await.unwrap();
    drop(program);
    database.discard().await;
}

#[rocket::async_test]
async fn files_that_are_not_there_are_named() {
    for (name, file) in [("tls.certs", "cert.pem"), ("tls.key", "key.pem")] {
        let (database, certified) = (Database::create(Engine::Sqlite).await, Certified::new());
        fs::remove_file(certified.folder.path().join(file)).unwrap();
        let log = Program::try_start(&certified.settings(&database)).await.expect_err("a start that fails");
        assert!(log.contains(name) && log.contains(file), "{log}");
        database.discard().await;
    }
}
