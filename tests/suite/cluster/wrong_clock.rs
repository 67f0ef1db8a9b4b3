//! Instances whose clock is wrong by more than a session lasts: sessions live and end by the database's.

use super::Cluster;
use super::instances::DATABASE;
use crate::fixtures::Person;
use crate::fixtures::processes::{Program, Settings, wrong_clock};

#[rocket::async_test]
async fn an_instance_whose_clock_is_ahead_ends_nobodys_session() {
    a_wrong_clock_changes_no_session("+40d").await;
}

#[rocket::async_test]
async fn an_instance_whose_clock_is_behind_keeps_no_session_alive() {
    a_wrong_clock_changes_no_session("-40d").await;
}

async fn a_wrong_clock_changes_no_session(offset: &str) {
    let cluster = Cluster::of(1).await;
    let mut settings = Settings::on(&cluster.server.url(DATABASE));
    settings.env.extend(wrong_clock(offset));
    let wrong = Program::start(&settings).await;
    let count = async |condition: &str| {
        let query = format!("select cast(count(*) as text) from session where {condition}");
        cluster.server.query(DATABASE, &query).await.concat()
    };

    let ana = cluster.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let there = ana.at_address(wrong.address());
    there.enters_page_of(&room).await;
    there.says(&room, "from the wrong time").await;
    let cursor = there.sees_after(&room, "0").await.cursor();
    there.opens(&room.api(&format!("?after={cursor}"))).await.is(204);

    let bo = Person::over_http(wrong.address(), "bo");
    bo.signs_up().await;
    bo.joins(&room).await;
    bo.in_a_second_browser().await.logs_out().await;
    assert_eq!(
        bo.at_address(cluster.instances[0].program.address()).bodies_in(&room).await,
        ["from the wrong time"]
    );
    let month = "cast(extract(epoch from now()) * 1000 as bigint) + 2592000000 - expires_at";
    assert_eq!(count(&format!("{month} between 0 and 3600000")).await, "2", "they end in a month");

    // Whoever has not been here for a month is logged out there as everywhere.
    cluster
        .server
        .execute_in(DATABASE, "update session set expires_at = expires_at - 31 * 86400000::bigint")
        .await;
    for browser in [&ana, &there, &bo] {
        browser.opens("/rooms").await.is(401);
    }
    assert!(wrong.log().contains("clock"), "the operator is told: {}", wrong.log());
}
