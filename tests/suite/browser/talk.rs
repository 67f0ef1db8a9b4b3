//! Two people talk.

use crate::fixtures::chromium::{Said, Stage};

in_chromium_on_both_engines![two_people_talk];
in_chromium![ones_own_message_comes_at_once_and_in_its_true_place, who_is_here_is_kept_up_to_date];

async fn two_people_talk(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.says_and_sees("Is there soup?").await;
    bo.has_read("Is there soup?").await;
    bo.says_and_sees("There is.").await;
    ana.has_read("There is.").await;
    let said = |seq, author: &str, body: &str| Said { seq, author: author.to_owned(), body: body.to_owned() };
    let expected = [said(1, "ana", "Is there soup?"), said(2, "bo", "There is.")];
    assert_eq!(ana.log().await, expected);
    assert_eq!(bo.log().await, expected);
    // A screen reader announces only what others say.
    let silent = "$$('.log__appended .message').map((it) => it.getAttribute('aria-live') === 'off').join()";
    assert_eq!(ana.evaluates(silent).await, "true,false");
    assert_eq!(bo.evaluates(silent).await, "false,true");
}

async fn ones_own_message_comes_at_once_and_in_its_true_place(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.stops_polling().await;
    bo.says_and_sees("first").await;
    assert!(ana.bodies().await.is_empty(), "polling has not stopped");
    // Only the answer to one's own sending can bring both now.
    ana.says_and_sees("second").await;
    assert_eq!(ana.bodies().await, ["first", "second"]);
    ana.waits_until("unsent() === 0").await;
    assert_eq!(ana.evaluates("field('Message').value").await, "");
}

async fn who_is_here_is_kept_up_to_date(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let people =
        |names: &str| format!("$$('.people li').map((it) => it.innerText).sort().join() === '{names}'");
    ana.waits_until(&people("ana")).await;
    bo.joins(&room).await;
    ana.waits_until(&people("ana,bo")).await;
    bo.presses("Leave").await;
    ana.waits_until(&people("ana")).await;
}
