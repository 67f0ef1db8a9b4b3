//! What ends by itself: sessions that nobody uses, and what was said in a deleted room.

use crate::fixtures::{Instance, eventually};

on_both_engines![
    an_expired_session_opens_nothing_and_leaves_its_room,
    what_people_do_keeps_their_session_and_polls_do_not,
    the_messages_of_a_deleted_room_are_cleared_away,
    a_deleted_room_goes_once_nobody_needs_it,
    a_tail_whose_place_was_swept_reads_anew,
    a_session_that_cannot_be_ended_keeps_nothing_else,
    whoever_dismisses_a_notice_moves_nobodys_list,
    wrong_passwords_that_are_forgiven_are_cleared_away,
];

async fn an_expired_session_opens_nothing_and_leaves_its_room(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = bo.creates("Kitchen").await;
    ana.joins(&room).await;
    let of_ana = "account_id = (select id from account where name = 'ana')";
    instance.executes_sql(&format!("update session set expires_at = 1 where {of_ana}")).await;
    ana.opens("/rooms").await.is(401);
    let cookies = [ana.cookies(), bo.cookies()];
    drop((ana, bo));

    // An instance that starts anew clears up at once, and remembers no session.
    let instance = instance.restart().await;
    let [ana, bo] = ["ana", "bo"].map(|name| instance.visitor(name));
    for (person, cookies) in [&ana, &bo].into_iter().zip(cookies) {
        person.carries(cookies);
    }
    ana.polls(&room, "0").await.is_problem(401, "logged-out");
    eventually("ana has left", async || !bo.sees_people_in(&room).await.text().contains("ana")).await;
    ana.logs_in().await;
    ana.polls(&room, "0").await.is_problem(403, "not-a-member");
}

async fn what_people_do_keeps_their_session_and_polls_do_not(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let end = async || instance.query_number("select expires_at from session").await;
    let hour = 60 * 60 * 1000;
    let full = end().await;
    instance
        .executes_sql(&format!(
            "update session set expires_at = expires_at - 72 * {hour}, seen_at = seen_at - 72 * {hour}"
        ))
        .await;
    let cookies = ana.cookies();
    drop(ana);

    let instance = instance.restart().await;
    let ana = instance.visitor("ana");
    ana.carries(cookies);
    let end = async || instance.query_number("select expires_at from session").await;
    for uri in [room.api("?after=0"), room.path("/people"), "/rooms/list".to_owned()] {
        assert!(ana.opens(&uri).await.status < 300);
        assert_eq!(end().await, full - 72 * hour, "{uri} is only a poll");
    }
    ana.says(&room, "still here").await;
    assert!(end().await >= full, "a deed counts");
}

async fn the_messages_of_a_deleted_room_are_cleared_away(instance: Instance) {
    let ana = instance.person("ana").await;
    let (hall, kitchen) = (ana.creates("Hall").await, "Kitchen");
    ana.says_many(&hall, 3).await;
    ana.leaves(&hall).await;
    let kitchen = ana.creates(kitchen).await;
    ana.says_many(&kitchen, 30).await;
    assert_eq!(instance.query_number("select count(*) from entry").await, 33);
    ana.deletes(&kitchen).await;
    // As if it had been a while ago: a room just deleted keeps its messages for a moment.
    instance.executes_sql("update room set deleted_at = deleted_at - 60000").await;
    drop(ana);

    let instance = instance.restart().await;
    eventually("only the open room's are left", async || {
        instance.query_number("select count(*) from entry").await == 3
    })
    .await;
}

/// Entries of the event log about somebody's sessions, so many, after the last.
fn more_entries(count: u32) -> String {
    format!(
        "insert into event (seq, tag, kind, account_id, room_id, at)
         with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {count})
         select last_seq + n, n, 'session-ended', 1, null, 0 from site cross join numbers;
         update site set last_seq = last_seq + {count}, last_tag = {count}"
    )
}

async fn a_deleted_room_goes_once_nobody_needs_it(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let empty = ana.creates("Hall").await;
    ana.says(&empty, "hello").await;
    ana.deletes(&empty).await;
    let noticed = ana.creates("Kitchen").await;
    bo.joins(&noticed).await;
    ana.deletes(&noticed).await;
    let living = ana.creates("Garden").await;
    instance.executes_sql("update room set deleted_at = deleted_at - 60000").await;
    let cookies = [ana.cookies(), bo.cookies()];
    drop((ana, bo));

    let instance = instance.restart().await;
    eventually("both are empty", async || {
        instance.query_number("select count(*) from room where swept_at is not null").await == 2
    })
    .await;
    assert_eq!(instance.query_number("select count(*) from room").await, 3, "the event log names them");
    instance.executes_sql(&more_entries(5300)).await;
    let instance = instance.restart().await;
    eventually("one is gone", async || instance.query_number("select count(*) from room").await == 2).await;
    eventually("so are the old entries", async || {
        instance.query_number("select count(*) from event").await == 5000
    })
    .await;
    let [ana, bo] = ["ana", "bo"].map(|name| instance.visitor(name));
    ana.carries(cookies[0].clone());
    bo.carries(cookies[1].clone());
    ana.opens(&living.path("")).await.is(200);
    ana.opens(&empty.path("")).await.is(404);
    bo.list().await.calls_out(&["Kitchen", "ana"]);
    assert_eq!(instance.query_number("select room_count from site").await, 1);
}

async fn a_tail_whose_place_was_swept_reads_anew(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    let version = bo.list().await.version();
    let list = format!("/rooms/list?after={version}");
    bo.opens(&list).await.says_nothing();
    instance
        .executes_sql(&format!(
            "begin;
             {};
             insert into membership (account_id, room_id, joined_at) values (2, {id}, 0);
             update room set people_seq = last_entry.seq, people_tag = last_entry.tag
                 from (select seq, tag from event order by seq desc limit 1) as last_entry where id = {id};
             delete from event where seq < (select last_seq from site) - 10;
             commit",
            more_entries(300),
            id = room.id
        ))
        .await;
    eventually("memory knows what no entry tells any more", async || {
        bo.opens(&room.path("/people")).await.body.contains("bo") && {
            let before = instance.checkouts();
            bo.polls(&room, "0").await.is(204);
            instance.checkouts() == before
        }
    })
    .await;
    ana.leaves(&room).await;
    ana.creates("Hall").await;
    eventually("the list follows", async || bo.opens(&list).await.body.contains("Hall")).await;
}

/// The session of bo, which has expired before that of cy.
async fn a_session_that_cannot_be_ended_keeps_nothing_else(instance: Instance) {
    let (ana, bo, cy) =
        (instance.person("ana").await, instance.person("bo").await, instance.person("cy").await);
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "hello").await;
    ana.deletes(&room).await;
    drop((ana, bo, cy));
    let refusal = if instance.database_url().starts_with("postgres:") {
        "create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
         create trigger bad before delete on session for each row when (old.account_id = 2)
         execute function refuse()"
    } else {
        "create trigger bad before delete on session when old.account_id = 2
         begin select raise(abort, 'no'); end"
    };
    instance.executes_sql(refusal).await;
    instance
        .executes_sql(
            "update session set expires_at = account_id where account_id > 1;
             update room set deleted_at = deleted_at - 60000",
        )
        .await;
    let instance = instance.restart().await;
    eventually("cy's session has ended", async || {
        instance.query_number("select count(*) from session").await == 2
    })
    .await;
    eventually("nothing is left of the room", async || {
        instance.query_number("select count(*) from entry").await == 0
    })
    .await;
    assert_eq!(instance.query_number("select count(*) from session where account_id = 2").await, 1);
}

async fn whoever_dismisses_a_notice_moves_nobodys_list(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    ana.deletes(&room).await;
    let version = ana.list().await.version();
    bo.list().await.calls_out(&["Kitchen"]);
    bo.sends("/notices/dismiss", &[]).await.leads_to("/rooms");
    assert_eq!(ana.list().await.version(), version);
    ana.opens(&format!("/rooms/list?after={version}")).await.says_nothing();
}

async fn wrong_passwords_that_are_forgiven_are_cleared_away(instance: Instance) {
    for name in ["ana", "bo"] {
        instance.visitor(name).tries_to_log_in("not the password").await.is(401);
    }
    let count = "select count(*) from guess";
    assert_eq!(instance.query_number(count).await, 3, "for two names and an address");
    instance
        .executes_sql(
            "update guess set forgiven_at = 1 where forgiven_at < (select max(forgiven_at) from guess)",
        )
        .await;
    let instance = instance.restart().await;
    eventually("what is forgiven is gone", async || instance.query_number(count).await == 1).await;
    assert_eq!(instance.query_number("select count(*) from guess where forgiven_at > 1").await, 1);
}
