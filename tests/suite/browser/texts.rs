//! What becomes of a text on its way into the log.

use serde_json::json;

use super::harness::Stage;

in_chromium![the_page_tidies_and_counts_as_the_server_does];

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
    let unsent = "$$('.unsent-message__body').map((it) => it.textContent)";
    assert_eq!(ana.finds(unsent).await, json!(sent));
    ana.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await;
    ana.reloads().await;
    // And what the server makes of what was typed.
    let typed = TYPED.into_iter().filter(|(_, sent)| !sent.is_empty()).map(|(typed, _)| typed.to_owned());
    ana.waits_until("unsent() === 0").await;
    ana.says_elsewhere(&room, &typed.collect::<Vec<_>>()).await;
    ana.waits_until(&format!("$$('[role=log] [data-seq]').length === {}", 2 * sent.len())).await;
    assert_eq!(ana.bodies().await, [&sent[..], &sent[..]].concat());
}
