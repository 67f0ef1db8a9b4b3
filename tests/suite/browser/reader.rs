//! Whoever reads further up is left alone; whoever is at the end stays there.

use super::harness::Stage;

in_chromium![a_reader_further_up_is_not_moved_but_told, a_reader_at_the_end_follows];

const AT_END: &str = "Math.abs($('.log').scrollHeight - $('.log').clientHeight - $('.log').scrollTop) <= 1";

async fn a_reader_further_up_is_not_moved_but_told(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says_elsewhere(&room, &lines(60)).await;
    ana.has_read("line 60").await;
    bo.joins(&room).await;
    bo.waits_until(AT_END).await;
    bo.is_not_offered("New messages").await;
    bo.finds("$('.log').scrollTop = 300").await;
    bo.waits_until("$('.log').scrollTop === 300").await;
    ana.says_and_sees("news").await;
    bo.has_read("news").await;
    bo.is_offered("New messages").await;
    assert_eq!(bo.finds("$('.log').scrollTop").await, 300);
    bo.presses("New messages").await;
    bo.waits_until(AT_END).await;
    bo.is_not_offered("New messages").await;
    ana.says_and_sees("more news").await;
    bo.has_read("more news").await;
    bo.waits_until(AT_END).await;

    // Going down by oneself takes the offer back.
    bo.finds("$('.log').scrollTop = 300").await;
    ana.says_and_sees("yet more").await;
    bo.is_offered("New messages").await;
    bo.finds("$('.log').scrollTop = $('.log').scrollHeight").await;
    bo.waits_until("buttons('New messages').length === 0").await;
}

async fn a_reader_at_the_end_follows(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.says_elsewhere(&room, &lines(60)).await;
    for person in [&ana, &bo] {
        person.has_read("line 60").await;
        person.waits_until(AT_END).await;
        person.is_not_offered("New messages").await;
    }
    assert_eq!(bo.finds("$('.log').scrollHeight > 2 * $('.log').clientHeight").await, true);
    // A longer box leaves less room for the log, and its end in view.
    bo.pastes_in("Message", "1\n2\n3\n4\n5").await;
    bo.waits_until(AT_END).await;
}

fn lines(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("line {n}")).collect()
}
