//! A link to a message that was said long ago: the page opens there, and comes back to what is said now.

use serde_json::json;

use crate::fixtures::Room;
use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    an_old_message_is_shown_and_the_page_goes_on_to_the_end,
    a_message_of_ones_own_leads_to_the_newest,
    a_link_in_a_text_leads_to_its_message_through_log_in_and_join_page,
];

const SEQS: &str = "$$('[data-seq]').map((it) => Number(it.dataset.seq))";
const LIVE: &str = "Boolean($('.room--live'))";

async fn an_old_message_is_shown_and_the_page_goes_on_to_the_end(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = in_a_room_of_300_messages(&ana).await;
    bo.joins(&room).await;
    opens_message_60(&ana, &room).await;
    let place = "(({ top }, view) => (top - view.top) / view.height)
        ($('#m60').getBoundingClientRect(), $('.scroller').getBoundingClientRect())";
    let place = ana.evaluates(place).await.as_f64().unwrap();
    assert!((0.15..0.35).contains(&place), "a quarter from the top: {place}");
    assert_eq!(ana.evaluates("document.activeElement.id").await, "m60");
    // What is said now is counted, and not shown here.
    bo.says_and_sees("soup").await;
    ana.is_offered("1 new message").await;
    assert_eq!(ana.evaluates(&format!("{SEQS}.at(-1)")).await, 109);
    // Nobody is moved by what is loaded, and at the end the page is an ordinary one.
    while ana.evaluates(&format!("{SEQS}.at(-1)")).await != 301 {
        let last = ana.evaluates(&format!("{SEQS}.at(-1)")).await;
        let top = format!("$('#m{last}').getBoundingClientRect().top");
        ana.evaluates("$('.scroller').scrollTop = $('.scroller').scrollHeight").await;
        let before = ana.evaluates(&top).await.as_f64().unwrap();
        ana.waits_until(&format!("{SEQS}.at(-1) > {last}")).await;
        ana.has_drawn().await;
        let after = ana.evaluates(&top).await.as_f64().unwrap();
        assert!((after - before).abs() <= 1.0, "message {last} jumped from {before} to {after}");
    }
    ana.is_at(&room.path("")).await;
    ana.is_not_offered("Later messages").await;
    bo.says_and_sees("more soup").await;
    ana.has_read("more soup").await;
    let seqs = ana.evaluates(SEQS).await;
    assert!(seqs.as_array().unwrap().iter().map(|seq| seq.as_u64().unwrap()).eq(10..=302), "{seqs}");
}

async fn a_message_of_ones_own_leads_to_the_newest(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = in_a_room_of_300_messages(&ana).await;
    opens_message_60(&ana, &room).await;
    ana.presses("Newest messages").await;
    ana.is_at(&room.path("")).await;
    ana.waits_until(&format!("{SEQS}.at(-1) === 300")).await;
    opens_message_60(&ana, &room).await;
    ana.says_and_sees("and now").await;
    ana.is_at(&room.path("")).await;
    let at_end = "$('.scroller').scrollHeight - $('.scroller').clientHeight - $('.scroller').scrollTop <= 1";
    ana.waits_until(at_end).await;
    assert_eq!(ana.evaluates(&format!("{SEQS}.slice(-2)")).await, json!([300, 301]));
}

async fn a_link_in_a_text_leads_to_its_message_through_log_in_and_join_page(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = in_a_room_of_300_messages(&ana).await;
    bo.joins(&room).await;
    let link = room.path("?at=60");
    let here = bo.evaluates("location.origin").await;
    ana.says_elsewhere(&room, &[format!("see {}{link}#m60", here.as_str().unwrap())]).await;
    bo.presses("message in this room").await;
    shows_message_60(&bo, &link).await;
    bo.goes_back().await;
    bo.is_in(&room).await;
    bo.has_read("see message in this room").await;

    bo.presses("Log out").await;
    bo.is_at("/").await;
    bo.expects_failure(&room.path(""), "401");
    bo.opens(&link).await;
    bo.logs_in().await;
    bo.is_at(&link).await;
    bo.presses("Join").await;
    shows_message_60(&bo, &link).await;
}

async fn in_a_room_of_300_messages(ana: &Person) -> Room {
    let room = ana.creates("Kitchen").await;
    let bodies: Vec<_> = (1..=300).map(|n| format!("message {n}{}", "\nand more".repeat(n % 4))).collect();
    for some in bodies.chunks(100) {
        ana.says_elsewhere(&room, some).await;
    }
    room
}

async fn opens_message_60(person: &Person, room: &Room) {
    person.opens(&room.path("?at=60#m60")).await;
    shows_message_60(person, &room.path("?at=60")).await;
}

async fn shows_message_60(person: &Person, link: &str) {
    person.is_at(link).await;
    person.waits_until(&format!("{LIVE} && location.hash === '#m60'")).await;
    person.waits_until("$$('.message--marked').map((it) => it.id).join() === 'm60'").await;
    person.has_drawn().await;
}
