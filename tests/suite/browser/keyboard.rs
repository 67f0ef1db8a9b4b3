//! Writing without a mouse.

use crate::fixtures::chromium::{Person, Stage};

in_chromium![enter_sends_and_shift_enter_makes_a_line, the_enter_of_an_input_method_does_not_send];

async fn enter_sends_and_shift_enter_makes_a_line(stage: &Stage) {
    let ana = stage.person("ana").await;
    ana.creates("Kitchen").await;
    assert_eq!(ana.evaluates("document.activeElement === field('Message')").await, true);
    assert_eq!(ana.evaluates("field('Message').enterKeyHint").await, "send");
    ana.types_in("Message", &format!("one{}two", Person::SHIFT_ENTER)).await;
    ana.has_in("Message", "one\ntwo").await;
    assert!(ana.bodies().await.is_empty());
    ana.types_in("Message", Person::ENTER).await;
    ana.has_read("one\ntwo").await;
    ana.has_in("Message", "").await;
    assert_eq!(ana.evaluates("document.activeElement === field('Message')").await, true);

    // Nothing but space is nothing to send, and becomes an indent when more is typed.
    ana.types_in("Message", &format!("  {}", Person::ENTER)).await;
    ana.says("three").await;
    ana.has_read("  three").await;
    assert_eq!(ana.bodies().await, ["one\ntwo", "  three"]);
}

async fn the_enter_of_an_input_method_does_not_send(stage: &Stage) {
    let ana = stage.person("ana").await;
    ana.creates("Kitchen").await;
    ana.types_in("Message", "にほん").await;
    ana.runs(
        "field('Message').dispatchEvent(new KeyboardEvent('keydown', {
            key: 'Enter', isComposing: true, bubbles: true, cancelable: true }));
        return true;",
        Vec::new(),
    )
    .await;
    ana.has_in("Message", "にほん").await;
    ana.types_in("Message", Person::ENTER).await;
    ana.has_read("にほん").await;
}
