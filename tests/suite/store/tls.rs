//! TLS to PostgreSQL, as `sslmode` asks for it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rocket::figment::Figment;
use tempfile::TempDir;

use crate::fixtures::processes::{Postgres, give_to_postgres};

const DATABASE: &str = "postgres";

/// A server that speaks TLS with a certificate for `localhost`, and who has signed that.
struct Certified {
    server: Postgres,
    files: TempDir,
}

impl Certified {
    async fn create() -> Self {
        let files = tempfile::tempdir().expect("a directory");
        let authority = authority("ours", files.path());
        authority_of_nobody(files.path());
        let key = KeyPair::generate().unwrap();
        let names = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = names.signed_by(&key, &authority).unwrap();
        let [certificate_file, key_file] = ["server.pem", "server.key"].map(|name| files.path().join(name));
        fs::write(&certificate_file, certificate.pem()).unwrap();
        fs::write(&key_file, key.serialize_pem()).unwrap();
        fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).unwrap();
        for path in [files.path(), &certificate_file, &key_file] {
            give_to_postgres(path);
        }
        let [certificate_file, key_file] =
            [certificate_file, key_file].map(|path| path.display().to_string());
        let config = [("ssl", "on"), ("ssl_cert_file", &*certificate_file), ("ssl_key_file", &*key_file)];
        Self { server: Postgres::create_with(&config).await, files }
    }

    /// Its address under that name, with more in the query.
    fn url(&self, host: &str, query: &str) -> String {
        format!("postgres://parlor@{host}:{}/{DATABASE}?{query}", self.server.address().port())
    }

    fn root(&self, name: &str) -> String {
        format!("sslrootcert={}", self.files.path().join(name).display())
    }
}

/// Somebody who signs certificates; their own is in a file of that name.
fn authority(name: &str, files: &Path) -> Issuer<'static, KeyPair> {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    fs::write(files.join(name), params.self_signed(&key).unwrap().pem()).unwrap();
    Issuer::new(params, key)
}

fn authority_of_nobody(files: &Path) {
    authority("nobody's", files);
}

/// What keeps Parlor from starting there.
async fn complaint(url: &str) -> Option<String> {
    let settings = Figment::from(rocket::Config::debug_default());
    parlor::build(settings.merge(("parlor.database_url", url))).await.err().map(|error| error.to_string())
}

#[rocket::async_test]
async fn a_certificate_is_checked_as_sslmode_says() {
    let there = Certified::create().await;
    let [ours, other] = ["ours", "nobody's"].map(|name| there.root(name));
    for (host, query) in [
        ("localhost", "sslmode=require".to_owned()),
        ("localhost", format!("sslmode=verify-full&{ours}")),
        ("127.0.0.1", format!("sslmode=verify-ca&{ours}")),
        ("127.0.0.1", format!("sslmode=require&{ours}")),
    ] {
        assert_eq!(complaint(&there.url(host, &query)).await, None, "{host}, {query}");
    }
    for (host, query) in [
        // The name is another.
        ("127.0.0.1", format!("sslmode=verify-full&{ours}")),
        // Nobody knows who has signed it.
        ("localhost", "sslmode=verify-full".to_owned()),
        ("localhost", format!("sslmode=verify-full&{other}")),
        ("localhost", format!("sslmode=verify-ca&{other}")),
        ("localhost", format!("sslmode=require&{other}")),
    ] {
        let said = complaint(&there.url(host, &query)).await;
        let said = said.unwrap_or_else(|| panic!("trusted: {host}, {query}"));
        assert!(said.contains("sslmode") && said.contains("certificate"), "{query}: {said}");
    }
}

#[rocket::async_test]
async fn all_connections_are_encrypted() {
    let there = Certified::create().await;
    there.server.execute("create database parlor").await;
    let url = there.url("localhost", "sslmode=require").replace("/postgres?", "/parlor?");
    let settings = Figment::from(rocket::Config::debug_default()).merge(("parlor.database_url", url));
    let rocket = parlor::build(settings).await.expect("Parlor to start");
    let connections = "select cast(ssl as text) from pg_stat_ssl join pg_stat_activity using (pid)
                       where datname = 'parlor'";
    let encrypted = there.server.query(DATABASE, connections).await;
    assert!(!encrypted.is_empty() && encrypted.iter().all(|ssl| ssl == "true"), "{encrypted:?}");
    drop(rocket);
}

#[rocket::async_test]
async fn a_server_without_tls_is_refused_where_it_is_required() {
    let server = Postgres::create().await;
    let said = complaint(&format!("{}?sslmode=require", server.url(DATABASE))).await.expect("a complaint");
    assert!(said.contains("does not support TLS") && said.contains("sslmode"), "{said}");
    assert_eq!(complaint(&format!("{}?sslmode=prefer", server.url(DATABASE))).await, None);
}
