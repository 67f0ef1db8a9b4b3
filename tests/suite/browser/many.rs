//! A tab that has been open for days: of many messages only those near the view are laid out, of very many the oldest
//! are taken out of the page.

use serde_json::json;

use crate::fixtures::Room;
use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    what_is_far_out_of_view_is_skipped_but_there,
    nothing_jumps_on_the_way_up_through_what_was_skipped,
    the_oldest_are_taken_out_while_the_end_is_read_and_come_back,
];

const SKIPPED: &str =
    "$$('[data-seq]').filter((it) => !it.checkVisibility({ contentVisibilityAuto: true })).length";

async fn what_is_far_out_of_view_is_skipped_but_there(stage: &Stage) {
    let ana = stage.person("ana").await;
    in_a_room_of_300_messages(&ana).await;
    ana.waits_until(&format!("{SKIPPED} >= 150")).await;
    ana.evaluates("$('[data-seq=\"30\"]').scrollIntoView({ block: 'center' })").await;
    ana.has_drawn().await;
    let found = "(({ top, bottom }, edge) => top >= edge.top && bottom <= edge.bottom)
        ($('[data-seq=\"30\"] .message__body').getBoundingClientRect(), $('.scroller').getBoundingClientRect())";
    assert_eq!(ana.evaluates(found).await, true);
    ana.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
    ana.has_drawn().await;
    assert_eq!(ana.evaluates(SKIPPED).await, 0);
}

async fn nothing_jumps_on_the_way_up_through_what_was_skipped(stage: &Stage) {
    let ana = stage.person("ana").await;
    in_a_room_of_300_messages(&ana).await;
    ana.waits_until(&format!("{SKIPPED} >= 150")).await;
    // After every step up all that is in view stands where the step has brought it.
    let statements = "
        const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        const scroller = $('.scroller');
        const top = () => $$('[data-seq]').filter((it) => it.checkVisibility({ contentVisibilityAuto: true }))
            .find((it) => it.getBoundingClientRect().top > scroller.getBoundingClientRect().top);
        const jumps = [];
        while (scroller.scrollTop > 0) {
            const message = top();
            const [before, from] = [message.getBoundingClientRect().top, scroller.scrollTop];
            scroller.scrollTop -= 300;
            const expected = before + from - scroller.scrollTop;
            await frame();
            await frame();
            jumps.push(Math.abs(message.getBoundingClientRect().top - expected));
        }
        return [jumps.length, Math.max(...jumps)];";
    let steps = ana.runs(statements, Vec::new()).await;
    assert!(steps[0].as_u64() > Some(20) && steps[1].as_f64() <= Some(1.0), "{steps}");
}

async fn the_oldest_are_taken_out_while_the_end_is_read_and_come_back(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = in_a_room_of(&ana, 1_000).await;
    let says = async |seq: u64| {
        ana.says_elsewhere(&room, &[format!("message {seq}")]).await;
        ana.waits_until(&format!("Boolean($('[data-seq=\"{seq}\"]'))")).await;
        ana.has_drawn().await;
        ana.evaluates("Number($('[data-seq]').dataset.seq)").await
    };
    // Further up all stays.
    ana.evaluates("$('.scroller').scrollTop = 0").await;
    ana.has_drawn().await;
    assert_eq!(says(1_001).await, 1);
    assert_eq!(ana.evaluates("$('.scroller').scrollTop").await, 0);
    ana.evaluates("Object.assign($('[data-seq=\"1\"]'), { tabIndex: -1 }).focus()").await;
    ana.evaluates("$('.scroller').scrollTop = $('.scroller').scrollHeight").await;
    ana.has_drawn().await;
    let first = says(1_002).await.as_u64().unwrap();
    assert!((301..=503).contains(&first), "the first is {first}");
    // The focus does not hold them, and goes where the keyboard scrolls.
    assert_eq!(ana.evaluates("document.activeElement === $('.scroller')").await, true);
    let at_end = "$('.scroller').scrollHeight - $('.scroller').clientHeight - $('.scroller').scrollTop <= 1";
    assert_eq!(ana.evaluates(at_end).await, true);
    // What is first now has its day and its author.
    let leads =
        "$$('.day').length === 1 && Boolean($('.day + .log__chunk > .message:not(.message--continued)'))";
    assert_eq!(ana.evaluates(leads).await, true);
    // The way back goes on from there.
    while ana.evaluates("$('[data-seq]').dataset.seq").await != "1" {
        let first = ana.evaluates("$('[data-seq]').dataset.seq").await;
        ana.evaluates("$('.scroller').scrollTop = 0").await;
        ana.waits_until(&format!("$('[data-seq]').dataset.seq !== {first}")).await;
    }
    assert!(ana.log().await.iter().map(|said| said.seq).eq(1..=1_002));
}

async fn in_a_room_of_300_messages(ana: &Person) {
    in_a_room_of(ana, 300).await;
}

async fn in_a_room_of(ana: &Person, count: usize) -> Room {
    let room = ana.creates("Kitchen").await;
    let bodies: Vec<_> = (1..=count).map(|n| format!("message {n} {}", "and more ".repeat(n % 40))).collect();
    for some in bodies.chunks(100) {
        ana.says_elsewhere(&room, some).await;
    }
    ana.waits_until(&format!("$$('[data-seq]').length === {count}")).await;
    ana.has_drawn().await;
    room
}
