//! How each statement finds its rows is known: by an index, and by all of its columns that matter.
//!
//! The statements are read from the sources, so that none is forgotten: their texts are literals, whatever they
//! are about, because lists travel as one parameter. PostgreSQL holds enough rows for a scan to be a mistake, and is
//! asked for the plan that serves every parameter. Both are looked at without statistics, as they start, and with
//! them, as PostgreSQL soon has them.

use std::fs;
use std::path::{Path, PathBuf};

use rocket::futures::TryStreamExt;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

use crate::fixtures::{Instance, execute_sql};

on_both_engines![
    every_statement_finds_its_rows_by_an_index,
    so_it_does_with_statistics,
    the_search_index_is_asked_by_terms,
];

/// What may walk a whole table or index, and why.
const WHOLE: [(&str, &str); 7] = [
    ("select l.id, l.at, l.via, l.what", "in the order of the key, up to its limit"),
    (
        "select r.id as room_id, r.name as room, o.id as owner_id, o.name as owner, r.people_seq",
        "the start reads all rooms",
    ),
    (
        "select a.id as account_id, a.name as account, m.room_id from membership m",
        "the start reads who is where",
    ),
    (
        "select id from room where deleted_at is null order by people_seq desc limit",
        "in the order of the index, up to its limit",
    ),
    (
        "select id, name from room where deleted_at is null order by people_seq desc limit",
        "the names of rooms are compared by the program: in the order of the index, up to its limit",
    ),
    ("select cast(coalesce(sum(message_count), 0)", "a check reads everything"),
    ("select coalesce((select l.seq from event l order by", "in the order of the index, one row"),
];

async fn every_statement_finds_its_rows_by_an_index(instance: Instance) {
    let url = instance.database_url();
    if is_postgres(&url) {
        execute_sql(&url, &many_rows(&url)).await;
    }
    no_plan_is_wrong(&url).await;
}

async fn so_it_does_with_statistics(instance: Instance) {
    let url = instance.database_url();
    execute_sql(&url, &many_rows(&url)).await;
    execute_sql(&url, "analyze").await;
    no_plan_is_wrong(&url).await;
}

/// Where every message of a large room has a word, a question about a block reads no more of the index than the block.
async fn the_search_index_is_asked_by_terms(instance: Instance) {
    let url = instance.database_url();
    execute_sql(&url, &many_rows(&url)).await;
    let mut connection = AnyConnection::connect(&url).await.expect("the database");
    let source = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/engine/search.rs"));
    let source = source.expect("a source");
    let texts: Vec<_> = source.split('"').filter(|text| text.starts_with("select rowid as place")).collect();
    let [sqlite, postgres] = texts[..] else { panic!("not two questions: {texts:?}") };
    let place = |seq: i64| (1_i64 << 32) + seq;
    if !is_postgres(&url) {
        let plan = query_plan(&mut connection, sqlite).await;
        // By its terms, between two rows, in the order of rows.
        assert!(plan.len() == 1 && plan[0].contains("M1><"), "{plan:?}");
        connection.close().await.expect("to hang up");
        return;
    }
    for prepared in ["", "analyze"] {
        run(&mut connection, prepared.to_owned()).await;
        let plan = generic_plan(&mut connection, postgres).await;
        assert!(plan.iter().any(|line| line.contains("Bitmap Index Scan on search_terms")), "{plan:?}");
        let question = format!("'(''hello'') & ('':{}'')'", place(100_000) >> 12);
        let asked = [("$1", question), ("$2", place(98_304).to_string()), ("$3", place(100_000).to_string())];
        let asked = asked.iter().fold(postgres.to_owned(), |text, (n, value)| text.replace(n, value));
        let explain = format!("explain (analyze, costs off, timing off) {}", asked.replace("$4", "100"));
        let plan = lines(&mut connection, explain, "QUERY PLAN").await;
        let scan = plan.iter().find(|line| line.contains("Bitmap Index Scan on search_terms"));
        let rows = scan.and_then(|line| line.split("rows=").nth(1)?.split(' ').next()?.parse::<i64>().ok());
        assert!(rows.is_some_and(|rows| rows > 500 && rows <= 4096), "{plan:?}");
    }
    connection.close().await.expect("to hang up");
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres:")
}

/// Of all statements but those in [`WHOLE`].
async fn no_plan_is_wrong(url: &str) {
    let mut connection = AnyConnection::connect(url).await.expect("the database");
    if !is_postgres(url) {
        // What looks for references to a deleted room would be shown as well, and walks the whole event log,
        // which has no index for it: that is why few rooms are dropped at a time.
        run(&mut connection, "pragma foreign_keys = off".to_owned()).await;
    }
    let mut mistakes = Vec::new();
    for statement in statements() {
        if WHOLE.iter().any(|(beginning, _)| statement.starts_with(beginning)) {
            continue;
        }
        let plan = if is_postgres(url) {
            generic_plan(&mut connection, &statement).await
        } else {
            query_plan(&mut connection, &statement).await
        };
        let wrong = if is_postgres(url) { wrong_on_postgres(&plan) } else { wrong_on_sqlite(&plan) };
        if wrong {
            mistakes.push(format!("{statement}\n{}\n", plan.join("\n")));
        }
    }
    connection.close().await.expect("to hang up");
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

async fn query_plan(connection: &mut AnyConnection, statement: &str) -> Vec<String> {
    lines(connection, format!("explain query plan {statement}"), "detail").await
}

/// `SEARCH m USING PRIMARY KEY (room_id=? AND seq>?)` is right; a whole room is not. The site, `h`, has one row, and
/// the index of swept rooms holds what is soon gone; `sent` is the parameter itself.
fn wrong_on_sqlite(plan: &[String]) -> bool {
    let harmless = ["VIRTUAL TABLE", "CONSTANT ROW", "room_swept", "SCAN sent"];
    plan.iter().any(|line| {
        line.starts_with("SCAN") && line != "SCAN h" && !harmless.iter().any(|scan| line.contains(scan))
            || ["AUTOMATIC", "TEMP B-TREE"].iter().any(|word| line.contains(word))
            || line.contains("PRIMARY KEY (room_id=?)")
            || line.contains("autoindex_entry_2") && !line.contains("nonce=?")
    })
}

async fn generic_plan(connection: &mut AnyConnection, statement: &str) -> Vec<String> {
    let parameters = (1..).take_while(|n| statement.contains(&format!("${n}"))).map(|_| "null");
    let parameters = parameters.collect::<Vec<_>>().join(", ");
    let execute = if parameters.is_empty() { "it".to_owned() } else { format!("it ({parameters})") };
    run(connection, "set plan_cache_mode = force_generic_plan".to_owned()).await;
    run(connection, format!("prepare it as {statement}")).await;
    let plan = lines(connection, format!("explain (costs off) execute {execute}"), "QUERY PLAN").await;
    run(connection, "deallocate it".to_owned()).await;
    plan
}

/// Index scans name their condition in the next line.
fn wrong_on_postgres(plan: &[String]) -> bool {
    plan.iter().enumerate().any(|(n, line)| {
        let condition = plan.get(n + 1).map_or("", |line| line.trim());
        // The site has one row.
        let scan = line.contains("Seq Scan on") && !line.contains("on site");
        let index = line.contains("Index Scan") || line.contains("Index Only Scan");
        let whole = index && !condition.starts_with("Index Cond:") && !line.contains("room_swept");
        let partly = line.contains("entry_pkey") && !condition.contains("seq")
            || line.contains("entry_room_id_nonce_author_id_key") && !condition.contains("nonce");
        scan || whole || partly
    })
}

async fn run(connection: &mut AnyConnection, statement: String) {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.expect("to run the statement");
}

async fn lines(connection: &mut AnyConnection, statement: String, column: &str) -> Vec<String> {
    let rows: Vec<_> = sqlx::raw_sql(AssertSqlSafe(statement.clone()))
        .fetch(connection)
        .try_collect()
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    rows.iter().map(|row| row.get::<String, _>(column)).collect()
}

/// The texts in `src/store`, each on one line.
fn statements() -> Vec<String> {
    let mut statements = Vec::new();
    for file in sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store"))) {
        let source = fs::read_to_string(&file).expect("a source");
        for (_, rest) in
            source.match_indices("sqlx::query").map(|(at, word)| source.split_at(at + word.len()))
        {
            let call = rest.split_once('(').expect("a call").1.trim_start();
            if ["self.shared.engine.", "self.store.shared.engine."].iter().any(|of| call.starts_with(of)) {
                continue;
            }
            let text = call.strip_prefix('"').and_then(|text| text.split_once('"'));
            let (text, _) = text.unwrap_or_else(|| panic!("{}: not a literal: {call:.80}", file.display()));
            statements.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    assert!(statements.len() > 20, "{statements:?}");
    statements
}

/// All but what belongs to one engine, and what begins and ends transactions: nothing there reads a table.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() && !matches!(&*name, "engine" | "migrations") {
            sources.extend(self::sources(&path));
        } else if path.is_file() && !matches!(&*name, "copy" | "engine" | "pool") {
            sources.push(path);
        }
    }
    sources
}

fn many_rows(url: &str) -> String {
    let numbers =
        "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 200000)";
    let rows = MANY_ROWS.replace("{numbers}", numbers).replace("{zeros}", &"0".repeat(64));
    if is_postgres(url) { format!("{AS_THEY_COME} {rows}") } else { format!("begin; {rows}; commit") }
}

/// PostgreSQL would look for what every row refers to, and take statistics when it sees fit.
const AS_THEY_COME: &str = "
    set session_replication_role = replica;
    alter table account set (autovacuum_enabled = false);
    alter table session set (autovacuum_enabled = false);
    alter table room set (autovacuum_enabled = false);
    alter table membership set (autovacuum_enabled = false);
    alter table entry set (autovacuum_enabled = false);
    alter table search set (autovacuum_enabled = false);
    alter table event set (autovacuum_enabled = false);
    alter table guess set (autovacuum_enabled = false);";

/// 200,000 people, some of them in 20,000 rooms of which a quarter is deleted and half of those swept, and 200,000
/// messages and changes, half of them in one room; and 200,000 counts of wrong passwords.
const MANY_ROWS: &str = "
    insert into account (name, name_key, password_hash, created_at)
        {numbers} select 'p' || n, 'p' || n, '', 0 from numbers;
    insert into session (token_hash, account_id, created_at, seen_at, expires_at)
        {numbers} select unhex(substr('{zeros}' || n, length('' || n) + 1)), n, 0, 0, n from numbers;
    insert into room (name, name_key, owner_id, created_at, last_seq, last_tag, message_count, people_seq, people_tag,
                      deleted_at, deleted_by, swept_at)
        {numbers} select 'r' || n, 'r' || n, n, 0, 50, n, 50, n, n, case when n % 4 = 0 then n end,
                         case when n % 4 = 0 then n end, case when n % 8 = 0 then n end
        from numbers where n <= 20000;
    insert into membership (account_id, room_id, joined_at)
        {numbers} select n, n % 20000 + 1, 0 from numbers where n <= 60000;
    insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, about, digest, changed, message_count)
        {numbers} select case when n % 2 = 0 then 1 else n % 20000 + 1 end, n, n, n % 20000 + 1, 'hello', 0, n,
                         case when n % 10 = 0 then 'edited' else 'message' end, case when n % 10 = 0 then n - 2 end,
                         unhex(''), 0, n
        from numbers;
    insert into search (rowid, terms)
        {numbers}, places (n, place) as
            (select n, case when n % 2 = 0 then 1 else n % 20000 + 1 end * 4294967296 + n from numbers)
        select place, 'by:1 hello w' || n || ' :' || (place >> 12) || ' ::' || (place >> 16) from places;
    insert into event (seq, tag, kind, account_id, room_id, at)
        {numbers} select n, n, 'member-joined', n % 20000 + 1, n % 20000 + 1, 0 from numbers where n <= 100000;
    insert into guess (key, forgiven_at, blocked_until)
        {numbers} select unhex(substr('{zeros}' || n, length('' || n) + 1)), n, 0 from numbers;
    insert into invitation (token_hash, created_by, created_at, expires_at, uses, used)
        {numbers} select unhex(substr('{zeros}' || n, length('' || n) + 1)), n, 0, n, 1, 0 from numbers where n <= 20000;
    insert into password_link (account_id, token_hash, created_by, expires_at)
        {numbers} select n, unhex(substr('{zeros}' || n, length('' || n) + 1)), n, n from numbers where n <= 20000;
    insert into admin_action (at, via, admin_id, what, account_id)
        {numbers} select 0, 'page', 1, 'barred', n from numbers where n <= 20000";
