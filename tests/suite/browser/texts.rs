//! What becomes of a text on its way into the log, and how it stands there.

use serde_json::{Value, json};

use crate::fixtures::chromium::{Device, Person, Stage};

in_chromium![
    the_page_tidies_and_counts_as_the_server_does,
    each_line_has_its_own_direction,
    a_tall_message_is_shown_in_part_until_somebody_asks,
    code_and_quotations_look_the_same_from_the_script_and_from_the_server,
    a_block_of_code_scrolls_by_itself_and_is_copied_as_written,
];

/// What is typed, and what of it is sent.
const TYPED: [(&str, &str); 8] = [
    ("  if a {\r\n    b\r\n  } \n", "  if a {\n    b\n  }"),
    ("\n \t\n\u{200b}\n  soup\u{3000}\n\u{2800}", "  soup"),
    ("a\u{b}b\u{c}c\u{85}d\u{2028}e\u{2029}f\rg", "a\nb\nc\nd\ne\nf\ng"),
    ("a\u{7}\u{1b}[1mb\u{9f}\tc", "a[1mb\tc"),
    ("cafe\u{301}", "café"),
    ("a\n\n\n \n\n\u{200b}\nb", "a\n\n\nb"),
    (
        "z\u{35c}\u{35c}\u{35c}\u{35c}\u{35c}\u{35c}\u{35c}\u{35c}\u{35c}\u{200d}\u{35c}y",
        "z\u{35c}\u{35c}\u{35c}\u{35c}\u{35c}\u{35c}\u{35c}\u{35c}\u{200d}y",
    ),
    ("\u{200b}\u{3164}\n\u{feff}", ""),
];

async fn the_page_tidies_and_counts_as_the_server_does(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    // Without a connection the outbox shows what would be sent.
    ana.devtools("Network.enable", json!({})).await;
    ana.devtools("Network.setBlockedURLs", json!({ "urls": ["*/api/*"] })).await;
    for (typed, _) in TYPED {
        ana.pastes_in("Message", typed).await;
        ana.presses("Send").await;
    }
    let sent: Vec<_> = TYPED.into_iter().map(|(_, sent)| sent).filter(|sent| !sent.is_empty()).collect();
    let unsent = "$$('.message--pending .message__body').map((it) => it.textContent)";
    assert_eq!(ana.evaluates(unsent).await, json!(sent));
    ana.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await;
    ana.reloads().await;
    // And what the server makes of what was typed.
    let typed = TYPED.into_iter().filter(|(_, sent)| !sent.is_empty()).map(|(typed, _)| typed.to_owned());
    ana.waits_until("unsent() === 0").await;
    ana.says_elsewhere(&room, &typed.collect::<Vec<_>>()).await;
    ana.waits_until(&format!("$$('[role=log] [data-seq]').length === {}", 2 * sent.len())).await;
    assert_eq!(ana.bodies().await, [&sent[..], &sent[..]].concat());
}

/// Where the two lines of a text stand, from left to right.
const LINES: &str = "(place) => {
    const text = $(place).firstChild;
    const lines = text.data.split('\\n').map((line) => {
        const range = document.createRange();
        range.setStart(text, text.data.indexOf(line));
        range.setEnd(text, text.data.indexOf(line) + line.length);
        return range.getBoundingClientRect();
    });
    return lines.flatMap(({ left, right }) => [Math.round(left), Math.round(right)]);
}";

async fn each_line_has_its_own_direction(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_elsewhere(&room, &["\u{202e}https://a.example/b".to_owned()]).await;
    ana.is_offered("https://a.example/b").await;
    let link = "[getComputedStyle($('.message a')).direction, getComputedStyle($('.message a')).unicodeBidi]";
    assert_eq!(ana.evaluates(link).await, json!(["ltr", "isolate"]));
    ana.devtools("Network.enable", json!({})).await;
    ana.devtools("Network.setBlockedURLs", json!({ "urls": ["*/api/*"] })).await;
    for text in ["שלום\na longer line in English", "a longer line in English\nשלום"] {
        ana.pastes_in("Message", text).await;
        assert_eq!(ana.evaluates("getComputedStyle(field('Message')).unicodeBidi").await, "plaintext");
        ana.presses("Send").await;
    }
    let claim = async |place: &str, hebrew: usize| {
        let edges = ana.evaluates(&format!("({LINES})('{place}')")).await;
        let edge = |index: usize| edges[index].as_i64().unwrap();
        let (hebrew, english) = (2 * hebrew, 2 - 2 * hebrew);
        assert!(edge(hebrew) > edge(english), "{place}: {edges}");
        assert!((edge(hebrew + 1) - edge(english + 1)).abs() <= 1, "{place}: {edges}");
    };
    claim(".message--pending:first-of-type .message__body", 0).await;
    claim(".message--pending:last-of-type .message__body", 1).await;
    ana.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await;
    ana.reloads().await;
    ana.waits_until("Boolean($('[data-seq=\"3\"]'))").await;
    claim("[data-seq=\"2\"] .message__body", 0).await;
    claim("[data-seq=\"3\"] .message__body", 1).await;
}

async fn a_tall_message_is_shown_in_part_until_somebody_asks(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.visitor("bo", Device::WithoutScript).await);
    let room = ana.creates("Kitchen").await;
    bo.signs_up().await;
    let tall: Vec<_> = (1..=300).map(|n| n.to_string()).collect();
    ana.says_elsewhere(&room, &["soup".to_owned(), tall.join("\n")]).await;
    ana.has_read(&tall.join("\n")).await;
    folds(&ana).await;
    bo.joins(&room).await;
    folds(&bo).await;
}

/// Opens and closes a tall message.
async fn folds(person: &Person) {
    let height = async || {
        let height = person.evaluates("$('[data-seq=\"2\"]').getBoundingClientRect().height").await;
        height.as_f64().unwrap()
    };
    assert_eq!(person.evaluates("$$('.message__more').length").await, 1, "only what is tall can be opened");
    let closed = height().await;
    assert!((300.0..600.0).contains(&closed), "{closed} pixels");
    for (name, then, taller) in [("Show all", "Show less", true), ("Show less", "Show all", false)] {
        person.evaluates(&format!("buttons('{name}')[0].click()")).await;
        person.is_offered(then).await;
        person.is_not_offered(name).await;
        assert_eq!(height().await > 300.0 * 20.0, taller);
    }
}

async fn code_and_quotations_look_the_same_from_the_script_and_from_the_server(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let cases: Vec<Value> = serde_json::from_str(include_str!("../../parts.json")).unwrap();
    let texts: Vec<_> = cases.iter().map(|case| case["text"].as_str().unwrap().to_owned()).collect();
    let expected = Value::from_iter(cases.iter().map(|case| case["html"].clone()));
    ana.says_elsewhere(&room, &texts).await;
    for reloaded in [false, true] {
        if reloaded {
            ana.reloads().await;
        }
        ana.waits_until(&format!("$$('[role=log] [data-seq]').length === {}", texts.len())).await;
        assert_eq!(
            ana.evaluates("$$('[role=log] .message__body').map((it) => it.innerHTML)").await,
            expected
        );
    }
}

async fn a_block_of_code_scrolls_by_itself_and_is_copied_as_written(stage: &Stage) {
    let ana = stage.visitor("ana", Device::Phone).await;
    ana.signs_up().await;
    let room = ana.creates("Kitchen").await;
    let code = format!("if a {{\n\tb({});\n}}", "x, ".repeat(60));
    ana.says_elsewhere(&room, &[format!("so:\n```\n{code}\n```")]).await;
    ana.waits_until("$('.code-block') !== null").await;
    assert_eq!(ana.evaluates("document.documentElement.scrollWidth <= innerWidth").await, json!(true));
    assert_eq!(
        ana.evaluates("(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)($('pre'))").await,
        json!(true)
    );
    let listen = "
        window.addEventListener('copy', ({ clipboardData }) => { window.copied = clipboardData.getData('text/plain') });
        return true;";
    ana.runs(listen, Vec::new()).await;
    ana.presses("Copy").await;
    ana.is_offered("Copied").await;
    assert_eq!(ana.evaluates("window.copied").await, json!(code));
}
