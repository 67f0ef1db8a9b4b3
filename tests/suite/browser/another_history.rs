//! A backup is restored under an open page: what never happened is taken back.

use crate::fixtures::chromium::{Person, Stage};

in_chromium_on_both_engines![an_open_page_shows_the_true_history, an_edit_is_not_saved_to_another_message,];

/// As a key.
const ARROW_UP: &str = "\u{E013}";

/// As in a backup from before the third message.
const RESTORE: &str = "
    delete from entry where seq = 3;
    delete from search where rowid = (select id from room) * 4294967296 + 3;
    update room set last_seq = 2, last_tag = (select tag from entry where room_id = room.id and seq = 2)";

async fn an_open_page_shows_the_true_history(stage: &Stage) {
    let (ana, bo) = (stage.person("ana").await, stage.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    for body in ["one", "two", "never said"] {
        ana.says_and_sees(body).await;
    }
    bo.has_read("never said").await;
    for person in [&ana, &bo] {
        person.expects_failure(&room.api(""), "409");
        person.expects_protocol_error("not of this log");
    }

    stage.executes_sql(RESTORE).await;
    for person in [&ana, &bo] {
        person.sees_no_more("never said").await;
        assert_eq!(person.bodies().await, ["one", "two"]);
    }
    ana.says_and_sees("three").await;
    bo.has_read("three").await;
    assert_eq!(ana.bodies().await, ["one", "two", "three"]);
    assert_eq!(bo.log().await, ana.log().await);
}

async fn an_edit_is_not_saved_to_another_message(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    for body in ["one", "two", "never said"] {
        ana.says_and_sees(body).await;
    }
    ana.expects_failure(&room.api(""), "409");
    ana.expects_failure(&room.api(""), "404");
    ana.expects_protocol_error("not of this log");
    ana.types_in("Message", ARROW_UP).await;
    ana.has_in("Message", "never said").await;
    ana.types_in("Message", " again").await;

    stage.executes_sql(RESTORE).await;
    ana.sees_no_more("never said").await;
    ana.says_elsewhere(&room, &["three".to_owned()]).await;
    ana.has_read("three").await;
    ana.types_in("Message", Person::ENTER).await;
    ana.is_told("Not saved").await;
    assert_eq!(ana.bodies().await, ["one", "two", "three"]);
}
