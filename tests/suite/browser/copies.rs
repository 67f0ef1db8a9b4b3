//! What people make of a page: they copy it, print it, have it translated.

use serde_json::json;

use crate::fixtures::chromium::{Person, Stage};

in_chromium![
    copied_messages_say_who_and_when,
    a_printed_room_is_its_whole_log,
    a_translated_page_goes_on_without_a_fault,
];

/// A line each for who and when, whatever of it the page shows.
const COPY: &str = "$$('.day, .message').flatMap((it) => {
    if (it.matches('.day')) return it.textContent;
    const part = (name) => it.querySelector(`.message__${name}`).textContent;
    return [`${part('author')} ${part('time')}`, part('body')];
}).join('\\n').split('\\n').filter(Boolean)";

async fn copied_messages_say_who_and_when(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let tall = "and more\n".repeat(40);
    ana.says_elsewhere(&room, &["one\ntwo".to_owned(), "see https://a.example/".to_owned(), tall]).await;
    bo.says_elsewhere(&room, &["three".to_owned(), "four".to_owned()]).await;
    for reloaded in [false, true] {
        if reloaded {
            ana.reloads().await;
        }
        ana.has_read("four").await;
        ana.waits_until("$$('.day').length === 1").await;
        let statements = "
            window.addEventListener('copy', ({ clipboardData }) => {
                window.copied = clipboardData.types.map((type) => [type, clipboardData.getData(type)]);
            });
            getSelection().selectAllChildren($('.log'));
            return true;";
        ana.runs(statements, Vec::new()).await;
        let expected = ana.evaluates(COPY).await;
        assert_eq!(expected.as_array().unwrap().len(), 1 + 5 + 2 + 1 + 40 + 1 + 1);
        let lines = "split('\\n').filter(Boolean)";
        assert_eq!(ana.evaluates(&format!("getSelection().toString().{lines}")).await, expected);
        let copy = json!({"expression": "document.execCommand('copy')", "userGesture": true});
        ana.devtools("Runtime.evaluate", copy).await;
        assert_eq!(ana.evaluates("window.copied.map(([type]) => type)").await, json!(["text/plain"]));
        assert_eq!(ana.evaluates(&format!("window.copied[0][1].{lines}")).await, expected);
    }
    // What was copied before stays where nothing is selected.
    ana.evaluates("getSelection().removeAllRanges()").await;
    let copies_nothing = "(() => {
        const copy = new ClipboardEvent('copy', { bubbles: true, cancelable: true, clipboardData: new DataTransfer() });
        return $('.log').dispatchEvent(copy);
    })()";
    assert_eq!(ana.evaluates(copies_nothing).await, true);
}

async fn a_printed_room_is_its_whole_log(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let mut bodies: Vec<_> = (1..=60).map(|n| format!("message {n}")).collect();
    bodies.push("tall\n".repeat(100) + "end");
    ana.says_elsewhere(&room, &bodies).await;
    ana.has_read(bodies.last().unwrap()).await;
    ana.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
    let pressed = "$$('button, summary, textarea, header > :not(.header__room), a').filter(shown).map((it) => it.outerHTML)";
    assert_eq!(ana.evaluates(pressed).await, json!([]));
    let hidden = "$$('.message__author, .message__time, .message__body').filter((it) =>
        !it.checkVisibility({ opacityProperty: true }) || it.scrollHeight > it.clientHeight + 1 && it.clientHeight)";
    assert_eq!(ana.evaluates(&format!("{hidden}.length")).await, 0);
    // Nothing around the log cuts it off.
    let cut = "(() => {
        const around = [];
        for (let it = $('.message'); it !== document.documentElement; it = it.parentElement) around.push(it);
        return around.filter((it) => it.scrollHeight > it.clientHeight + 1).map((it) => it.className);
    })()";
    assert_eq!(ana.evaluates(cut).await, json!([]));
    assert_eq!(ana.evaluates("getComputedStyle($('.scroller')).display === 'flex'").await, false);
    let tops = "$$('.message').map((it) => it.getBoundingClientRect().top)";
    assert_eq!(
        ana.evaluates(&format!("{tops}.every((top, index, all) => index === 0 || top > all[index - 1])"))
            .await,
        true
    );
    ana.sees("Kitchen").await;
}

/// As browsers do it: every text that may be translated goes into new elements.
async fn translates(person: &Person) {
    let statements = "
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const texts = [];
        while (walker.nextNode()) texts.push(walker.currentNode);
        for (const text of texts) {
            const within = text.parentElement;
            if (!within.translate || within.closest('textarea, font') || !text.data.trim()) continue;
            const [outer, inner] = [document.createElement('font'), document.createElement('font')];
            inner.textContent = text.data.toUpperCase().replaceAll('1', '٢');
            outer.append(inner);
            text.replaceWith(outer);
        }
        return true;";
    person.runs(statements, Vec::new()).await;
}

async fn a_translated_page_goes_on_without_a_fault(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let early: Vec<_> = (1..=120).map(|n| format!("early {n}")).collect();
    ana.says_elsewhere(&room, &early).await;
    assert_eq!(bo.evaluates("$$('.header__person bdi, .list bdi').every((it) => !it.translate)").await, true);
    bo.joins(&room).await;
    translates(&bo).await;
    assert_eq!(
        bo.evaluates("$$('bdi').every((it) => !it.translate && !it.querySelector('font'))").await,
        true
    );
    // A poll is under way while a message is sent: its answer tells of the same message once more.
    let statements = "
        const { fetch } = window;
        window.held = [];
        window.fetch = async (url, options) => {
            if (/messages.after/.test(url) && options?.method !== 'POST') await new Promise((go) => window.held.push(go));
            return fetch(url, options);
        };
        return true;";
    bo.runs(statements, Vec::new()).await;
    bo.waits_until("window.held.length > 0").await;
    bo.types_in("MESSAGE", &format!("late{}", Person::ENTER)).await;
    bo.waits_until("Boolean($('[data-seq=\"121\"]'))").await;
    translates(&bo).await;
    bo.evaluates("window.held.shift()()").await;
    bo.waits_until("window.held.length > 0").await;
    bo.evaluates("window.held.shift()()").await;
    ana.has_read("late").await;
    ana.says_elsewhere(&room, &["later".to_owned()]).await;
    bo.evaluates("window.fetch = new Proxy(window.fetch, {}), void window.held.forEach((go) => go())").await;
    bo.waits_until("window.held.splice(0).map((go) => go()) && Boolean($('[data-seq=\"122\"]'))").await;
    assert_eq!(
        bo.evaluates("$('[data-seq=\"122\"]').matches('.message--continued, .message--mine')").await,
        false
    );
    // In view it would not wait to be pressed.
    bo.evaluates("$('button.log__earlier font font').click()").await;
    bo.waits_until("Boolean($('[data-seq=\"1\"]'))").await;
    assert_eq!(bo.evaluates("$$('[data-seq]').length").await, 122);
}
