//! `/static`: what pages load, and nothing beside it.

use std::collections::BTreeSet;

use crate::support::House;

on_both_engines![all_that_pages_load_is_there, modules_find_each_other, nothing_else_is_served];

/// All addresses the pages load something from.
async fn loaded(house: &House) -> BTreeSet<String> {
    let ana = house.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let visitor = house.visitor("cy");
    let pages = [visitor.opens("/").await, ana.opens("/rooms").await, ana.opens(&room.path("")).await];
    pages.iter().flat_map(|answer| answer.page().assets()).collect()
}

async fn all_that_pages_load_is_there(house: House) {
    let loaded = loaded(&house).await;
    for (suffix, kind) in [(".css", "text/css"), (".js", "text/javascript"), (".svg", "image/svg+xml")] {
        let of_kind: Vec<_> = loaded.iter().filter(|address| address.ends_with(suffix)).collect();
        assert!(!of_kind.is_empty(), "no {suffix} among {loaded:?}");
        for address in of_kind {
            assert!(address.starts_with("/static/"), "only from here: {address}");
            let answer = house.visitor("cy").opens(address).await.is(200);
            assert_eq!(answer.kind(), kind, "{address}");
            let cache = answer.header("Cache-Control").unwrap_or_default();
            assert!(cache.contains("immutable"), "its address changes when it does: {cache:?}");
            assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
            assert!(!answer.body.is_empty());
        }
    }
}

/// Where the imports of a module lead.
fn imports(address: &str, source: &str) -> Vec<String> {
    let folder = address.rsplit_once('/').expect("a folder").0;
    let quoted = source.lines().filter(|line| line.starts_with("import") || line.starts_with("} from"));
    quoted
        .filter_map(|line| line.split('"').nth(1)?.strip_prefix("./").map(|path| format!("{folder}/{path}")))
        .collect()
}

async fn modules_find_each_other(house: House) {
    let is_module = |address: &String| address.ends_with(".js");
    let mut waiting: Vec<_> = loaded(&house).await.into_iter().filter(is_module).collect();
    let mut found = BTreeSet::new();
    while let Some(address) = waiting.pop() {
        let answer = house.visitor("cy").opens(&address).await.is(200);
        assert_eq!(answer.kind(), "text/javascript", "{address}");
        waiting.extend(imports(&address, &answer.body).into_iter().filter(|import| !found.contains(import)));
        found.insert(address);
    }
    assert!(found.len() > 4, "poller, log, composer and outbox are modules of their own: {found:?}");
}

async fn nothing_else_is_served(house: House) {
    let style =
        loaded(&house).await.into_iter().find(|address| address.ends_with(".css")).expect("a style sheet");
    let visitor = house.visitor("cy");
    visitor.opens(&style).await.is(200);
    let folder = style.rsplit_once("/css/").expect("a folder of style sheets").0;
    let beside = [
        "",
        "/",
        "/css",
        "/css/",
        "/css/nowhere.css",
        "/.hidden",
        "/css/%00",
        "/css/base.css%00",
        "//etc/passwd",
    ];
    let outside = [
        "/../Cargo.toml",
        "/css/../../../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/..%2fCargo.toml",
        "/%2fetc%2fpasswd",
    ];
    for path in beside.iter().chain(&outside) {
        let answer = visitor.opens(&format!("{folder}{path}")).await;
        assert!(matches!(answer.status, 400 | 404 | 422), "{answer:?}");
    }
    visitor.opens("/static").await.is(404);
    visitor.opens("/static/Cargo.toml").await.is(404);
}
