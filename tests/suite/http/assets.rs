//! `/static`: what pages load, and nothing beside it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::fixtures::{Instance, Page, Person, copy};

on_both_engines![
    all_that_pages_load_is_there,
    a_page_waits_for_two_style_sheets_and_one_script,
    nothing_else_is_served,
    a_debug_build_serves_what_was_edited
];

/// A page of each kind, and something its own style sheet and its script must have.
async fn pages(instance: &Instance) -> [(Page, [&'static str; 2]); 3] {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let visitor = instance.visitor("cy");
    let open = async |person: &Person<'_>, path: &str| person.opens(path).await.page();
    [
        (open(&visitor, "/").await, [".welcome {", "class PendingNavigation"]),
        (open(&ana, "/rooms").await, [".rooms {", "class List"]),
        (open(&ana, &room.path("")).await, [".room {", "class Room"]),
    ]
}

/// All addresses the pages load something from.
async fn loaded(instance: &Instance) -> BTreeSet<String> {
    pages(instance).await.iter().flat_map(|(page, _)| page.assets()).collect()
}

async fn all_that_pages_load_is_there(instance: Instance) {
    let loaded = loaded(&instance).await;
    for (suffix, kind) in [(".css", "text/css"), (".js", "text/javascript"), (".svg", "image/svg+xml")] {
        let of_kind: Vec<_> = loaded.iter().filter(|address| address.ends_with(suffix)).collect();
        assert!(!of_kind.is_empty(), "no {suffix} among {loaded:?}");
        for address in of_kind {
            assert!(address.starts_with("/static/"), "only from here: {address}");
            let answer = instance.visitor("cy").opens(address).await.is(200);
            assert_eq!(answer.kind(), kind, "{address}");
            let cache = answer.header("Cache-Control").unwrap_or_default();
            assert!(cache.contains("immutable"), "its address changes when it does: {cache:?}");
            assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
            assert!(!answer.body.is_empty());
        }
    }
}

/// One level and no more: what a file imports stands in it. The first style sheet is the same on every page.
async fn a_page_waits_for_two_style_sheets_and_one_script(instance: Instance) {
    let mut shared = BTreeSet::new();
    for (page, [rule, class]) in pages(&instance).await {
        let mut loaded = page.assets();
        loaded.retain(|address| !address.ends_with(".svg"));
        let [every, style, script] = loaded.as_slice() else { panic!("{loaded:?}") };
        for (address, inside) in [(every, ".header {"), (style, rule), (script, class)] {
            let content = instance.visitor("cy").opens(address).await.is(200).body;
            let imports = |line: &str| line.starts_with("import ") || line.starts_with("@import ");
            assert!(!content.lines().any(imports), "{content}");
            assert!(content.contains(inside), "{content}");
        }
        shared.insert(every.clone());
    }
    assert_eq!(shared.len(), 1, "{shared:?}");
}

async fn nothing_else_is_served(instance: Instance) {
    let style =
        loaded(&instance).await.into_iter().find(|address| address.ends_with(".css")).expect("a style sheet");
    let visitor = instance.visitor("cy");
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

/// The addresses of the style sheets and the script of the first page, and what they answer.
async fn style_and_script(instance: &Instance) -> (Vec<String>, String) {
    let visitor = instance.visitor("cy");
    let mut loaded = visitor.opens("/").await.page().assets();
    loaded.retain(|address| !address.ends_with(".svg"));
    let mut content = String::new();
    for address in &loaded {
        content += &visitor.opens(address).await.is(200).body;
    }
    (loaded, content)
}

/// And what is broken is not served; a release serves what it has read at its start.
async fn a_debug_build_serves_what_was_edited(instance: Instance) {
    let folder = tempfile::tempdir().expect("a folder");
    copy(Path::new("static"), folder.path());
    let instance = instance.restart_with("parlor.static_dir", folder.path()).await;
    let edit = |file: &str, text: &str| fs::write(folder.path().join(file), text).expect("an edit");
    let original = style_and_script(&instance).await;
    assert_eq!(style_and_script(&instance).await, original, "nothing was edited");

    edit("css/pages/every_page.css", "@import \"../new.css\";");
    assert_eq!(style_and_script(&instance).await, original, "what it imports is missing");
    edit("css/new.css", ".a-new-rule {}");
    let edited = style_and_script(&instance).await;
    if !cfg!(debug_assertions) {
        return assert_eq!(edited, original);
    }
    assert!(edited.1.contains(".a-new-rule {}"), "{}", edited.1);
    assert!(
        original.0.iter().all(|address| !edited.0.contains(address)),
        "all have another address: {edited:?}"
    );

    edit("css/new.css", ".a-newer-rule {}");
    let again = style_and_script(&instance).await;
    assert!(again.1.contains(".a-newer-rule {}"), "{}", again.1);
    assert_ne!(again.0, edited.0);
}
