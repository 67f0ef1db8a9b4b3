//! Whoever reads further up is left alone; whoever is at the end stays there.

use serde_json::{Value, json};

use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    a_reader_further_up_is_not_moved_but_told,
    a_reader_at_the_end_follows,
    who_writes_from_further_up_sees_what_was_written,
    the_message_at_the_top_stays_there_whatever_its_size,
    nothing_moves_under_a_button_that_is_down,
    nothing_moves_while_text_is_selected,
    who_unfolds_a_message_reads_on_from_there,
];

const AT_END: &str =
    "Math.abs($('.scroller').scrollHeight - $('.scroller').clientHeight - $('.scroller').scrollTop) <= 1";

async fn a_reader_further_up_is_not_moved_but_told(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says_elsewhere(&room, &lines(60)).await;
    ana.has_read("line 60").await;
    bo.joins(&room).await;
    bo.waits_until(AT_END).await;
    bo.is_not_offered("New messages").await;
    bo.evaluates("$('.scroller').scrollTop = 300").await;
    bo.waits_until("$('.scroller').scrollTop === 300").await;
    ana.says_and_sees("news").await;
    bo.has_read("news").await;
    bo.is_offered("New messages").await;
    assert_eq!(bo.evaluates("$('.scroller').scrollTop").await, 300);
    bo.presses("New messages").await;
    bo.waits_until(AT_END).await;
    bo.is_not_offered("New messages").await;
    ana.says_and_sees("more news").await;
    bo.has_read("more news").await;
    bo.waits_until(AT_END).await;

    // Going down by oneself takes the offer back.
    bo.evaluates("$('.scroller').scrollTop = 300").await;
    ana.says_and_sees("yet more").await;
    bo.is_offered("New messages").await;
    bo.evaluates("$('.scroller').scrollTop = $('.scroller').scrollHeight").await;
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
    assert_eq!(bo.evaluates("$('.scroller').scrollHeight > 2 * $('.scroller').clientHeight").await, true);
    // A longer box leaves less room for the log, and its end in view.
    bo.pastes_in("Message", "1\n2\n3\n4\n5").await;
    bo.waits_until(AT_END).await;
}

async fn who_writes_from_further_up_sees_what_was_written(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_elsewhere(&room, &lines(60)).await;
    ana.has_read("line 60").await;
    ana.waits_until(AT_END).await;
    for said in ["one", "two", "three"] {
        ana.evaluates("$('.scroller').scrollTop = 300").await;
        ana.waits_until("$('.scroller').scrollTop === 300").await;
        ana.says_and_sees(said).await;
        ana.waits_until("unsent() === 0").await;
        ana.waits_until(AT_END).await;
        ana.is_not_offered("New messages").await;
    }
    // Many at once, each of which first stands below the log and then in it.
    ana.writes_at_once(8).await;
    ana.has_read("message 8").await;
    ana.waits_until(&format!("unsent() === 0 && {AT_END}")).await;
    ana.is_not_offered("New messages").await;
}

/// The message at the log's upper edge, and how far below the edge it begins.
const TOP: &str = "(() => {
    const edge = $('.scroller').getBoundingClientRect().top;
    const top = $$('.log [data-seq]').find((it) => it.getBoundingClientRect().bottom > edge);
    return [Number(top.dataset.seq), top.getBoundingClientRect().top - edge];
})()";

async fn the_message_at_the_top_stays_there_whatever_its_size(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let bodies: Vec<_> = (1..=90).map(|n| format!("{n}{}", " and so on".repeat(n * 7 % 40))).collect();
    ana.says_elsewhere(&room, &bodies).await;
    ana.has_read(bodies.last().unwrap()).await;
    // In the middle of a message.
    ana.evaluates(
        "$('.scroller').scrollTop += 10 - 1e5, $('.scroller').scrollTop += 5 +
        $('[data-seq=\"40\"]').getBoundingClientRect().top - $('.scroller').getBoundingClientRect().top",
    )
    .await;
    ana.has_drawn().await;
    ana.waits_until(&format!("{TOP}[0] === 40")).await;
    let before = ana.evaluates(TOP).await;
    for width in [900, 400, 320, 1000] {
        let screen = json!({"width": width, "height": 700, "deviceScaleFactor": 1, "mobile": false});
        ana.devtools("Emulation.setDeviceMetricsOverride", screen).await;
        ana.waits_until(&format!("innerWidth === {width}")).await;
        stays(&ana, &before, &format!("{width} pixels")).await;
    }
    for size in ["200%", "75%", "100%"] {
        ana.evaluates(&format!("document.documentElement.style.fontSize = '{size}'")).await;
        stays(&ana, &before, size).await;
    }
    // Whoever is at the end stays there as well.
    ana.evaluates("$('.scroller').scrollTop = $('.scroller').scrollHeight").await;
    // The page hears of it with the next frame.
    ana.has_drawn().await;
    ana.waits_until(AT_END).await;
    ana.evaluates("document.documentElement.style.fontSize = '150%'").await;
    ana.has_drawn().await;
    ana.waits_until(AT_END).await;
}

async fn stays(ana: &Person, before: &Value, when: &str) {
    ana.has_drawn().await;
    let after = ana.evaluates(TOP).await;
    let moved = (after[1].as_f64().unwrap() - before[1].as_f64().unwrap()).abs();
    assert!(after[0] == before[0] && moved <= 1.0, "{when}: {before} became {after}");
}

async fn nothing_moves_under_a_button_that_is_down(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says_elsewhere(&room, &lines(60)).await;
    bo.joins(&room).await;
    bo.waits_until(AT_END).await;
    let place = bo.evaluates("$('.scroller').scrollTop").await;
    bo.points("mousePressed", "$('[data-seq=\"58\"] .message__body')").await;
    ana.says_and_sees("news").await;
    bo.has_read("news").await;
    bo.is_offered("New messages").await;
    bo.has_drawn().await;
    assert_eq!(bo.evaluates("$('.scroller').scrollTop").await, place);
    bo.points("mouseReleased", "$('[data-seq=\"58\"] .message__body')").await;
    bo.waits_until(AT_END).await;
    bo.is_not_offered("New messages").await;
}

async fn nothing_moves_while_text_is_selected(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says_elsewhere(&room, &lines(60)).await;
    bo.joins(&room).await;
    bo.waits_until(AT_END).await;
    let place = bo.evaluates("$('.scroller').scrollTop").await;
    bo.evaluates("getSelection().selectAllChildren($('[data-seq=\"58\"] .message__body'))").await;
    for news in ["news", "more news"] {
        ana.says_and_sees(news).await;
        bo.has_read(news).await;
        bo.is_offered("New messages").await;
        bo.has_drawn().await;
        assert_eq!(bo.evaluates("$('.scroller').scrollTop").await, place);
    }
    assert_eq!(bo.evaluates("String(getSelection())").await, "line 58");
    // Nor is the reader carried off when it goes.
    bo.evaluates("getSelection().empty()").await;
    bo.has_drawn().await;
    ana.says_and_sees("yet more").await;
    bo.has_read("yet more").await;
    assert_eq!(bo.evaluates("$('.scroller').scrollTop").await, place);
    bo.presses("New messages").await;
    bo.waits_until(AT_END).await;
    ana.says_and_sees("the last").await;
    bo.has_read("the last").await;
    bo.waits_until(AT_END).await;
}

async fn who_unfolds_a_message_reads_on_from_there(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let tall: Vec<_> = (1..=200).map(|n| format!("line {n}")).collect();
    ana.says_elsewhere(&room, &[tall.join("\n")]).await;
    ana.is_offered("Show all").await;
    ana.waits_until(AT_END).await;
    let before = ana.evaluates(TOP).await;
    ana.evaluates("buttons('Show all')[0].click()").await;
    ana.is_offered("Show less").await;
    stays(&ana, &before, "unfolded").await;
    ana.evaluates("buttons('Show less')[0].click()").await;
    ana.is_offered("Show all").await;
    ana.says_and_sees("and on").await;
    ana.waits_until(AT_END).await;
}

fn lines(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("line {n}")).collect()
}
