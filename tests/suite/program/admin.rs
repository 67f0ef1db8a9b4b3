//! `parlor admin`: asked of the Parlor that runs, or done without one.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};

use crate::fixtures::processes::{Program, Settings};
use crate::fixtures::{Database, Engine, Instance, Person, Post, Room, eventually};

on_both_engines![
    the_shell_bars_and_lets_in,
    the_shell_names_admins_but_leaves_one,
    the_shell_deletes_a_room,
    a_number_that_is_a_name_too_deletes_nothing,
    what_the_shell_makes_is_a_link,
    what_the_shell_did_is_written_down,
];

/// What a command has said.
async fn done(instance: &Instance, words: &[&str]) -> String {
    Settings::on(&instance.database_url()).run(&[&["admin"], words].concat()).await.succeeds()
}

/// Why it was not done.
async fn refused(instance: &Instance, words: &[&str]) -> String {
    Settings::on(&instance.database_url()).run(&[&["admin"], words].concat()).await.fails()
}

/// Beside PostgreSQL the command is another instance, of which this one hears at its next tick.
async fn is_logged_out(instance: &Instance, person: &Person<'_>, room: &Room) {
    let is_out = async || person.polls(room, "0").await.status == 401;
    if instance.has_company() {
        eventually("it is heard of", is_out).await;
    }
    assert!(is_out().await);
    assert_eq!(person.tries_to_post(room, &Post::new("hello")).await.status, 401);
}

async fn the_shell_bars_and_lets_in(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.polls(&room, "0").await.says_nothing();
    assert!(done(&instance, &["people"]).await.contains("bo"));
    done(&instance, &["bar", "BO"]).await;
    is_logged_out(&instance, &bo, &room).await;
    assert_eq!(bo.tries_to_log_in(Person::PASSWORD).await.status, 403);
    ana.polls(&room, "0").await.says_nothing();
    let listed = done(&instance, &["people", "b"]).await;
    assert!(listed.contains("barred") && !listed.contains("ana"), "{listed}");
    done(&instance, &["unbar", "bo"]).await;
    bo.logs_in().await;
    done(&instance, &["end-sessions", "bo"]).await;
    is_logged_out(&instance, &bo, &room).await;
    bo.logs_in().await;
    for nobody in ["cy", "", "a b"] {
        let said = refused(&instance, &["bar", nobody]).await;
        assert!(said.contains("nobody of this name"), "{said}");
    }
}

async fn the_shell_names_admins_but_leaves_one(instance: Instance) {
    // The first account is an admin's.
    let (_ana, _bo) = (instance.person("ana").await, instance.person("bo").await);
    for last in [&["remove-admin", "ana"], &["bar", "ana"]] {
        let said = refused(&instance, last).await;
        assert!(said.contains("the only admin"), "{said}");
    }
    done(&instance, &["make-admin", "bo"]).await;
    done(&instance, &["remove-admin", "ana"]).await;
    let listed = done(&instance, &["people"]).await;
    let admins: Vec<_> = listed.lines().filter(|line| line.contains("admin")).collect();
    assert!(admins.len() == 1 && admins[0].starts_with("bo"), "{listed}");
}

async fn the_shell_deletes_a_room(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Tea & cake").await;
    bo.joins(&room).await;
    let other = instance.person("cy").await.creates("Attic").await;
    let listed = done(&instance, &["rooms"]).await;
    assert!(listed.contains("Tea & cake") && listed.contains("Attic"), "{listed}");
    done(&instance, &["delete-room", "tea & CAKE"]).await;
    let is_gone = async || bo.polls(&room, "0").await.status == 410;
    if instance.has_company() {
        eventually("it is heard of", is_gone).await;
    }
    assert!(is_gone().await);
    assert!(bo.list().await.text().contains("Attic"));
    for gone in [&room.id.to_string(), "Tea & cake", "99"] {
        refused(&instance, &["delete-room", gone]).await;
    }
    done(&instance, &["delete-room", &other.id.to_string()]).await;
}

async fn a_number_that_is_a_name_too_deletes_nothing(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (two, one) = (ana.creates("2").await, bo.creates("Attic").await);
    assert_eq!((two.id, one.id), (1, 2));
    let settings = Settings::on(&instance.database_url());
    for said in
        [refused(&instance, &["delete-room", "2"]).await, settings.run(&["export", "2"]).await.fails()]
    {
        for word in ["“2”", "“Attic”", "'#2'", "'#1'"] {
            assert!(said.contains(word), "{word} is not in {said}");
        }
    }
    assert!(settings.run(&["export", "#1"]).await.succeeds().contains(r#""room":"2""#));
    assert!(done(&instance, &["delete-room", "#2"]).await.contains("“Attic”"));
    refused(&instance, &["delete-room", "#2"]).await;
    assert!(done(&instance, &["delete-room", "2"]).await.contains("“2”"), "no open room has this number");
}

async fn what_the_shell_makes_is_a_link(instance: Instance) {
    instance.person("ana").await;
    let site = [("PARLOR_PUBLIC_URL".to_owned(), "https://talk.example/".to_owned())];
    for (words, path) in
        [(&["invite", "3"], "/invitations/"), (&["password-link", "ana"], "/password-reset/")]
    {
        let said = done(&instance, words).await;
        let link = said.lines().last().expect("a link");
        assert!(link.strip_prefix(path).is_some_and(|token| token.len() == 64), "{said}");
        let mut settings = Settings::on(&instance.database_url());
        settings.env.extend(site.clone());
        let said = settings.run(&["admin", words[0], words[1]]).await.succeeds();
        assert!(said.contains(&format!("\nhttps://talk.example{path}")), "{said}");
    }
    assert!(!done(&instance, &["invite"]).await.contains("closed"));
    done(&instance, &["sign-up", "closed"]).await;
    assert!(done(&instance, &["invite"]).await.contains("not while sign-up is closed"));
    for wrong in [&["invite", "0"], &["invite", "many"], &["password-link", "bo"]] {
        refused(&instance, wrong).await;
    }
}

async fn what_the_shell_did_is_written_down(instance: Instance) {
    let ana = instance.person("ana").await;
    instance.person("bo").await;
    ana.creates("Kitchen").await;
    let deeds: [&[&str]; 7] = [
        &["bar", "bo"],
        &["unbar", "bo"],
        &["make-admin", "bo"],
        &["end-sessions", "ana"],
        &["invite"],
        &["sign-up", "invited"],
        &["delete-room", "Kitchen"],
    ];
    for deed in deeds {
        done(&instance, deed).await;
    }
    refused(&instance, &["bar", "nobody"]).await;
    let log = done(&instance, &["log"]).await;
    let lines: Vec<_> = log.lines().skip(1).collect();
    let words = [
        "room-deleted",
        "sign-up-set",
        "invitation-made",
        "sessions-ended",
        "admin-named",
        "bar-lifted",
        "barred",
    ];
    assert_eq!(lines.len(), words.len(), "{log}");
    for (line, word) in lines.iter().zip(words) {
        assert!(line.contains("the shell") && line.contains(word), "{word} is not in {line}");
    }
    let number = lines[2].split(' ').next().expect("a number");
    let earlier = done(&instance, &["log", "--before", number]).await;
    assert_eq!(earlier.lines().count(), 1 + words.len() - 3, "{earlier}");
}

#[rocket::async_test]
async fn the_socket_is_for_one_user_and_only_while_parlor_runs() {
    let database = Database::create(Engine::Sqlite).await;
    let (socket, settings) = (database.beside(".sock"), Settings::on(database.url()));
    let people = || async { settings.run(&["admin", "people"]).await };
    people().await.fails();
    assert!(!database.beside("").exists(), "no command makes a database");

    let program = Program::start(&settings).await;
    let about = fs::metadata(&socket).unwrap();
    assert!(about.file_type().is_socket() && about.permissions().mode() & 0o777 == 0o600, "{about:?}");
    Person::over_http(program.address(), "ana").signs_up().await;
    assert!(people().await.succeeds().contains("ana"));
    // Who holds the lock and does not listen is not passed by.
    let aside = database.beside(".aside");
    fs::rename(&socket, &aside).unwrap();
    assert!(people().await.fails().contains("in use"));
    fs::rename(&aside, &socket).unwrap();
    program.kill();

    assert!(socket.exists(), "nobody has taken it away");
    assert!(people().await.succeeds().contains("ana"), "nobody listens: it is done without");
    let program = Program::start(&settings).await;
    assert!(people().await.succeeds().contains("ana"), "what was left is replaced");
    settings.run(&["admin", "bar", "nobody"]).await.fails();
    for (command, outcome) in [("people", "done"), ("bar", "refused")] {
        let line = format!("asked by the shell command=\"{command}\" outcome=\"{outcome}\"");
        assert!(program.log().contains(&line), "{}", program.log());
    }
    assert!(program.stop().await.success());
    assert!(!socket.exists(), "taken away at the end");
    // It may be another user who starts Parlor next.
    let lock = database.beside(".lock");
    fs::remove_file(&lock).unwrap();
    assert!(people().await.succeeds().contains("ana"));
    assert!(!lock.exists(), "taken away with the command");
    database.discard().await;
}
