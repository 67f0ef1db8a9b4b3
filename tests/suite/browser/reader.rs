//! Whoever reads further up is left alone; whoever is at the end stays there.

use serde_json::{Value, json};

use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    a_reader_further_up_is_not_moved_but_told,
    new_messages_are_counted_and_read_from_the_first,
    a_hidden_tab_counts_in_its_title,
    a_day_stays_in_view,
    a_reader_at_the_end_follows,
    who_writes_from_further_up_sees_what_was_written,
    the_message_at_the_top_stays_there_whatever_its_size,
    nothing_moves_under_a_button_that_is_down,
    nothing_moves_while_text_is_selected,
    who_unfolds_a_message_reads_on_from_there,
];

const TO_THE_END: &str = "Go to the newest messages";

const AT_END: &str =
    "Math.abs($('.scroller').scrollHeight - $('.scroller').clientHeight - $('.scroller').scrollTop) <= 1";

async fn a_reader_further_up_is_not_moved_but_told(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says_elsewhere(&room, &lines(60)).await;
    ana.has_read("line 60").await;
    bo.joins(&room).await;
    bo.waits_until(AT_END).await;
    bo.is_offered_no_way_on().await;
    bo.evaluates("$('.scroller').scrollTop = 300").await;
    bo.waits_until("$('.scroller').scrollTop === 300").await;
    bo.is_offered(TO_THE_END).await;
    ana.says_and_sees("news").await;
    bo.has_read("news").await;
    bo.is_offered("1 new message").await;
    assert_eq!(bo.evaluates("$('.scroller').scrollTop").await, 300);
    bo.presses("1 new message").await;
    bo.waits_until(AT_END).await;
    bo.is_offered_no_way_on().await;
    ana.says_and_sees("more news").await;
    bo.has_read("more news").await;
    bo.waits_until(AT_END).await;

    // Going down by oneself takes the offer back.
    bo.evaluates("$('.scroller').scrollTop = 300").await;
    ana.says_and_sees("yet more").await;
    bo.is_offered("1 new message").await;
    bo.evaluates("$('.scroller').scrollTop = $('.scroller').scrollHeight").await;
    bo.waits_until("$('.jump').hidden").await;
}

async fn new_messages_are_counted_and_read_from_the_first(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says_elsewhere(&room, &lines(60)).await;
    bo.joins(&room).await;
    bo.waits_until(AT_END).await;
    bo.evaluates("$('.scroller').scrollTop = 300").await;
    bo.is_offered(TO_THE_END).await;
    // What one writes oneself, from another device say, is no news.
    bo.says_elsewhere(&room, &["my own".to_owned()]).await;
    bo.has_read("my own").await;
    bo.is_offered(TO_THE_END).await;
    ana.says_elsewhere(&room, &(1..=80).map(|n| format!("news {n}")).collect::<Vec<_>>()).await;
    bo.is_offered("80 new messages").await;
    bo.evaluates("$('.jump').focus()").await;
    bo.types(Person::ENTER).await;
    bo.is_offered(TO_THE_END).await;
    bo.has_drawn().await;
    let in_view = |text: &str| {
        format!(
            "(({{ top, bottom }}, edge) => top >= edge.top && bottom <= edge.bottom)
            ($$('.message__body').find((it) => it.textContent === '{text}').getBoundingClientRect(),
                $('.scroller').getBoundingClientRect())"
        )
    };
    assert_eq!(bo.evaluates(&in_view("news 1")).await, true);
    assert_eq!(bo.evaluates(&in_view("news 80")).await, false);
    bo.types(Person::ENTER).await;
    bo.waits_until(AT_END).await;
    bo.has_drawn().await;
    assert_eq!(bo.evaluates(&in_view("news 80")).await, true);
    bo.is_offered_no_way_on().await;
    assert_eq!(bo.evaluates("document.activeElement === $('.scroller')").await, true);
}

async fn a_hidden_tab_counts_in_its_title(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let tab = ana.tab().await;
    let noting = "new MutationObserver(() => { localStorage.title = document.title; }).observe($('title'), { childList: true })";
    ana.evaluates(&format!("void {noting}")).await;
    bo.says_and_sees("read").await;
    ana.has_read("read").await;
    ana.opens_tab("/").await;
    for (said, title) in [("one", "(1) Kitchen · Parlor"), ("two", "(2) Kitchen · Parlor")] {
        bo.says_and_sees(said).await;
        ana.waits_until(&format!("localStorage.title === '{title}'")).await;
    }
    ana.turns_to(&tab).await;
    ana.waits_until("document.title === 'Kitchen · Parlor'").await;
}

async fn a_day_stays_in_view(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_elsewhere(&room, &lines(60)).await;
    // Two thirds of it were said the day before.
    stage.executes_sql("UPDATE entry SET at = at - 86400000 WHERE seq <= 40").await;
    ana.reloads().await;
    ana.waits_until("Boolean($('.room--live'))").await;
    let days = "$$('.day').map((it) => [it.textContent, it.title !== ''])";
    assert_eq!(ana.evaluates(days).await, json!([["Yesterday", true], ["Today", true]]));
    let at_top = "(({ left, top, width }) => document.elementFromPoint(left + width / 2, top + 12)
        .closest('.day')?.textContent)($('.scroller').getBoundingClientRect())";
    for (seq, day) in [(20, "Yesterday"), (38, "Yesterday"), (42, "Today")] {
        ana.evaluates(&format!("$('[data-seq=\"{seq}\"]').scrollIntoView({{ block: 'start' }})")).await;
        ana.has_drawn().await;
        assert_eq!(ana.evaluates(at_top).await, day, "{seq}");
    }
    // So it does where what was said today has come since.
    ana.says_elsewhere(&room, &lines(60)).await;
    ana.waits_until("$$('[data-seq]').length === 120").await;
    ana.evaluates("$('[data-seq=\"100\"]').scrollIntoView({ block: 'start' })").await;
    ana.has_drawn().await;
    assert_eq!(ana.evaluates(at_top).await, "Today");
}

async fn a_reader_at_the_end_follows(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.says_elsewhere(&room, &lines(60)).await;
    for person in [&ana, &bo] {
        person.has_read("line 60").await;
        person.waits_until(AT_END).await;
        person.is_offered_no_way_on().await;
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
        ana.is_offered_no_way_on().await;
    }
    // Many at once, each of which first stands below the log and then in it.
    ana.writes_at_once(8).await;
    ana.has_read("message 8").await;
    ana.waits_until(&format!("unsent() === 0 && {AT_END}")).await;
    ana.is_offered_no_way_on().await;
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
    bo.is_offered("1 new message").await;
    bo.has_drawn().await;
    assert_eq!(bo.evaluates("$('.scroller').scrollTop").await, place);
    bo.points("mouseReleased", "$('[data-seq=\"58\"] .message__body')").await;
    bo.waits_until(AT_END).await;
    bo.is_offered_no_way_on().await;
}

async fn nothing_moves_while_text_is_selected(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says_elsewhere(&room, &lines(60)).await;
    bo.joins(&room).await;
    bo.waits_until(AT_END).await;
    let place = bo.evaluates("$('.scroller').scrollTop").await;
    bo.evaluates("getSelection().selectAllChildren($('[data-seq=\"58\"] .message__body'))").await;
    for (news, count) in [("news", "1 new message"), ("more news", "2 new messages")] {
        ana.says_and_sees(news).await;
        bo.has_read(news).await;
        bo.is_offered(count).await;
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
    bo.presses("3 new messages").await;
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

impl Person {
    /// Claims that all there is to read is in view.
    async fn is_offered_no_way_on(&self) {
        assert_eq!(self.evaluates("$('.jump').hidden").await, true);
    }
}

fn lines(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("line {n}")).collect()
}
