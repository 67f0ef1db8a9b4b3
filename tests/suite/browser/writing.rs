//! What is sent stands at once where it is going to stand in the log.

use serde_json::{Value, json};

use crate::fixtures::Room;
use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    what_is_sent_moves_the_others_up_once,
    a_poll_that_comes_before_the_answer_doubles_nothing,
    what_waits_stands_after_what_others_say,
    what_waits_for_long_says_so_without_moving,
    the_focus_goes_to_the_message_box_with_what_was_refused,
    a_day_is_named_once,
];

/// Notes at every frame where the newest message of this moment stands, and how many there are of a text.
const WATCH: &str = "
    const newest = $$('[role=log] [data-seq]').at(-1);
    window.frames = [];
    const look = () => {
        const copies = $$('.message__body').filter(shown).filter((it) => it.textContent === given[0]);
        window.frames.push([newest.getBoundingClientRect().top, copies.length]);
        window.watching = requestAnimationFrame(look);
    };
    cancelAnimationFrame(window.watching);
    look();
    return Number(newest.dataset.seq);";

/// Holds up the answers to what is sent, for so many milliseconds or until they are released.
const HOLD: &str = "
    const { fetch } = window;
    window.fetch = async (url, options) => {
        const answer = await fetch(url, options);
        if (options?.method === 'POST') await new Promise((resolve) => {
            if (window.delay === null) window.release = resolve;
            else setTimeout(resolve, window.delay);
        });
        return answer;
    };
    return true;";

async fn what_is_sent_moves_the_others_up_once(stage: &Stage) {
    let (ana, _) = in_a_full_room(stage).await;
    ana.runs(HOLD, Vec::new()).await;
    for delay in [0, 120, 1_000] {
        ana.evaluates(&format!("void (window.delay = {delay})")).await;
        let text = format!("soup after {delay}");
        let newest = ana.runs(WATCH, vec![json!(text)]).await;
        ana.has_drawn().await;
        ana.says_and_sees(&text).await;
        ana.waits_until("unsent() === 0").await;
        ana.has_drawn().await;
        let frames = ana.evaluates("window.frames").await;
        let (places, copies) = (changes(&frames, 0), changes(&frames, 1));
        assert_eq!(copies, [0.0, 1.0], "{delay} ms: {frames}");
        let bottom = |place: &str| format!("{place}.getBoundingClientRect().bottom");
        let [sent, before] = [newest.as_i64().unwrap() + 1, newest.as_i64().unwrap()]
            .map(|seq| bottom(&format!("$('[data-seq=\"{seq}\"]')")));
        let height = ana.evaluates(&format!("{sent} - {before}")).await.as_f64().unwrap();
        let moved: Vec<_> = places.windows(2).map(|pair| pair[0] - pair[1]).collect();
        let once = moved.len() == 1 && (moved[0] - height).abs() <= 1.0;
        assert!(once, "{delay} ms: {height} pixels, but moved by {moved:?}");
    }
}

/// The different values of a column, one after the other. What is less than a pixel apart is rounded differently.
fn changes(frames: &Value, column: usize) -> Vec<f64> {
    let mut values: Vec<_> =
        frames.as_array().unwrap().iter().map(|frame| frame[column].as_f64().unwrap()).collect();
    values.dedup_by(|next, last| (*next - *last).abs() < 1.0);
    values
}

async fn a_poll_that_comes_before_the_answer_doubles_nothing(stage: &Stage) {
    let (ana, _) = in_a_full_room(stage).await;
    ana.evaluates("void (window.delay = null)").await;
    ana.runs(HOLD, Vec::new()).await;
    for _ in 0..2 {
        // The same words twice are two messages.
        ana.runs(WATCH, vec![json!("soup")]).await;
        let before = ana.evaluates("window.frames[0][1]").await.as_f64().unwrap();
        ana.says("soup").await;
        ana.waits_until(&format!(
            "$$('[role=log] .message__body').filter((it) => it.textContent === 'soup').length > {before}"
        ))
        .await;
        ana.has_drawn().await;
        assert_eq!(ana.evaluates("unsent()").await, 0);
        ana.evaluates("window.release()").await;
        ana.waits_until("$$('.message--pending').length === 0").await;
        ana.has_drawn().await;
        let frames = ana.evaluates("window.frames").await;
        assert_eq!(changes(&frames, 1), [before, before + 1.0], "{frames}");
        assert_eq!(changes(&frames, 0).len(), 2, "{frames}");
    }
}

async fn what_waits_stands_after_what_others_say(stage: &Stage) {
    let (ana, room) = in_a_full_room(stage).await;
    let bo = stage.person("bo").await;
    bo.joins(&room).await;
    cannot_send(&ana, &room).await;
    ana.says("one").await;
    ana.says("two").await;
    ana.waits_until("unsent() === 2").await;
    // Below her own words they need no name.
    let named = "$$('.message--pending').map((it) => !it.matches('.message--continued'))";
    assert_eq!(ana.evaluates(named).await, json!([false, false]));
    bo.says_and_sees("before it").await;
    ana.has_read("before it").await;
    assert_eq!(ana.evaluates(named).await, json!([true, false]));
    let tops = "$$('.message').slice(-3).map((it) => it.getBoundingClientRect().top)";
    let texts = "$$('.message__body').slice(-3).map((it) => it.textContent)";
    assert_eq!(ana.evaluates(texts).await, json!(["before it", "one", "two"]));
    assert_eq!(
        ana.evaluates(&format!("{tops}.every((top, at, all) => !at || top > all[at - 1])")).await,
        true
    );
    assert_eq!(ana.evaluates("Boolean($('[role=log] .message--pending'))").await, false);
    ana.evaluates("void (window.blocked = false)").await;
    ana.waits_until("unsent() === 0").await;
    assert_eq!(ana.evaluates(texts).await, json!(["before it", "one", "two"]));
}

async fn what_waits_for_long_says_so_without_moving(stage: &Stage) {
    let (ana, room) = in_a_full_room(stage).await;
    cannot_send(&ana, &room).await;
    ana.says("soup").await;
    ana.waits_until("unsent() === 1").await;
    ana.has_drawn().await;
    assert_eq!(ana.evaluates("$('.outbox').innerText.includes('sending…')").await, false);
    let place = "[$('.message--pending').getBoundingClientRect().top, $('.scroller').scrollHeight]";
    let before = ana.evaluates(place).await;
    ana.is_told("sending…").await;
    assert_eq!(ana.evaluates(place).await, before);
    ana.evaluates("void (window.blocked = false)").await;
    ana.waits_until("unsent() === 0").await;
    ana.sees_no_more("sending…").await;
    assert_eq!(ana.evaluates("$$('[data-seq]').at(-1).getBoundingClientRect().top").await, before[0]);
}

async fn the_focus_goes_to_the_message_box_with_what_was_refused(stage: &Stage) {
    let (ana, room) = in_a_full_room(stage).await;
    ana.expects_failure(&room.api(""), "422");
    let empties = "
        const { fetch } = window;
        window.fetch = (url, options) =>
            fetch(url, options?.body ? { ...options, body: options.body.replace('soup', '') } : options);
        return true;";
    ana.runs(empties, Vec::new()).await;
    for name in ["Discard", "Retry", "Edit"] {
        ana.pastes_in("Message", "soup").await;
        ana.types_in("Message", Person::ENTER).await;
        ana.is_told("Not sent: ").await;
        ana.evaluates(&format!("buttons('{name}')[0].focus()")).await;
        ana.types(Person::ENTER).await;
        ana.waits_until("document.activeElement === field('Message')").await;
    }
    ana.has_in("Message", "soup").await;
}

/// Ana in a room of more messages than fit on her screen, the last of them her own.
async fn in_a_full_room(stage: &Stage) -> (std::rc::Rc<Person>, Room) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let lines: Vec<_> = (1..=60).map(|n| format!("line {n}")).collect();
    ana.says_elsewhere(&room, &lines).await;
    ana.reloads().await;
    ana.waits_until("Boolean($('.room--live'))").await;
    ana.has_read("line 60").await;
    ana.has_drawn().await;
    (ana, room)
}

/// What the page sends is lost on the way.
async fn cannot_send(ana: &Person, room: &Room) {
    ana.expects_failure(&room.api(""), "net::ERR_");
    let statements = "
        const { fetch } = window;
        window.blocked = true;
        window.fetch = async (url, options) => {
            if (window.blocked && options?.method === 'POST') throw new TypeError('no connection');
            return fetch(url, options);
        };
        return true;";
    ana.runs(statements, Vec::new()).await;
}

/// The first message of a day names it while it waits, too.
async fn a_day_is_named_once(stage: &Stage) {
    let ana = stage.person("ana").await;
    ana.creates("Kitchen").await;
    for text in ["one", "two"] {
        ana.says_and_sees(text).await;
        ana.waits_until("unsent() === 0").await;
        assert_eq!(ana.evaluates("$$('.day').length").await, 1, "{text}");
    }
}
