//! A tab that has been open for days: of many messages only those near the view are laid out.

use serde_json::json;

use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    what_is_far_out_of_view_is_skipped_but_there,
    nothing_jumps_on_the_way_up_through_what_was_skipped
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

async fn in_a_room_of_300_messages(ana: &Person) {
    let room = ana.creates("Kitchen").await;
    let bodies: Vec<_> = (1..=300).map(|n| format!("message {n} {}", "and more ".repeat(n % 40))).collect();
    for some in bodies.chunks(100) {
        ana.says_elsewhere(&room, some).await;
    }
    ana.waits_until("$$('[data-seq]').length === 300").await;
    ana.has_drawn().await;
}
