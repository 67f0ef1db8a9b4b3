//! What stops the start: it is named, and nothing is left behind.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;
use tempfile::TempDir;

use crate::fixtures::processes::{Program, Settings, free_port};
use crate::fixtures::{Person, encode, eventually};

/// A folder to be started in, with templates and style sheets of its own.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for name in ["templates", "static"] {
            copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name), &folder.path(name));
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// As somebody would start it here who sets this.
    fn settings(&self, env: &[(&str, &str)]) -> Settings {
        let mut settings = Settings::on("sqlite:parlor.db");
        settings.directory = self.0.path().to_owned();
        let here = [("ROCKET_TEMPLATE_DIR", "templates"), ("PARLOR_STATIC_DIR", "static")];
        let env = here.iter().chain(env).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        settings.env = env.collect();
        settings
    }

    /// Claims that the start fails, says these words and leaves everything as it was.
    async fn refuses(&self, env: &[(&str, &str)], words: &[&str]) {
        let before = self.files();
        let settings = self.settings(env);
        let log = Program::try_start(&settings).await.expect_err("a start that fails");
        assert!(log.contains("Parlor cannot start"), "{log}");
        let said = |word: &&str| log.to_lowercase().contains(&word.to_lowercase());
        assert!(words.iter().all(said), "{words:?} are not in: {log}");
        assert_eq!(self.files(), before, "{env:?}");
    }

    fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, to) = (entry.as_ref().unwrap(), to.join(entry.as_ref().unwrap().file_name()));
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn parlor(arguments: &[&str], folder: &Folder) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
    command.args(arguments).current_dir(folder.0.path()).output().unwrap()
}

#[rocket::async_test]
async fn the_command_line_is_understood_or_refused() {
    let folder = Folder::new();
    let before = folder.files();
    let help = parlor(&["--help"], &folder);
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(
        help.status.success() && ["Usage", "--version", "Rocket.toml"].iter().all(|word| text.contains(word))
    );
    let version = parlor(&["--version"], &folder);
    let expected = format!("parlor {}\n", env!("CARGO_PKG_VERSION"));
    assert!(version.status.success() && version.stdout == expected.into_bytes());
    for unknown in [&["serve"][..], &["backup"], &["--port=80"], &["-x"], &[""]] {
        let refused = parlor(unknown, &folder);
        assert_eq!(refused.status.code(), Some(2), "{unknown:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("--help"), "{refused:?}");
    }
    assert_eq!(folder.files(), before);
}

#[rocket::async_test]
async fn a_port_in_use_is_named() {
    let folder = Folder::new();
    let other = TcpListener::bind(("127.0.0.1", free_port())).unwrap();
    let address = other.local_addr().unwrap();
    let port = address.port().to_string();
    folder.refuses(&[("ROCKET_PORT", &port)], &["cannot listen at", &address.to_string()]).await;
    folder.refuses(&[("ROCKET_ADDRESS", "192.0.2.1")], &["cannot listen at", "192.0.2.1"]).await;
}

#[rocket::async_test]
async fn a_wrong_setting_is_named() {
    let folder = Folder::new();
    for (name, value, word) in [
        ("ROCKET_PORT", "harbour", "PORT"),
        ("ROCKET_PROT", "8000", "prot"),
        ("ROCKET_SECRET_KEY", "too short", "secret_key"),
        ("ROCKET_CONFIG", "Rakete.toml", "Rakete.toml"),
        ("PARLOR_TICK_MS", "5000", "tick_ms"),
        ("PARLOR_TICK", "100", "tick"),
        ("PARLOR_OPERATIONS", "everyone", "operations"),
        ("PARLOR_LIMITS", "{posts={burst=5,per_minute=0}}", "limits.posts.per_minute"),
        ("PARLOR_TRUSTED_PROXIES", r#"["10.0.0.0/99"]"#, "trusted_proxies"),
        ("PARLOR_DATABASE_URL", "mysql://x", "database_url"),
        ("PARLOR_DATABASE_URL", "sqlite:nowhere/at/all.db", "nowhere/at, which database_url names"),
    ] {
        folder.refuses(&[(name, value)], &[word]).await;
    }
}

#[rocket::async_test]
async fn a_missing_or_broken_file_is_named() {
    for (file, content, words) in [
        ("templates/rooms/join.html.j2", None, &["rooms/join.html.j2 is missing"][..]),
        ("templates/layout.html.j2", None, &["layout.html.j2 is missing", "refers to"]),
        (
            "templates/messages/_message.html.j2",
            None,
            &["messages/_message.html.j2 is missing", "rooms/show"],
        ),
        ("templates/rooms/show.html.j2", Some("{% if %}"), &["rooms/show"]),
        ("static/mark.svg", None, &["mark.svg", "layout.html.j2"]),
        ("static/css/pages/room_page.css", None, &["css/pages/room_page.css", "rooms/show.html.j2"]),
        ("static/css/base.css", None, &["base.css"]),
        ("static/js/lib/poller.js", None, &["poller.js"]),
    ] {
        let folder = Folder::new();
        match content {
            Some(content) => fs::write(folder.path(file), content).unwrap(),
            None => fs::remove_file(folder.path(file)).unwrap(),
        }
        folder.refuses(&[], words).await;
    }
    let folder = Folder::new();
    folder.refuses(&[("ROCKET_TEMPLATE_DIR", "vorlagen")], &["template_dir", "vorlagen"]).await;
    folder.refuses(&[("PARLOR_STATIC_DIR", "statisch")], &["static_dir", "statisch"]).await;
}

/// Some things are only found out once there is a database.
#[rocket::async_test]
async fn a_start_that_fails_late_takes_away_what_it_has_made_and_nothing_else() {
    let folder = Folder::new();
    let tls = r#"{certs="cert.pem",key="key.pem"}"#;
    for file in ["cert.pem", "key.pem"] {
        fs::write(folder.path(file), "this is no PEM file").unwrap();
    }
    folder.refuses(&[("ROCKET_TLS", tls)], &["bad TLS"]).await;

    let settings = folder.settings(&[]);
    let program = Program::start(&settings).await;
    Person::over_http(program.address(), "ana").signs_up().await;
    program.kill();
    let log = folder.path("parlor.db-wal");
    assert!(log.exists(), "what was written last is beside the database");
    let refused = Program::try_start(&folder.settings(&[("ROCKET_TLS", tls)])).await;
    assert!(refused.is_err_and(|log| log.contains("bad TLS")));
    let program = Program::start(&settings).await;
    Person::over_http(program.address(), "ana").logs_in().await;
    assert!(program.stop().await.success());
}

/// Go does the same; systemd's usual limit is 1,024.
#[rocket::async_test]
async fn the_limit_of_open_files_is_raised_and_running_into_it_is_told() {
    let folder = Folder::new();
    let mut settings = folder.settings(&[("PARLOR_LOG_FORMAT", "json")]);
    settings.limits = Some("ulimit -Sn 100 && ulimit -Hn 200".to_owned());
    let program = Program::start(&settings).await;
    let log = program.log();
    let line = log.lines().find(|line| line.contains("Parlor is open at")).expect("that it has started");
    let start: serde_json::Value = serde_json::from_str(line).unwrap();
    let clients = start["clients"].as_u64().expect("how many fit");
    assert!((80..200).contains(&clients), "{start}");
    let calls = async || TcpStream::connect(program.address()).await.unwrap();
    let mut callers = Vec::new();
    for _ in 1..clients {
        callers.push(calls().await);
    }
    Person::over_http(program.address(), "ana").opens("/").await.is(200);
    assert!(!program.log().contains("Too many open files"), "{clients} were to fit");
    for _ in 0..120 {
        callers.push(calls().await);
    }
    let full = |line: &str| line.contains("WARN") && line.contains("Too many open files");
    eventually("it says that it is full", async || program.log().lines().any(full)).await;
}

/// Those who are connected need the database, which takes files of a reserve.
#[rocket::async_test]
async fn who_is_connected_is_served_when_there_is_no_room_for_others() {
    let folder = Folder::new();
    let mut settings = folder.settings(&[]);
    settings.limits = Some("ulimit -n 200".to_owned());
    let program = Program::start(&settings).await;
    let calls = async || TcpStream::connect(program.address()).await.unwrap();
    let mut connected = Vec::new();
    // No more than can be hashed in the time that each may wait.
    for _ in 0..12 {
        connected.push(calls().await);
    }
    let mut callers = Vec::new();
    for _ in 0..200 {
        callers.push(calls().await);
    }
    let full = |line: &str| line.contains("Too many open files");
    eventually("it is full", async || program.log().lines().any(full)).await;
    // So many accounts at once need connections that have not been made yet.
    for (n, line) in connected.iter_mut().enumerate() {
        let form = encode(&[("username", &format!("ana-{n}")), ("password", Person::PASSWORD)]);
        let head = format!(
            "POST /accounts HTTP/1.1\r\nHost: parlor\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            form.len()
        );
        line.write_all(format!("{head}{form}").as_bytes()).await.unwrap();
    }
    for mut line in connected {
        let mut answer = String::new();
        line.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}\n{}", program.log());
    }
}

/// What takes long waits for what is answered at once.
#[rocket::async_test]
async fn threads_for_passwords_and_large_answers_make_way() {
    let folder = Folder::new();
    let program = Program::start(&folder.settings(&[])).await;
    let mut nice = BTreeSet::new();
    for thread in fs::read_dir(format!("/proc/{}/task", program.id())).unwrap() {
        // `id (name) state parent …`: of what follows the name, the 17th is its niceness.
        let stat = fs::read_to_string(thread.unwrap().path().join("stat")).unwrap();
        let (name, fields) = stat.split_once('(').and_then(|(_, rest)| rest.rsplit_once(") ")).unwrap();
        if fields.split(' ').nth(16) != Some("0") {
            nice.insert(name.to_owned());
        }
    }
    assert_eq!(nice, BTreeSet::from(["large answers".to_owned(), "passwords".to_owned()]));
}

/// What is open to other machines needs a proxy, unless it has one or the network is one's own.
#[rocket::async_test]
async fn a_start_that_lets_other_machines_connect_is_warned_of() {
    let warns = async |env: &[(&str, &str)]| {
        let folder = Folder::new();
        let program = Program::start(&folder.settings(env)).await;
        program.log().lines().any(|line| line.contains("WARN") && line.contains("put a proxy in front"))
    };
    assert!(!warns(&[]).await);
    assert!(warns(&[("ROCKET_ADDRESS", "0.0.0.0")]).await);
    assert!(!warns(&[("ROCKET_ADDRESS", "0.0.0.0"), ("ROCKET_IP_HEADER", "X-Real-IP")]).await);
}

/// Nothing else is needed than the program.
#[rocket::async_test]
async fn the_program_alone_in_an_empty_folder_has_its_pages_inside() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::on("sqlite:parlor.db");
    settings.directory = folder.path().to_owned();
    let program = folder.path().join("parlor");
    fs::copy(env!("CARGO_BIN_EXE_parlor"), &program).unwrap();
    settings.program = Some(program);
    settings.shown_files = false;
    let program = Program::start(&settings).await;
    let start = program.log();
    assert!(start.contains(r#"templates="built in" static_files="built in""#), "{start}");
    let ana = Person::over_http(program.address(), "ana");
    ana.signs_up().await;
    let room = ana.creates("<Kitchen>").await;
    ana.says(&room, "soup & bread").await;
    let page = ana.opens(&room.path("")).await.is(200);
    assert_eq!(page.header("Content-Type"), Some("text/html; charset=utf-8"));
    assert!(page.body.contains("&lt;Kitchen&gt;") && page.body.contains("soup &amp; bread"), "{}", page.body);
    let assets = page.page().assets();
    for kind in [".css", ".js", ".svg"] {
        let path = assets.iter().find(|path| path.ends_with(kind)).expect(kind);
        assert!(!ana.opens(path).await.is(200).body.is_empty());
    }
    program.kill();

    // What stands beside it is taken instead.
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("static"), &folder.path().join("static"));
    fs::write(folder.path().join("static/mark.svg"), "<svg/>").unwrap();
    let program = Program::start(&settings).await;
    assert!(program.log().contains(r#"templates="built in" static_files="static""#), "{}", program.log());
    let page = Person::over_http(program.address(), "bo").opens("/").await.page();
    let mark = page.assets().into_iter().find(|path| path.ends_with("mark.svg")).unwrap();
    assert_eq!(Person::over_http(program.address(), "bo").opens(&mark).await.body, "<svg/>");
}
