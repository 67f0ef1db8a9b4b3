//! What was written and not sent outlives its tab, and goes when its person says so.

use serde_json::json;

use crate::fixtures::Room;
use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    a_draft_outlives_its_tab,
    what_a_closed_tab_did_not_send_is_offered_and_not_sent,
    what_a_closed_tab_sent_without_an_answer_is_there_once,
    what_is_too_long_to_send_holds_nothing_up,
    two_tabs_of_a_room_keep_their_words_apart,
    leaving_asks_first_and_takes_nothing_away,
    what_another_page_has_taken_over_is_not_sent_from_here,
    logging_out_asks_first_and_takes_the_words_along,
    a_session_that_ends_elsewhere_takes_no_words,
    another_account_takes_the_words_of_the_former,
    words_for_a_room_that_ended_while_nobody_looked_are_on_the_list,
    a_browser_that_keeps_nothing_sends_all_the_same,
];

async fn a_draft_outlives_its_tab(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.types_in("Message", "half a thou").await;
    comes_in_a_new_tab(&ana, &room).await;
    ana.has_in("Message", "half a thou").await;
    ana.types_in("Message", &format!("ght{}", Person::ENTER)).await;
    ana.has_read("half a thought").await;
    comes_in_a_new_tab(&ana, &room).await;
    has_looked_around(&ana).await;
    ana.has_in("Message", "").await;
}

async fn what_a_closed_tab_did_not_send_is_offered_and_not_sent(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.expects_failure(&room.api(""), "net::ERR_BLOCKED_BY_CLIENT");
    cannot_send(&ana).await;
    for body in ["one", "two", "three"] {
        ana.says(body).await;
    }
    ana.waits_until("unsent() === 3").await;

    comes_in_a_new_tab(&ana, &room).await;
    ana.waits_until("unsent() === 3").await;
    ana.is_told("Not sent").await;
    ana.says_and_sees("four").await;
    assert_eq!(ana.bodies().await, ["four"]);
    ana.reloads().await;
    ana.waits_until("unsent() === 3").await;
    ana.says_and_sees("five").await;
    assert_eq!(ana.bodies().await, ["four", "five"]);

    ana.evaluates("$$('.refusal__retry').find((it) => it.innerText === 'Send').click()").await;
    ana.has_read("one").await;
    has_come_to_rest(&ana).await;
    ana.presses("Edit").await;
    ana.has_in("Message", "two").await;
    has_come_to_rest(&ana).await;
    ana.presses("Discard").await;
    ana.waits_until("unsent() === 0").await;
    ana.presses("Send").await;
    ana.has_read("two").await;
    assert_eq!(ana.bodies().await, ["four", "five", "one", "two"]);
}

/// The draft of another tab may be of any length.
async fn what_is_too_long_to_send_holds_nothing_up(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let leave_a_draft = "
        const key = ['parlor', document.body.dataset.account, $('.room').dataset.room, 'gone', 'outbox'].join(':');
        const left = { nonce: '00112233445566778899aabbccddeeff', body: 'x'.repeat(70_000), refusal: '' };
        localStorage.setItem(key, JSON.stringify([left]));
        return true;";
    ana.runs(leave_a_draft, Vec::new()).await;
    ana.reloads().await;
    ana.waits_until("unsent() === 1").await;
    ana.expects_failure(&room.api(""), "413");
    has_come_to_rest(&ana).await;
    ana.evaluates("$$('.refusal__retry').find((it) => it.innerText === 'Send').click()").await;
    ana.is_told("64 KiB").await;
    ana.says_and_sees("short").await;
    has_come_to_rest(&ana).await;
    ana.presses("Discard").await;
    ana.waits_until("unsent() === 0").await;
}

async fn what_a_closed_tab_sent_without_an_answer_is_there_once(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let lose_the_answer = "
        const { fetch } = window;
        window.fetch = (url, options) => {
            const answer = fetch(url, options);
            return options.method === 'POST' ? new Promise(() => {}) : answer;
        };
        return true;";
    ana.runs(lose_the_answer, Vec::new()).await;
    ana.says("soup").await;
    bo.has_read("soup").await;
    comes_in_a_new_tab(&ana, &room).await;
    ana.waits_until("unsent() === 1").await;
    ana.evaluates("$('.refusal__retry').click()").await;
    ana.waits_until("unsent() === 0").await;
    ana.says_and_sees("bread").await;
    assert_eq!(ana.bodies().await, ["soup", "bread"]);
}

async fn two_tabs_of_a_room_keep_their_words_apart(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let first = ana.tab().await;
    ana.expects_failure(&room.api(""), "net::ERR_BLOCKED_BY_CLIENT");
    cannot_send(&ana).await;
    ana.says("from the first").await;
    ana.types_in("Message", "a draft of the first").await;

    let second = ana.opens_tab(&room.path("")).await;
    has_looked_around(&ana).await;
    ana.has_in("Message", "").await;
    assert_eq!(ana.evaluates("unsent()").await, 0);
    ana.types_in("Message", "a draft of the second").await;
    ana.turns_to(&first).await;
    ana.reloads().await;
    ana.has_in("Message", "a draft of the first").await;
    ana.waits_until("unsent() === 1 && $('.outbox').innerText.includes('sending…')").await;

    // Once it is closed, the other is offered what it leaves at its own next visit.
    ana.closes_tab_for(&second).await;
    ana.reloads().await;
    ana.has_in("Message", "a draft of the second").await;
    ana.waits_until("unsent() === 2").await;
    ana.sees("a draft of the first").await;
}

async fn leaving_asks_first_and_takes_nothing_away(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.types_in("Message", "half a thou").await;
    ana.presses("Leave").await;
    ana.presses("Stay").await;
    ana.has_in("Message", "half a thou").await;
    ana.presses("Leave").await;
    ana.sees("until you come back").await;
    // With the keyboard, and nothing is lost by it.
    ana.types("\u{e00c}").await;
    ana.waits_until("!$('dialog[open]')").await;
    assert_eq!(ana.evaluates("location.pathname").await, room.path(""));
    // From another page too.
    ana.opens("/rooms").await;
    ana.presses("Leave Kitchen").await;
    ana.presses("Yes, leave").await;
    ana.is_offered("Join").await;
    ana.joins(&room).await;
    ana.has_in("Message", "half a thou").await;
    ana.pastes_in("Message", "").await;
    ana.presses("Leave").await;
    ana.is_at("/rooms").await;
}

async fn logging_out_asks_first_and_takes_the_words_along(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let in_room = ana.tab().await;
    ana.types_in("Message", "half a thou").await;
    ana.opens_tab("/rooms").await;
    ana.expects_failure(&room.api(""), "401");
    ana.expects_failure(&room.path(""), "401");
    ana.presses("Log out").await;
    ana.presses("Stay").await;
    assert_eq!(kept(&ana).await, 1);
    // Where an answer to the form itself has left the page standing.
    ana.evaluates("void history.replaceState(null, '', '/session/end')").await;
    ana.presses("Log out").await;
    ana.presses("Yes, log out").await;
    ana.is_at("/").await;
    ana.waits_until("Object.keys(localStorage).length === 0").await;
    ana.turns_to(&in_room).await;
    ana.is_told("Please log in").await;
    assert_eq!(kept(&ana).await, 0);
    ana.logs_in().await;
    ana.presses("Join").await;
    ana.is_in(&room).await;
    has_looked_around(&ana).await;
    ana.has_in("Message", "").await;
    // Nobody is asked who has sent all.
    ana.says_and_sees("soup").await;
    ana.presses("Log out").await;
    ana.is_at("/").await;
}

async fn a_session_that_ends_elsewhere_takes_no_words(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.types_in("Message", "half a thou").await;
    ana.expects_failure(&room.api(""), "401");
    ana.expects_failure(&room.path(""), "401");
    is_logged_out_elsewhere(&ana).await;
    ana.is_told("Please log in").await;
    ana.logs_in().await;
    ana.presses("Join").await;
    ana.is_in(&room).await;
    ana.has_in("Message", "half a thou").await;
}

async fn another_account_takes_the_words_of_the_former(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.types_in("Message", "half a thou").await;
    ana.expects_failure(&room.api(""), "401");
    ana.expects_failure(&room.path(""), "401");
    is_logged_out_elsewhere(&ana).await;
    ana.is_told("Please log in").await;
    assert_eq!(kept(&ana).await, 1);
    ana.fills_in("Create account", "Username", "cy").await;
    ana.fills_in("Create account", "Password", "correct horse").await;
    ana.presses("Create account").await;
    ana.is_offered("Log out").await;
    ana.waits_until("Object.keys(localStorage).length === 0").await;
}

async fn words_for_a_room_that_ended_while_nobody_looked_are_on_the_list(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    bo.types_in("Message", "half a thou").await;
    bo.leaves_the_site().await;
    ana.opens(&room.path("/delete")).await;
    ana.presses("Delete").await;
    ana.is_at("/rooms").await;
    bo.expects_failure(&room.path(""), "404");
    bo.expects_failure(&room.api(""), "410");
    bo.opens("/").await;
    bo.is_told("The room Kitchen was deleted by ana.").await;
    bo.has_in("Not sent there", "half a thou").await;
    // Until it is discarded, whatever tab there is.
    let first = bo.tab().await;
    let second = bo.opens_tab("/rooms").await;
    bo.turns_to(&first).await;
    bo.closes_tab_for(&second).await;
    bo.has_in("Not sent there", "half a thou").await;
    bo.presses("Discard").await;
    bo.reloads().await;
    bo.is_offered("Create room").await;
    assert_eq!(bo.evaluates("shown(field('Not sent there'))").await, false);
}

async fn a_browser_that_keeps_nothing_sends_all_the_same(stage: &Stage) {
    let ana = stage.person("ana").await;
    let refuse = "for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });";
    ana.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": refuse })).await;
    let room = ana.creates("Kitchen").await;
    ana.says_and_sees("soup").await;
    ana.types_in("Message", "half a thou").await;
    ana.presses("Leave").await;
    ana.presses("Yes, leave").await;
    ana.is_at("/rooms").await;
    ana.joins(&room).await;
    ana.says_and_sees("bread").await;
    assert_eq!(ana.bodies().await, ["soup", "bread"]);
}

async fn what_another_page_has_taken_over_is_not_sent_from_here(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    cannot_send(&ana).await;
    ana.expects_failure(&room.api(""), "net::ERR_BLOCKED_BY_CLIENT");
    ana.types_in("Message", &format!("soup{}", Person::ENTER)).await;
    ana.waits_until("unsent() === 1").await;
    // As it is when this page was asleep, and its words were discarded from another.
    ana.evaluates("localStorage.clear()").await;
    ana.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await;
    ana.waits_until("unsent() === 0").await;
    ana.says_and_sees("bread").await;
    assert_eq!(ana.bodies().await, ["bread"]);
}

/// Closes the tab, and looks at the room in another.
async fn comes_in_a_new_tab(ana: &Person, room: &Room) {
    let old = ana.tab().await;
    let new = ana.opens_tab("/rooms").await;
    ana.turns_to(&old).await;
    ana.closes_tab_for(&new).await;
    ana.opens(&room.path("")).await;
    ana.is_in(room).await;
}

async fn cannot_send(ana: &Person) {
    ana.devtools("Network.enable", json!({})).await;
    ana.devtools("Network.setBlockedURLs", json!({ "urls": ["*/api/*"] })).await;
}

/// Waits until the page has asked which others are open, and had time for their answers.
async fn has_looked_around(ana: &Person) {
    ana.waits_until("Boolean($('.room--live')) && performance.now() > 2000").await;
}

/// Waits until nothing has moved for long enough to be pressed.
async fn has_come_to_rest(ana: &Person) {
    ana.evaluates("void (window.since = performance.now())").await;
    ana.waits_until("performance.now() - window.since > 500").await;
}

/// Without the word of it that a log-out leaves for the next page of the same browser.
async fn is_logged_out_elsewhere(person: &Person) {
    let script = "await fetch('/session/end', { method: 'POST' });
                  document.cookie = 'parlor_left=; path=/; max-age=0';
                  return true;";
    person.runs(script, Vec::new()).await;
}

/// How many values are kept of what somebody wrote.
async fn kept(ana: &Person) -> u64 {
    ana.evaluates("Object.keys(localStorage).length").await.as_u64().unwrap()
}
