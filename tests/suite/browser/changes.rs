//! What was said is edited and deleted, by whoever may.

use serde_json::json;

use crate::fixtures::chromium::{Person, Stage};
use crate::fixtures::{Room, nonce};

in_chromium_on_both_engines![what_is_deleted_by_its_menu_goes_from_every_page];
in_chromium![
    an_edit_is_written_with_the_keyboard_while_the_draft_waits,
    the_owner_deletes_what_others_have_said_and_edits_only_their_own,
    menu_and_question_follow_their_message,
];

const UP: &str = "\u{e013}";
const DOWN: &str = "\u{e015}";
const END: &str = "\u{e010}";
const ESCAPE: &str = "\u{e00c}";

/// The texts in the log, with what stands below them.
const READS: &str = "$$('[role=log] [data-seq]').map((it) =>
    ['.message__body', '.message__changed'].map((part) => it.querySelector(part)?.textContent ?? '').join(' ')
        .replace(/(edited).*/, '$1').trim())";

async fn reads(person: &Person, texts: &[&str]) {
    let texts = json!(texts);
    person.waits_until(&format!("JSON.stringify({READS}) === JSON.stringify({texts})")).await;
}

/// Opens the menu of a message by its button.
async fn opens_menu(person: &Person, seq: u32) {
    person.evaluates(&format!("void $('#m{seq} .message__more-actions').focus()")).await;
    person.types(Person::ENTER).await;
    person.waits_until("shown($('[role=menu]')) && $('[role=menu]').contains(document.activeElement)").await;
}

async fn an_edit_is_written_with_the_keyboard_while_the_draft_waits(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let bo = stage.person("bo").await;
    bo.joins(&room).await;
    ana.says_and_sees("soup").await;
    ana.says("bread & `salt`").await;
    ana.has_read("bread & salt").await;

    // Her newest message, as she wrote it; given up, nothing has happened.
    ana.types_in("Message", UP).await;
    ana.has_in("Message", "bread & `salt`").await;
    ana.is_told("Editing your message").await;
    ana.types_in("Message", &format!(", please{ESCAPE}")).await;
    ana.has_in("Message", "").await;
    reads(&ana, &["soup", "bread & salt"]).await;

    // An older one by its menu, which a reload does not end. The draft is there all the while.
    ana.types_in("Message", "a draft").await;
    opens_menu(&ana, 1).await;
    ana.types(Person::ENTER).await;
    ana.has_in("Message", "soup").await;
    ana.types_in("Message", "!").await;
    ana.reloads().await;
    ana.has_in("Message", "soup!").await;
    ana.types_in("Message", Person::ENTER).await;
    ana.has_in("Message", "a draft").await;
    for person in [&ana, &bo] {
        reads(person, &["soup! edited", "bread & salt"]).await;
    }
    assert_eq!(bo.evaluates("$('#m1 time.message__changed-at').textContent !== ''").await, true);

    // Whoever comes later reads the same.
    bo.reloads().await;
    reads(&bo, &["soup! edited", "bread & salt"]).await;
    bo.says_and_sees("more").await;
    reads(&ana, &["soup! edited", "bread & salt", "more"]).await;
}

async fn what_is_deleted_by_its_menu_goes_from_every_page(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for text in ["soup", "a secret", "bread"] {
        ana.says_and_sees(text).await;
    }
    let first = ana.tab().await;
    ana.opens_tab(&room.path("")).await;
    reads(&ana, &["soup", "a secret", "bread"]).await;
    opens_menu(&ana, 2).await;
    ana.types(END).await;
    ana.types(Person::ENTER).await;
    ana.is_offered("Keep it").await;
    ana.presses("Keep it").await;
    ana.waits_until("document.activeElement === $('#m2 .message__more-actions')").await;
    reads(&ana, &["soup", "a secret", "bread"]).await;

    opens_menu(&ana, 2).await;
    ana.types(UP).await;
    ana.types(Person::ENTER).await;
    ana.presses("Delete").await;
    let deleted = ["soup", "deleted by ana", "bread"];
    reads(&ana, &deleted).await;
    assert_eq!(ana.evaluates("document.activeElement === field('Message')").await, true, "where one goes on");
    assert_eq!(ana.evaluates("Boolean($('#m2 .message__more-actions'))").await, false);
    ana.turns_to(&first).await;
    reads(&ana, &deleted).await;
    assert_eq!(ana.evaluates("document.documentElement.textContent.includes('a secret')").await, false);
}

async fn the_owner_deletes_what_others_have_said_and_edits_only_their_own(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let bo = stage.person("bo").await;
    bo.joins(&room).await;
    ana.says_and_sees("soup").await;
    bo.has_read("soup").await;
    bo.says_and_sees("salt").await;
    ana.has_read("salt").await;
    let offered = "$$('[role=menuitem]').filter(shown).map((it) => it.textContent).join()";
    for (person, seq, items) in
        [(&bo, 1, "Copy link"), (&bo, 2, "Edit,Copy link,Delete"), (&ana, 2, "Copy link,Delete")]
    {
        opens_menu(person, seq).await;
        assert_eq!(person.evaluates(offered).await, items);
        person.types(ESCAPE).await;
        person.waits_until("!shown($('[role=menu]'))").await;
    }
    opens_menu(&ana, 2).await;
    ana.types(DOWN).await;
    ana.types(Person::ENTER).await;
    ana.presses("Delete").await;
    for person in [&ana, &bo] {
        reads(person, &["soup", "deleted by ana"]).await;
    }
}

/// Edits a message past the page, or deletes it.
async fn changes(person: &Person, room: &Room, seq: u32, body: Option<&str>) {
    let what = if body.is_some() { "edit" } else { "delete" };
    let send = "const headers = { 'Content-Type': 'application/json' };
        const { status } = await fetch(given[0], { method: 'POST', headers, body: given[1] });
        return status;";
    let sent = json!({ "body": body, "nonce": nonce() }).to_string();
    let given = vec![room.api(&format!("/{seq}/{what}?after=0")).into(), sent.into()];
    assert_eq!(person.runs(send, given).await, 201);
}

/// Opens the menu of a message and chooses to delete it.
async fn is_asked_about(person: &Person, seq: u32) {
    opens_menu(person, seq).await;
    person.types(END).await;
    person.types(Person::ENTER).await;
    person.is_offered("Keep it").await;
}

async fn menu_and_question_follow_their_message(stage: &Stage) {
    const IN_LOG: &str = "document.activeElement === $('.scroller')";
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = bo.creates("Kitchen").await;
    ana.joins(&room).await;
    for text in ["soup", "salt", "bread"] {
        ana.says_and_sees(text).await;
    }
    is_asked_about(&ana, 1).await;
    changes(&ana, &room, 1, Some("stew")).await;
    ana.waits_until("$('dialog .quoted').textContent === 'stew'").await;
    changes(&bo, &room, 1, None).await;
    ana.waits_until(&format!("!$('dialog').open && {IN_LOG}")).await;
    opens_menu(&ana, 2).await;
    changes(&bo, &room, 2, None).await;
    ana.waits_until(&format!("!shown($('[role=menu]')) && {IN_LOG}")).await;
    let kept = "['soup', 'stew', 'salt'].filter((it) => document.body.textContent.includes(it)).join()";
    assert_eq!(ana.evaluates(kept).await, "");

    // The page's history is replaced meanwhile, as after a backup was restored.
    bo.says_and_sees("never said").await;
    ana.has_read("never said").await;
    is_asked_about(&ana, 3).await;
    for person in [&ana, &bo] {
        person.expects_failure(&room.api(""), "409");
        person.expects_protocol_error("not of this log");
    }
    stage
        .executes_sql(
            "delete from entry where seq = 7;
             delete from search where rowid = (select id from room) * 4294967296 + 7;
             update room set last_seq = 6, last_tag = (select tag from entry where room_id = room.id and seq = 6)",
        )
        .await;
    ana.waits_until("!document.body.textContent.includes('never said')").await;
    assert_eq!(ana.evaluates("$('dialog .quoted').textContent").await, "bread");
    ana.presses("Delete").await;
    for person in [&ana, &bo] {
        reads(person, &["deleted by bo", "deleted by bo", "deleted by ana"]).await;
    }
}
