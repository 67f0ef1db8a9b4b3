//! Compression: the same answers in fewer bytes, for whoever accepts gzip.

use rocket::http::Method;

use crate::fixtures::{Answer, Instance, Person};

on_both_engines![
    pages_fragments_and_json_are_compressed,
    static_files_are_compressed,
    what_fits_one_packet_is_sent_as_it_is,
    nobody_gets_what_they_do_not_accept,
    the_first_load_of_a_room_is_small
];

async fn accepting(person: &Person<'_>, codings: &str, path: &str) -> Answer {
    person.asks(Method::Get, path).header("Accept-Encoding", codings).send().await.is(200)
}

fn is_compressed(answer: &Answer) -> bool {
    answer.header("Content-Encoding") == Some("gzip")
}

async fn pages_fragments_and_json_are_compressed(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 30).await;
    let api = room.api("?after=0");
    for (path, text) in
        [(room.path("").as_str(), "message 30"), ("/rooms/list", "Kitchen"), (&api, "message 30")]
    {
        let answer = accepting(&ana, "gzip, deflate, br, zstd", path).await;
        assert!(answer.body.contains(text), "{answer:?}");
        assert_eq!(answer.header("Vary"), Some("Accept-Encoding"), "{path}");
        if answer.body.len() > 1_400 {
            assert!(is_compressed(&answer) && answer.size < answer.body.len() / 2, "{answer:?}");
        }
        let plain = ana.opens(path).await.is(200);
        assert_eq!(plain.header("Vary"), Some("Accept-Encoding"), "a cache may keep either: {path}");
        assert!(!is_compressed(&plain));
        assert_eq!(plain.body.len(), answer.body.len(), "{path}");
    }
}

async fn static_files_are_compressed(instance: Instance) {
    let cy = instance.visitor("cy");
    for address in cy.opens("/").await.page().assets() {
        let (compressed, plain) = (accepting(&cy, "gzip", &address).await, cy.opens(&address).await.is(200));
        assert_eq!(compressed.body, plain.body);
        assert_eq!((compressed.kind(), compressed.header("Vary")), (plain.kind(), plain.header("Vary")));
        assert_eq!(compressed.header("Cache-Control"), plain.header("Cache-Control"));
        assert!(!is_compressed(&plain));
        assert!(is_compressed(&compressed) && compressed.size < plain.size, "{address}");
    }
}

async fn what_fits_one_packet_is_sent_as_it_is(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "hello").await;
    let answer = accepting(&ana, "gzip", &room.api("?after=0")).await;
    assert!(!is_compressed(&answer) && answer.body.contains("hello"), "{answer:?}");
}

async fn nobody_gets_what_they_do_not_accept(instance: Instance) {
    let cy = instance.visitor("cy");
    let style = cy.opens("/").await.page().assets().into_iter().find(|address| address.ends_with(".css"));
    for path in ["/", &style.expect("a style sheet")] {
        for codings in ["", "identity", "br", "gzip;q=0, br"] {
            assert!(!is_compressed(&accepting(&cy, codings, path).await), "{path}: {codings}");
        }
    }
}

/// How much a browser loads before a room with 100 messages can be used, in bytes as sent: 23 KB are its script, 6 KB its
/// two style sheets, 4 KB the page.
const FIRST_LOAD_MAX: usize = 35_000;

async fn the_first_load_of_a_room_is_small(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 100).await;
    let page = accepting(&ana, "gzip", &room.path("")).await;
    let mut sizes = vec![(room.path(""), page.size)];
    for address in page.page().assets() {
        let size = accepting(&ana, "gzip", &address).await.size;
        sizes.push((address, size));
    }
    let sum: usize = sizes.iter().map(|(_, size)| size).sum();
    assert!(sum <= FIRST_LOAD_MAX, "{sum} bytes: {sizes:?}");
}
