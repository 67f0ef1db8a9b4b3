//! The network goes, or the server, and comes back.

use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    what_is_written_offline_is_sent_once_on_return,
    a_restart_of_the_server_loses_and_doubles_nothing,
    the_list_recovers_from_a_restart,
    whoever_does_something_is_connected_at_once,
];

async fn what_is_written_offline_is_sent_once_on_return(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.expects_failure(&room.api(""), "net::ERR_INTERNET_DISCONNECTED");
    ana.goes_offline().await;
    ana.is_told("Reconnecting…").await;
    ana.says("written offline").await;
    ana.waits_until("unsent() === 1 && $('.outbox').innerText.includes('sending…')").await;
    bo.says_and_sees("said meanwhile").await;
    assert!(ana.bodies().await.is_empty(), "an echo, or no plug was pulled");

    ana.comes_online().await;
    for person in [&ana, &bo] {
        person.has_read("written offline").await;
        person.has_read("said meanwhile").await;
    }
    ana.sees_no_more("Reconnecting…").await;
    ana.waits_until("unsent() === 0").await;
    bo.says_and_sees("and on").await;
    ana.has_read("and on").await;
    assert_eq!(ana.bodies().await, ["said meanwhile", "written offline", "and on"]);
    assert_eq!(bo.log().await, ana.log().await);
}

/// The tenth message is stored, and its answer never comes.
const LOSE_AN_ANSWER: &str = "
    const { fetch } = window;
    let posts = 0;
    window.fetch = async (url, options) => {
        const answer = await fetch(url, options);
        if (options.method !== 'POST' || ++posts !== 10) return answer;
        await new Promise((resolve) => { window.lose = resolve; });
        throw new TypeError('connection reset');
    };
    return true;";

/// The server is killed after it has stored a message, and before it could say so.
async fn a_restart_of_the_server_loses_and_doubles_nothing(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    for person in [&ana, &bo] {
        person.expects_failure(&room.api(""), "net::ERR_");
        person.expects_failure(&room.path("/people"), "net::ERR_");
    }
    ana.runs(LOSE_AN_ANSWER, Vec::new()).await;
    ana.writes_at_once(30).await;
    ana.waits_until("Boolean(window.lose)").await;
    bo.has_read("message 10").await;
    stage.server_dies();
    ana.evaluates("window.lose()").await;
    // The tenth may have come with a poll, and waits unseen for its answer.
    assert_eq!(ana.evaluates("$$('.message--pending').length").await, 21);
    for person in [&ana, &bo] {
        person.is_told("Reconnecting…").await;
    }

    stage.server_comes_back().await;
    for person in [&ana, &bo] {
        person.has_read("message 30").await;
        person.sees_no_more("Reconnecting…").await;
    }
    ana.waits_until("unsent() === 0").await;
    bo.says_and_sees("and on").await;
    ana.has_read("and on").await;
    let mut expected: Vec<_> = (1..=30).map(|n| format!("message {n}")).collect();
    expected.push("and on".to_owned());
    assert_eq!(ana.bodies().await, expected);
    assert_eq!(bo.log().await, ana.log().await);
    ana.reloads().await;
    ana.has_read("and on").await;
    assert_eq!(ana.bodies().await, expected);
}

/// After this the page waits for ever where it would have waited for long.
const STOP_TIMERS: &str = "
    const { setTimeout } = window;
    window.pauses = 0;
    window.setTimeout = (work, pause, ...rest) => pause < 500 ? setTimeout(work, pause, ...rest) : window.pauses++ * 0;
    window.goOn = () => { window.setTimeout = setTimeout; };
    return true;";

async fn whoever_does_something_is_connected_at_once(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.expects_failure(&room.api(""), "net::ERR_");
    for deed in ["Try now", "a key"] {
        stage.server_dies();
        ana.is_told("Reconnecting…").await;
        ana.runs(STOP_TIMERS, Vec::new()).await;
        ana.waits_until("window.pauses > 0").await;
        stage.server_comes_back().await;
        ana.is_told("Reconnecting…").await;
        if deed == "Try now" {
            ana.evaluates("buttons('Try now')[0].focus()").await;
            ana.types(Person::ENTER).await;
            ana.sees_no_more("Reconnecting…").await;
            assert_eq!(ana.evaluates("document.activeElement === $('.scroller')").await, true);
        } else {
            // Once a second at most, so one key may be too early.
            let key = "window.dispatchEvent(new KeyboardEvent('keydown'))";
            ana.waits_until(&format!("{key} && !document.body.innerText.includes('Reconnecting…')")).await;
        }
        ana.is_not_offered("Try now").await;
        ana.evaluates("window.goOn(), void document.dispatchEvent(new Event('resume'))").await;
    }
}

async fn the_list_recovers_from_a_restart(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    ana.expects_failure("/rooms/list", "net::ERR_");
    stage.server_dies();
    ana.is_told("Reconnecting…").await;
    stage.server_comes_back().await;
    bo.opens("/rooms").await;
    bo.expects_failure("/rooms/list", "net::ERR_");
    bo.creates("Kitchen").await;
    ana.sees("Kitchen").await;
    ana.sees_no_more("Reconnecting…").await;
}
