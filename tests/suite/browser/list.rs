//! The list of rooms changes under the reader's hands without taking anything from them.

use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    the_list_is_live_and_leaves_focus_and_typing_alone,
    the_focus_stays_on_a_button_whose_room_moves,
    a_deleted_room_vanishes_from_the_list,
    a_row_is_one_target,
    the_time_of_the_last_message_is_the_reader_s_own,
    a_form_is_folded_where_there_are_rooms,
    nothing_moves_under_a_pointer_that_rests,
    a_pointer_that_rests_keeps_back_no_notice,
    a_press_on_what_has_just_moved_does_nothing,
];

async fn the_list_is_live_and_leaves_focus_and_typing_alone(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    ana.sees("no rooms yet").await;
    ana.types_in("Room name", "Half a na").await;
    ana.evaluates("field('Room name').setSelectionRange(2, 4)").await;
    bo.creates("Hall").await;
    ana.sees("Hall").await;
    ana.waits_until("$('.room-item__inside')?.textContent.trim() === 'Inside: bo'").await;
    ana.sees_no_more("no rooms yet").await;
    ana.has_in("Room name", "Half a na").await;
    assert_eq!(ana.evaluates("document.activeElement === field('Room name')").await, true);
    let selection = "[field('Room name').selectionStart, field('Room name').selectionEnd].join()";
    assert_eq!(ana.evaluates(selection).await, "2,4");
    bo.presses("Leave").await;
    ana.sees("empty").await;
}

async fn the_focus_stays_on_a_button_whose_room_moves(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    for name in ["Attic", "Hall"] {
        bo.creates(name).await;
        bo.presses("Leave").await;
        bo.is_at("/rooms").await;
    }
    ana.sees("Hall").await;
    let names = "$$('.room-item__name').map((it) => it.innerText).join()";
    ana.waits_until(&format!("{names} === 'Hall,Attic'")).await;
    ana.evaluates("(window.chosen = $$('.room-item')[1].querySelector('[form=join]')).focus()").await;
    bo.presses_at("Attic", "Join").await;
    ana.waits_until(&format!("{names} === 'Attic,Hall'")).await;
    assert_eq!(ana.evaluates("document.activeElement === window.chosen").await, true);
    assert_eq!(ana.evaluates("window.chosen.closest('.room-item').innerText.includes('Attic')").await, true);
}

async fn a_deleted_room_vanishes_from_the_list(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let hall = bo.creates("Hall").await;
    ana.sees("Hall").await;
    bo.opens(&hall.path("/delete")).await;
    bo.presses("Delete").await;
    ana.sees_no_more("Hall").await;
    ana.sees("no rooms yet").await;
}

/// The middle of the row, where neither the name nor a button is.
async fn a_row_is_one_target(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let hall = bo.creates("Hall").await;
    // What has just come is not pressed.
    ana.opens("/rooms").await;
    ana.evaluates("void (window.row = $('.room-item'))").await;
    assert_eq!(ana.evaluates("window.row.querySelectorAll('a[href]').length").await, 1);
    for what in ["mouseMoved", "mousePressed", "mouseReleased"] {
        ana.points(what, "window.row").await;
    }
    ana.is_before(&hall).await;
    // Its button lies above that.
    ana.opens("/rooms").await;
    for what in ["mouseMoved", "mousePressed", "mouseReleased"] {
        ana.points(what, "buttons('Join')[0]").await;
    }
    ana.is_in(&hall).await;
}

async fn the_time_of_the_last_message_is_the_reader_s_own(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let hall = bo.creates("Hall").await;
    ana.sees("no messages yet").await;
    bo.says_elsewhere(&hall, &["soup".to_owned()]).await;
    let right = "$('.room-item time')?.textContent ===
        new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(new Date($('.room-item time').dateTime))";
    ana.waits_until(right).await;
    ana.reloads().await;
    ana.waits_until(right).await;
}

async fn a_form_is_folded_where_there_are_rooms(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    ana.is_offered("Create room").await;
    bo.creates("Hall").await;
    ana.sees("Hall").await;
    ana.is_offered("Create room").await;
    ana.reloads().await;
    ana.is_not_offered("Create room").await;
    ana.presses("New room").await;
    ana.waits_until("document.activeElement === field('Room name')").await;
    ana.expects_failure("/rooms", "422");
    ana.presses("Create room").await;
    ana.waits_until("document.activeElement === field('Room name') && document.title.startsWith('Error: ')")
        .await;
    ana.is_told("Please give the room a name.").await;
}

const NAMES: &str = "$$('.room-item__name').map((it) => it.innerText).join()";
const JOIN_HALL: &str =
    "$$('.room-item').find((it) => it.innerText.includes('Hall')).querySelector('[form=join]')";

/// Ana sees Hall above Attic, where bo is about to go.
async fn two_rooms(ana: &Person, bo: &Person) {
    for name in ["Attic", "Hall"] {
        bo.creates(name).await;
        bo.presses("Leave").await;
        bo.is_at("/rooms").await;
    }
    ana.waits_until(&format!("{NAMES} === 'Hall,Attic'")).await;
}

/// Counts the answers to polls, and those with news.
const COUNT: &str = "
    const { fetch } = window;
    window.polls = 0;
    window.news = 0;
    window.fetch = async (...what) => {
        const answer = await fetch(...what);
        window.polls += 1;
        window.news += Number(answer.status === 200);
        return answer;
    };
    return true;";

async fn nothing_moves_under_a_pointer_that_rests(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    two_rooms(&ana, &bo).await;
    ana.runs(COUNT, Vec::new()).await;
    ana.points("mouseMoved", JOIN_HALL).await;
    // For longer than anybody takes to aim.
    ana.waits_until("window.polls > 2").await;
    ana.evaluates("void (window.news = 0)").await;
    bo.presses_at("Attic", "Join").await;
    is_kept_back(&ana).await;
    assert_eq!(ana.evaluates(NAMES).await, "Hall,Attic");
    ana.points("mouseMoved", "$('h1')").await;
    ana.waits_until(&format!("{NAMES} === 'Attic,Hall'")).await;

    ana.points("mouseMoved", JOIN_HALL).await;
    ana.evaluates("void (window.news = 0)").await;
    bo.presses("Leave").await;
    is_kept_back(&ana).await;
    for what in ["mousePressed", "mouseReleased"] {
        ana.points(what, JOIN_HALL).await;
    }
    ana.is_offered("Send").await;
    ana.sees("Hall").await;
}

/// Waits until there is news and no more of it, and it has not been asked for again.
async fn is_kept_back(ana: &Person) {
    ana.waits_until("window.news > 0").await;
    ana.evaluates("void (window.polls = 0)").await;
    ana.waits_until("window.polls > 1").await;
    ana.evaluates("void (window.polls = window.news = 0)").await;
    ana.waits_until("window.polls > 1").await;
    assert_eq!(ana.evaluates("window.news").await, 0);
}

async fn a_press_on_what_has_just_moved_does_nothing(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    two_rooms(&ana, &bo).await;
    let press = format!(
        "window.press = () => {{
            const button = {JOIN_HALL};
            const event = (Kind, name) =>
                button.dispatchEvent(new Kind(name, {{ bubbles: true, cancelable: true, detail: 1 }}));
            event(PointerEvent, 'pointerdown');
            return event(MouseEvent, 'click');
        }};
        const before = {NAMES};
        new MutationObserver(() => {{
            if ({NAMES} === before || window.moved) return;
            window.moved = performance.now();
            window.went = window.press();
        }}).observe($('.list'), {{ childList: true, subtree: true }});
        return true;"
    );
    ana.runs(&press, Vec::new()).await;
    bo.presses_at("Attic", "Join").await;
    ana.waits_until("window.moved > 0").await;
    assert_eq!(ana.evaluates("window.went").await, false);
    assert_eq!(ana.evaluates("location.pathname").await, "/rooms");
    ana.waits_until("performance.now() - window.moved > 500").await;
    ana.evaluates("void setTimeout(window.press)").await;
    ana.is_offered("Send").await;
}

async fn a_pointer_that_rests_keeps_back_no_notice(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let hall = bo.creates("Hall").await;
    ana.joins(&hall).await;
    ana.opens("/rooms").await;
    ana.sees("You’re in").await;
    ana.points("mouseMoved", "$$('a, button').find((it) => it.innerText.startsWith('Return'))").await;
    bo.opens(&hall.path("/delete")).await;
    bo.presses("Delete").await;
    ana.is_told("was deleted").await;
}
