//! What names are compared by is computed anew when the tables it comes from have changed.

use crate::fixtures::{Instance, Person};

on_both_engines![
    other_tables_make_other_keys,
    nothing_is_done_while_the_tables_are_the_same,
    the_older_name_keeps_what_two_would_have
];

/// As a program with other tables would have left it.
const OTHER_TABLES: &str = "update site set name_tables = 'other'";

async fn other_tables_make_other_keys(instance: Instance) {
    let ana = instance.person("cac").await;
    ana.creates("Kitchen").await;
    drop(ana);
    instance.executes_sql(OTHER_TABLES).await;
    instance.executes_sql("update account set skeleton = 'x', name_key = 'x'").await;
    instance.executes_sql("update room set skeleton = 'y', name_key = 'y'").await;
    let instance = instance.restart().await;
    instance.visitor("cac").logs_in().await;
    instance.visitor("сас").tries_to_sign_up().await.is(409).page().calls_out(&["mistaken"]);
    let bo = instance.person("bo").await;
    bo.tries_to_create("Кitchen").await.refuses(409);
    bo.tries_to_create("KITCHEN").await.refuses(409);
    assert_eq!(instance.query_number("select count(*) from site where name_tables = 'other'").await, 0);
}

async fn nothing_is_done_while_the_tables_are_the_same(instance: Instance) {
    drop(instance.person("ana").await);
    instance.executes_sql("update account set skeleton = 'x'").await;
    let instance = instance.restart().await;
    assert_eq!(instance.query_number("select count(*) from account where skeleton = 'x'").await, 1);
}

async fn the_older_name_keeps_what_two_would_have(instance: Instance) {
    for name in ["cac", "bo", "dee"] {
        let person = instance.person(name).await;
        person.creates(&format!("Room of {name}")).await;
    }
    // Two accounts and two rooms that look alike by today's tables and did not by others.
    instance.executes_sql(OTHER_TABLES).await;
    instance
        .executes_sql("update account set name = 'сас', name_key = 'сас', skeleton = 'o1' where name = 'bo'")
        .await;
    instance.executes_sql("update account set skeleton = 'o2' where name = 'cac'").await;
    instance
        .executes_sql("update room set name = 'Rооm of cac', skeleton = 'o1' where name = 'Room of bo'")
        .await;
    instance.executes_sql("update room set skeleton = 'o2' where name = 'Room of cac'").await;
    // More names than one step takes.
    for n in 0..6 {
        let more: Vec<String> = (0..100).map(|m| format!("('p{n}x{m}', 'p{n}x{m}', '', 0)")).collect();
        instance
            .executes_sql(&format!(
                "insert into account (name, name_key, password_hash, created_at) values {}",
                more.join(",")
            ))
            .await;
    }
    let instance = instance.restart().await;
    for name in ["cac", "сас", "dee"] {
        instance.visitor(name).tries_to_log_in(Person::PASSWORD).await.lets_in("/rooms");
    }
    let count = async |of: &str| {
        instance.query_number(&format!("select count(*) from {of} and skeleton is null")).await
    };
    assert_eq!(count("account where true").await, 1, "the younger one");
    assert_eq!(count("account where name = 'сас'").await, 1);
    assert_eq!(count("room where name = 'Rооm of cac'").await, 1);
    instance.visitor("p5x100").tries_to_sign_up().await.lets_in("/rooms");
    instance.visitor("р5х99").tries_to_sign_up().await.is(409).page().calls_out(&["mistaken", "p5x99"]);
    instance.visitor("P5X99").tries_to_sign_up().await.is(409);
}
