//! The map of the source, in `src/lib.rs`, is of this source, and the table in `docs/security.md` of these tests.

use std::fs;
use std::path::Path;

/// What the map may leave out of a path, before and behind.
const BEFORE: [&str; 5] = ["", "src/", "tests/suite/", "static/js/", "static/js/room/"];
const BEHIND: [&str; 2] = ["", ".html.j2"];

#[test]
fn every_file_that_the_map_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join("src/lib.rs")).expect("a file");
    let map: String = source.lines().filter_map(|line| line.strip_prefix("//!")).collect();
    let named: Vec<_> = map.split('`').skip(1).step_by(2).filter(|code| is_path(code)).collect();
    assert!(named.len() > 40, "{named:?}");
    let is_there = |path: &str| {
        let mut places =
            BEFORE.iter().flat_map(|before| BEHIND.map(|behind| format!("{before}{path}{behind}")));
        places.any(|place| root.join(place).exists())
    };
    let missing: Vec<_> = named.into_iter().filter(|path| !is_there(path)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_test_that_the_table_of_security_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("docs/security.md")).expect("a file");
    let named: Vec<_> = table.split('`').skip(1).step_by(2).filter(|code| code.contains("::")).collect();
    assert!(named.len() > 60, "{named:?}");
    let is_there = |test: &str| {
        let Some((module, name)) = test.rsplit_once("::") else { return false };
        let module = module.replace("::", "/");
        let files = ["", "/mod"].map(|file| root.join(format!("tests/suite/{module}{file}.rs")));
        let has = |file| fs::read_to_string(file).is_ok_and(|source| source.contains(&format!("fn {name}(")));
        files.into_iter().any(has) || root.join(format!("tests/suite/{module}/{name}.rs")).exists()
    };
    let missing: Vec<_> = named.into_iter().filter(|test| !is_there(test)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn is_path(code: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "/._".contains(c);
    code.chars().all(is_plain)
        && !code.starts_with('/')
        && (code.contains('/') || [".rs", ".js"].iter().any(|end| code.ends_with(end)))
}
