//! Backups, taken while people talk, and what they are restored to.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rocket::futures::future::{join, join_all};
use tempfile::{TempDir, tempdir};

use crate::fixtures::processes::Settings;
use crate::fixtures::{Database, Engine, Instance, Person, Room, eventually, execute_sql};

on_both_engines![
    a_backup_has_all_that_was_acknowledged_before_it_began,
    a_backup_is_a_new_file_for_its_owner_alone,
    nothing_that_is_used_is_overwritten,
];

fn commands(instance: &Instance) -> Settings {
    Settings::on(&instance.database_url())
}

/// An empty place of the same kind.
async fn another_place(instance: &Instance) -> Database {
    Database::create(if instance.has_company() { Engine::Postgres } else { Engine::Sqlite }).await
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

/// Talks until it is told to stop; what was acknowledged is written down.
async fn talks(person: &Person<'_>, room: &Room, said: &Mutex<Vec<String>>, stop: &AtomicBool) {
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let body = format!("{} {number}", person.name);
        person.says(room, &body).await;
        said.lock().unwrap().push(body);
    }
}

async fn a_backup_has_all_that_was_acknowledged_before_it_began(instance: Instance) {
    let people = join_all(["ana", "bo", "cy", "di"].map(|name| instance.person(name))).await;
    let room = people[0].creates("Kitchen").await;
    for person in &people[1..] {
        person.joins(&room).await;
    }
    let (said, stop) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let folder = tempdir().unwrap();
    let file = folder.path().join("backup");
    let backs_up = async {
        let amount = || said.lock().unwrap().len();
        eventually("they talk", async || amount() > 50).await;
        let before = said.lock().unwrap().clone();
        commands(&instance).run(&["backup", text(&file)]).await.succeeds();
        let during = amount();
        eventually("they go on", async || amount() > during + 10).await;
        stop.store(true, Ordering::Relaxed);
        before
    };
    let talking = join_all(people.iter().map(|person| talks(person, &room, &said, &stop)));
    let (before, _) = join(backs_up, talking).await;

    let place = another_place(&instance).await;
    let restored = Settings::on(place.url()).run(&["restore", text(&file)]).await.succeeds();
    assert!(restored.contains("all is well"), "{restored}");
    let checked = Settings::on(place.url()).run(&["check"]).await.succeeds();
    assert!(checked.contains("rooms: 1") && checked.contains("all is well"), "{checked}");
    let other = Instance::open(&place).await;
    let found = people[0].at(&other).bodies_in(&room).await;
    let missing: Vec<_> = before.iter().filter(|body| !found.contains(body)).collect();
    assert!(missing.is_empty(), "acknowledged before, and missing: {missing:?}");
    assert!(found.len() < said.lock().unwrap().len(), "what came later is not there");
    people[1].at(&other).says(&room, "here again").await;
    other.close().await;
    place.discard().await;
}

/// A backup of a room in which one thing was said.
async fn backed_up(instance: &Instance) -> (TempDir, String) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "before").await;
    let folder = tempdir().unwrap();
    let file = text(&folder.path().join("backup")).to_owned();
    commands(instance).run(&["backup", &file]).await.succeeds();
    (folder, file)
}

async fn a_backup_is_a_new_file_for_its_owner_alone(instance: Instance) {
    let (folder, file) = backed_up(&instance).await;
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&file).unwrap();
    let refused = commands(&instance).run(&["backup", &file]).await.fails();
    assert!(refused.contains("already"), "{refused}");
    assert!(fs::read(&file).unwrap() == before, "nothing is overwritten");
    commands(&instance).run(&["backup", "/nowhere/at/all"]).await.fails();
    // In a folder it has a name with the date, and older ones are deleted once it is there.
    let dated = || {
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with("parlor-20")).collect::<Vec<_>>()
    };
    let end = if instance.has_company() { "dump" } else { "db" };
    let old = folder.path().join(format!("parlor-2020-01-01T000000Z.{end}"));
    fs::write(&old, "old").unwrap();
    let into_folder = |keep| ["backup", text(folder.path()), "--keep", keep];
    commands(&instance).run(&into_folder("2")).await.succeeds();
    assert!(old.exists() && dated().len() == 2, "{:?}", dated());
    eventually("another second", async || commands(&instance).run(&into_folder("1")).await.succeeded()).await;
    assert!(!old.exists() && dated().len() == 1, "{:?}", dated());
    assert!(Path::new(&file).exists(), "other files stay");
}

async fn nothing_that_is_used_is_overwritten(instance: Instance) {
    let (folder, file) = backed_up(&instance).await;
    let ana = instance.visitor("ana");
    ana.logs_in().await;
    let room = Room { id: 1, name: "Kitchen".to_owned() };
    ana.says(&room, "after").await;
    let refused = commands(&instance).run(&["restore", &file]).await.fails();
    let why = if instance.has_company() { "not empty" } else { "stop it first" };
    assert!(refused.contains(why), "{refused}");
    assert_eq!(ana.bodies_in(&room).await, ["before", "after"]);
    let nothing = folder.path().join("nothing");
    fs::write(&nothing, "nothing").unwrap();
    let place = another_place(&instance).await;
    Settings::on(place.url()).run(&["restore", text(&nothing)]).await.fails();
    Settings::on(place.url()).run(&["check"]).await.fails();
    place.discard().await;
}

#[rocket::async_test]
async fn what_a_backup_takes_the_place_of_is_kept_and_a_damaged_one_takes_none() {
    let database = Database::create(Engine::Sqlite).await;
    let instance = Instance::open(&database).await;
    let (_folder, file) = backed_up(&instance).await;
    let ana = instance.visitor("ana");
    ana.logs_in().await;
    let room = Room { id: 1, name: "Kitchen".to_owned() };
    ana.says(&room, "after").await;
    let cookies = ana.cookies();
    instance.close().await;
    let settings = Settings::on(database.url());
    let names = || {
        let entries = fs::read_dir(database.beside("").parent().unwrap()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let before = names();

    let damaged = format!("{file}.damaged");
    fs::copy(&file, &damaged).unwrap();
    execute_sql(&format!("sqlite:{damaged}"), "update room set message_count = 7").await;
    let refused = settings.run(&["restore", &damaged]).await.fails();
    assert!(refused.contains("damaged") && refused.contains("message_count 7"), "{refused}");
    assert_eq!(names(), before, "nothing was changed");
    settings.run(&["check"]).await.succeeds();

    let said = settings.run(&["restore", &file]).await.succeeds();
    let kept = said.lines().find_map(|line| line.split_once("kept in ")).expect("a name").1;
    let export = |url: String| async move { Settings::on(&url).run(&["export", "1"]).await.succeeds() };
    assert!(export(format!("sqlite:{kept}")).await.contains("after"));
    assert!(!export(database.url().to_owned()).await.contains("after"));
    assert_eq!(fs::metadata(database.beside("")).unwrap().permissions().mode() & 0o777, 0o600);

    let instance = Instance::open(&database).await;
    let ana = instance.visitor("ana");
    ana.carries(cookies);
    // That log-in came after the backup.
    ana.opens(&room.path("")).await.refuses(401);
    ana.logs_in().await;
    assert_eq!(ana.bodies_in(&room).await, ["before"]);
    instance.close().await;
    database.discard().await;
}
