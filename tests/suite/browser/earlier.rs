//! The whole history can be read, and nothing jumps while it comes.

use serde_json::json;

use crate::fixtures::Room;
use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    earlier_messages_come_without_moving_what_is_read,
    the_focus_stays_in_the_log_at_its_beginning,
    what_cannot_be_loaded_is_not_asked_for_again_and_again,
];

const AT_END: &str =
    "Math.abs($('.scroller').scrollHeight - $('.scroller').clientHeight - $('.scroller').scrollTop) <= 1";

async fn earlier_messages_come_without_moving_what_is_read(stage: &Stage) {
    let ana = stage.person("ana").await;
    let bodies: Vec<_> = (1..=250).map(|n| format!("message {n}{}", "\nand more".repeat(n % 4))).collect();
    in_a_room_where(&ana, &bodies).await;
    // A page opens at its end.
    ana.waits_until(AT_END).await;
    ana.has_drawn().await;
    for (first, earlier) in [(151, 51), (51, 1)] {
        assert_eq!(ana.log().await[0].seq, first);
        let top = format!("$('[data-seq=\"{first}\"]').getBoundingClientRect().top");
        ana.evaluates("$('.scroller').scrollTop = 0").await;
        let before = ana.evaluates(&top).await.as_f64().unwrap();
        ana.waits_until(&format!("Boolean($('[data-seq=\"{earlier}\"]'))")).await;
        ana.has_drawn().await;
        let after = ana.evaluates(&top).await.as_f64().unwrap();
        assert!((after - before).abs() <= 1.0, "message {first} jumped from {before} to {after}");
    }
    ana.is_not_offered("Earlier messages").await;
    assert_eq!(ana.bodies().await, bodies);
    assert!(ana.log().await.iter().map(|said| said.seq).eq(1..=250));
    ana.says_and_sees("and on").await;
    ana.waits_until(AT_END).await;
}

async fn the_focus_stays_in_the_log_at_its_beginning(stage: &Stage) {
    let ana = stage.person("ana").await;
    let bodies: Vec<_> = (1..=220).map(|n| format!("message {n}")).collect();
    in_a_room_where(&ana, &bodies).await;
    ana.evaluates("buttons('Earlier messages')[0].focus()").await;
    ana.waits_until("Boolean($('[data-seq=\"21\"]'))").await;
    ana.evaluates("buttons('Earlier messages')[0].focus({ preventScroll: true })").await;
    ana.types(Person::ENTER).await;
    ana.waits_until("Boolean($('[data-seq=\"1\"]'))").await;
    ana.is_not_offered("Earlier messages").await;
    assert_eq!(ana.evaluates("document.activeElement === $('.scroller')").await, true);
}

async fn what_cannot_be_loaded_is_not_asked_for_again_and_again(stage: &Stage) {
    let ana = stage.person("ana").await;
    let bodies: Vec<_> = (1..=120).map(|n| format!("message {n}")).collect();
    let room = in_a_room_where(&ana, &bodies).await;
    ana.expects_failure(&room.api(""), "net::ERR_BLOCKED_BY_CLIENT");
    let counting = "
        const { fetch } = window;
        window.asked = 0;
        window.fetch = (url, options) => {
            if (url.includes('before=')) window.asked += 1;
            return fetch(url, options);
        };
        return true;";
    ana.runs(counting, Vec::new()).await;
    ana.devtools("Network.enable", json!({})).await;
    ana.devtools("Network.setBlockedURLs", json!({ "urls": ["*before=*"] })).await;
    ana.evaluates("$('.scroller').scrollTop = 0").await;
    ana.is_told("Earlier messages could not be loaded.").await;
    for scrolled in [2, 0] {
        ana.evaluates(&format!("$('.scroller').scrollTop = {scrolled}")).await;
        ana.has_drawn().await;
    }
    assert_eq!(ana.evaluates("window.asked").await, 1);
    ana.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await;
    ana.evaluates("buttons('Earlier messages')[0].click()").await;
    ana.waits_until("Boolean($('[data-seq=\"1\"]'))").await;
    ana.sees_no_more("could not be loaded").await;
}

async fn in_a_room_where(ana: &Person, bodies: &[String]) -> Room {
    let room = ana.creates("Kitchen").await;
    ana.says_elsewhere(&room, bodies).await;
    ana.reloads().await;
    ana.is_in(&room).await;
    ana.waits_until("Boolean($('.room--live'))").await;
    room
}
