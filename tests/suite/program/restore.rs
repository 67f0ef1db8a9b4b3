//! What a restore finds beside a database of SQLite, and what it leaves when it fails.

use std::fs;
use std::path::Path;

use crate::fixtures::processes::{Program, Settings};
use crate::fixtures::{Database, Engine, Person, execute_sql};

/// A database whose Parlor was killed, after one thing was said that the backup has and one that it has not.
async fn killed(database: &Database, backup: &Path) -> Settings {
    let settings = Settings::on(database.url());
    let program = Program::start(&settings).await;
    let ana = Person::over_http(program.address(), "ana");
    ana.signs_up().await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "before").await;
    settings.run(&["backup", backup.to_str().unwrap()]).await.succeeds();
    ana.says(&room, "after").await;
    program.kill();
    settings
}

fn names(database: &Database) -> Vec<String> {
    let entries = fs::read_dir(database.beside("").parent().unwrap()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[rocket::async_test]
async fn what_another_database_left_beside_it_does_not_get_into_a_restored_one() {
    let database = Database::create(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    let settings = killed(&database, &backup).await;
    assert!(fs::metadata(database.beside("-wal")).unwrap().len() > 0);
    fs::rename(database.beside(""), database.beside(".broken")).unwrap();
    fs::write(database.beside("-journal"), "of another").unwrap();

    let said = settings.run(&["restore", backup.to_str().unwrap()]).await.succeeds();
    let room = settings.run(&["export", "1"]).await.succeeds();
    assert!(room.contains("before") && !room.contains("after"), "{room}");
    assert!(
        said.contains("-wal that was there is kept in ")
            && said.contains("-journal that was there is kept in "),
        "{said}"
    );
    let left = names(&database);
    for suffix in ["-wal", "-journal"] {
        let kept = |name: &&String| name.contains(".replaced-") && name.ends_with(suffix);
        assert!(left.iter().any(|name| kept(&name)), "{left:?}");
        assert!(!database.beside(suffix).exists(), "{left:?}");
    }
    settings.run(&["check"]).await.succeeds();
    database.discard().await;
}

#[rocket::async_test]
async fn a_log_that_cannot_be_put_away_stops_a_restore_and_a_damaged_database_does_not() {
    let database = Database::create(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    let settings = killed(&database, &backup).await;
    let restore = || async { settings.run(&["restore", backup.to_str().unwrap()]).await };
    execute_sql(database.url(), "pragma wal_checkpoint(truncate)").await;
    let _ = fs::remove_file(database.beside("-wal"));
    let _ = fs::remove_file(database.beside("-shm"));
    // No log can be opened there.
    fs::create_dir(database.beside("-wal")).unwrap();
    let before = names(&database);
    let refused = restore().await.fails();
    assert!(refused.contains("nothing was changed"), "{refused}");
    assert_eq!(names(&database), before);
    fs::remove_dir(database.beside("-wal")).unwrap();
    let room = settings.run(&["export", "1"]).await.succeeds();
    assert!(room.contains("before") && room.contains("after"), "{room}");

    let nonsense = [7; 8192];
    fs::write(database.beside(""), nonsense).unwrap();
    let said = restore().await.succeeds();
    let kept = said.lines().find_map(|line| line.split_once("was there is kept in ")).expect("a name").1;
    assert_eq!(fs::read(kept).unwrap(), nonsense);
    settings.run(&["check"]).await.succeeds();
    database.discard().await;
}
