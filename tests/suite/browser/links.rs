//! What stands in a message: text, and links; the same however it came to the page.

use serde_json::json;

use crate::fixtures::chromium::Stage;

in_chromium![
    a_message_looks_the_same_loaded_and_live,
    links_can_be_followed_and_nothing_else_is_markup,
    names_are_text_too,
];

/// Everything that could look one way in a page and another way in an update.
const BODIES: [&str; 28] = [
    "see https://a.example/x?y=1&z=2#w, (http://b.example).",
    "https://a.example",
    "(https://a.example/(b))",
    "https://a.example/it's",
    "https://a.example/it's'.",
    "\"https://a.example/\" <https://b.example/> 'https://c.example/'",
    "https://a.example/]]}}!?;:,.",
    "http:// https:// https://. https://!",
    "http://http://a.example",
    "xhttps://a.example httphttp://b.example",
    "HTTPS://a.example Http://b.example",
    "javascript:alert(1) data:text/html,x ftp://a.example www.a.example",
    "https://ü.example/ß?q=日本語。",
    "https://a.example\u{a0}b",
    "https://a.example\u{3000}b",
    "https://a.example\u{feff}b",
    "https://a.example\u{200b}b",
    "https://a.example\u{180e}b",
    "https://a.example\u{2060}b\u{202e}c",
    "https://a.example/\tb\n\nhttps://c.example/\n  d",
    "https://a.example/😀😀. 😀",
    "https://a.example/<b>bold</b>",
    "<b>bold</b> &amp; <script>document.title = 'broken'</script> <img src=x onerror=alert(1)>",
    "${1+1} {{ 1 }} <!-- x --> ]]>",
    "\u{202e}right to left שלום https://a.example/שלום.",
    "  two  spaces \t and\ttabs",
    "https://en.wikipedia.org/wiki/Mercury_(planet) “https://a.example/” https://例え.jp/。次",
    TALL,
];

/// Higher than what is shown unasked.
const TALL: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n31";

async fn a_message_looks_the_same_loaded_and_live(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let bodies = BODIES.map(str::to_owned);
    ana.says_elsewhere(&room, &bodies).await;
    let all_there = format!("$$('[role=log] [data-seq]').length === {}", BODIES.len());
    // One's own are not announced when they come; what is loaded never is.
    let markup = "$$('[role=log] [data-seq]').map((it) => it.outerHTML.replace(' aria-live=\"off\"', ''))";
    for person in [&ana, &bo] {
        person.waits_until(&all_there).await;
        let live = person.evaluates(markup).await;
        person.reloads().await;
        person.is_in(&room).await;
        person.waits_until("Boolean($('.room--live'))").await;
        let loaded = person.evaluates(markup).await;
        for (index, body) in BODIES.iter().enumerate() {
            assert_eq!(live[index], loaded[index], "live, and loaded: {body:?}");
        }
        assert_eq!(person.bodies().await, BODIES);
    }
}

async fn links_can_be_followed_and_nothing_else_is_markup(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let here = bo.evaluates("location.origin").await.as_str().unwrap().to_owned();
    let hostile = "<b>bold</b> <img src=x onerror=alert(1)> <a href=\"javascript:alert(1)\">x</a>";
    ana.says_elsewhere(&room, &[hostile.to_owned(), format!("see {here}/rooms.")]).await;
    for reloaded in [false, true] {
        if reloaded {
            bo.reloads().await;
        }
        bo.has_read(hostile).await;
        bo.is_offered(&format!("{here}/rooms")).await;
        assert_eq!(bo.evaluates("$$('.message__body *').map((it) => it.tagName)").await, json!(["A"]));
        let link = "$$('.message__body a').map((it) => [it.getAttribute('href'), it.rel, it.target])[0]";
        let expected = json!([format!("{here}/rooms"), "noopener noreferrer nofollow", "_blank"]);
        assert_eq!(bo.evaluates(link).await, expected);
    }
    bo.presses(&format!("{here}/rooms")).await;
    bo.turns_to_the_newest_tab().await;
    bo.is_at("/rooms").await;
    assert_eq!(bo.evaluates("[window.opener, document.referrer]").await, json!([null, ""]));
}

async fn names_are_text_too(stage: &Stage) {
    let ana = stage.person("ana").await;
    let name = "<b>Kit</b> & \"chen\" {{ 1 }}";
    let room = ana.creates(name).await;
    ana.sees(name).await;
    assert_eq!(ana.evaluates("document.title.startsWith($('h1').innerText)").await, true);
    ana.opens("/rooms").await;
    ana.sees(name).await;
    ana.opens(&room.path("/delete")).await;
    ana.sees(name).await;
    assert_eq!(ana.evaluates("$$('b, script:not([src])').length").await, 0);
}
