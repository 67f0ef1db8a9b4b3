//! What a message may be made of, by form and by JSON alike.

use serde_json::json;

use crate::fixtures::{Instance, Person, Room, nonce};

on_both_engines![
    four_thousand_emoji_fit,
    four_thousand_and_one_characters_do_not,
    a_body_is_trimmed_and_composed,
    lines_tabs_and_the_first_indent_are_kept,
    control_characters_are_dropped,
    marks_are_bounded,
    what_shows_nothing_is_refused,
    the_same_send_repeated_is_the_same_message_whatever_became_of_its_text,
    what_looks_like_markup_or_sql_is_kept_as_it_is,
];

/// What became of a body sent by JSON and by form.
async fn statuses(person: &Person<'_>, room: &Room, body: &str) -> (u16, u16) {
    let by_json = person.sends_json(&room.api(""), &json!({"body": body, "nonce": nonce()})).await;
    let by_form = person.tries_to_say_by_form(room, body).await;
    if by_json.status == 422 {
        by_json.clone().is_problem(422, "invalid");
        by_form.clone().refuses(422);
    }
    (by_json.status, by_form.status)
}

async fn four_thousand_emoji_fit(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for longest in ["😀".repeat(4000), "字".repeat(4000), "x".repeat(4000)] {
        assert_eq!(statuses(&ana, &room, &longest).await, (201, 303));
        let read = ana.bodies_in(&room).await;
        assert!(read.ends_with(&[longest.clone(), longest]), "kept whole");
    }
    ana.enters_page_of(&room).await;
}

async fn four_thousand_and_one_characters_do_not(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for too_long in ["😀".repeat(4001), "x".repeat(4001), "x".repeat(20_000)] {
        assert_eq!(statuses(&ana, &room, &too_long).await, (422, 422));
        let page = ana.tries_to_say_by_form(&room, &too_long).await.is(422).page();
        let form = page.form(&room.path("/post"));
        assert_eq!(form.field("Message"), too_long, "the text stays in the box");
        page.calls_out(&["4", "000"]);
    }
    // White space around it does not count.
    assert_eq!(statuses(&ana, &room, &format!("\n{} \n", "x".repeat(4000))).await, (201, 303));
    assert_eq!(ana.reads(&room).await.len(), 2);
}

async fn a_body_is_trimmed_and_composed(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for (sent, kept) in [("\n \n soup \n", " soup"), ("cafe\u{301}", "café"), ("a  b\u{3000}\t", "a  b")] {
        assert_eq!(statuses(&ana, &room, sent).await, (201, 303));
        assert!(ana.bodies_in(&room).await.ends_with(&[kept.to_owned(), kept.to_owned()]), "{sent:?}");
    }
}

async fn lines_tabs_and_the_first_indent_are_kept(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    // Browsers send line breaks in forms as \r\n; slides and old files have others.
    for sent in ["  one\n\ttwo\n\nthree", "  one\r\n\ttwo\r\n\r\nthree", "  one\u{b}\ttwo\u{2028}\u{85}three"]
    {
        assert_eq!(statuses(&ana, &room, sent).await, (201, 303));
    }
    assert_eq!(ana.bodies_in(&room).await, ["  one\n\ttwo\n\nthree"; 6]);
    let shown = ana.enters_page_of(&room).await.messages();
    assert!(shown.iter().all(|message| message.body == "  one\n\ttwo\n\nthree"), "{shown:?}");
    assert_eq!(statuses(&ana, &room, &format!("a{}b", "\n".repeat(3998))).await, (201, 303));
    assert_eq!(ana.bodies_in(&room).await.last().unwrap(), "a\n\n\nb", "two blank lines stay");
}

async fn control_characters_are_dropped(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let bodies = [("a\0b", "ab"), ("\u{1b}[31mred", "[31mred"), ("a\u{8}\u{7f}\u{9f}b\0", "ab")];
    for (body, kept) in bodies {
        assert_eq!(statuses(&ana, &room, body).await, (201, 303), "{body:?}");
        assert!(ana.bodies_in(&room).await.ends_with(&[kept.to_owned(), kept.to_owned()]));
    }
    assert_eq!(statuses(&ana, &room, "\0\u{1b}").await, (422, 422));
}

async fn marks_are_bounded(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    assert_eq!(statuses(&ana, &room, &format!("z{}", "\u{35c}".repeat(300))).await, (201, 303));
    let kept = format!("z{}", "\u{35c}".repeat(8));
    assert_eq!(ana.bodies_in(&room).await, [kept.clone(), kept]);
}

async fn what_shows_nothing_is_refused(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let nothing = [
        "",
        " ",
        "\n\t \r\n",
        "\u{3000}\u{a0}",
        "\u{200b}",
        "\u{feff}",
        "\u{3164}",
        "\u{2800}",
        "\u{202e}\n",
    ];
    for body in nothing {
        assert_eq!(statuses(&ana, &room, body).await, (422, 422), "{body:?}");
    }
    assert!(ana.reads(&room).await.is_empty());
    assert_eq!(statuses(&ana, &room, ".").await, (201, 303));
}

async fn the_same_send_repeated_is_the_same_message_whatever_became_of_its_text(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let post = json!({"body": "\n\n  a\u{b}b\0\u{301}\u{301}\n\n\n\n\u{200b}", "nonce": nonce()});
    for status in [201, 200] {
        ana.sends_json(&room.api(""), &post).await.is(status);
    }
    let other = json!({"body": "  a\nb", "nonce": post["nonce"]});
    ana.sends_json(&room.api(""), &other).await.is_problem(409, "nonce-reused");
    assert_eq!(ana.reads(&room).await.len(), 1);
}

async fn what_looks_like_markup_or_sql_is_kept_as_it_is(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let bodies = [
        "'; drop table message; --",
        "$1 ? %s {{ 7*7 }}",
        "<b>&amp;</b>",
        "\\u0000 \\ %00 +",
        "\u{feff}bom",
        "\u{202e}abc",
    ];
    for body in bodies {
        assert_eq!(statuses(&ana, &room, body).await, (201, 303));
        assert!(ana.bodies_in(&room).await.ends_with(&[body.to_owned(), body.to_owned()]));
    }
    let shown = ana.enters_page_of(&room).await.messages();
    for (pair, body) in shown.chunks(2).zip(bodies) {
        assert!(pair.iter().all(|message| message.body == body), "{pair:?} is not {body:?}");
    }
}
