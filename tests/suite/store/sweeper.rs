//! What ends by itself: sessions that nobody uses, and what was said in a deleted room.

use crate::support::{House, eventually};

on_both_engines![
    an_expired_session_opens_nothing_and_leaves_its_room,
    what_people_do_keeps_their_session_and_polls_do_not,
    the_messages_of_a_deleted_room_are_cleared_away,
];

async fn an_expired_session_opens_nothing_and_leaves_its_room(house: House) {
    let (ana, bo) = (house.person("ana").await, house.person("bo").await);
    let room = bo.creates("Kitchen").await;
    ana.joins(&room).await;
    let of_ana = "account_id = (select id from account where name = 'ana')";
    house.meddles(&format!("update session set expires_at = 1 where {of_ana}")).await;
    ana.opens("/rooms").await.is(401);
    let cookies = [ana.cookies(), bo.cookies()];
    drop((ana, bo));

    // A house that is opened anew clears up at once, and remembers no session.
    let house = house.restart().await;
    let [ana, bo] = ["ana", "bo"].map(|name| house.visitor(name));
    for (person, cookies) in [&ana, &bo].into_iter().zip(cookies) {
        person.carries(cookies);
    }
    ana.polls(&room, "0").await.is_problem(401, "logged-out");
    eventually("ana has left", async || !bo.sees_people_in(&room).await.text().contains("ana")).await;
    ana.logs_in().await;
    ana.polls(&room, "0").await.is_problem(403, "not-a-member");
}

async fn what_people_do_keeps_their_session_and_polls_do_not(house: House) {
    let ana = house.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let end = async || house.finds("select expires_at from session").await;
    let hour = 60 * 60 * 1000;
    let full = end().await;
    house
        .meddles(&format!(
            "update session set expires_at = expires_at - 72 * {hour}, seen_at = seen_at - 72 * {hour}"
        ))
        .await;
    let cookies = ana.cookies();
    drop(ana);

    let house = house.restart().await;
    let ana = house.visitor("ana");
    ana.carries(cookies);
    let end = async || house.finds("select expires_at from session").await;
    for uri in [room.api("?after=0"), room.path("/people"), "/rooms/list".to_owned()] {
        assert!(ana.opens(&uri).await.status < 300);
        assert_eq!(end().await, full - 72 * hour, "{uri} is only a poll");
    }
    ana.says(&room, "still here").await;
    assert!(end().await >= full, "a deed counts");
}

async fn the_messages_of_a_deleted_room_are_cleared_away(house: House) {
    let ana = house.person("ana").await;
    let (hall, kitchen) = (ana.creates("Hall").await, "Kitchen");
    ana.says_many(&hall, 3).await;
    ana.leaves(&hall).await;
    let kitchen = ana.creates(kitchen).await;
    ana.says_many(&kitchen, 30).await;
    assert_eq!(house.finds("select count(*) from message").await, 33);
    ana.deletes(&kitchen).await;
    // As if it had been a while ago: a room just deleted keeps its messages for a moment.
    house.meddles("update room set deleted_at = deleted_at - 60000").await;
    drop(ana);

    let house = house.restart().await;
    eventually("only the living room's are left", async || {
        house.finds("select count(*) from message").await == 3
    })
    .await;
}
