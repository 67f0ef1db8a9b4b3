//! Migrations run on an empty database, and again on what they left.

use crate::fixtures::Instance;

on_both_engines![an_empty_database_becomes_a_house, opening_again_changes_nothing,];

async fn an_empty_database_becomes_a_house(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    assert_eq!(ana.says(&room, "soup").await, 1);
}

async fn opening_again_changes_nothing(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = (ana.creates("Kitchen").await, bo.creates("Hall").await);
    ana.says_many(&kitchen, 3).await;
    let messages = ana.reads(&kitchen).await;
    bo.leaves(&hall).await;
    let (list, version) = (bo.list().await.text(), bo.list().await.version());
    let cookies = [ana.cookies(), bo.cookies()];
    drop((ana, bo));

    let mut instance = instance;
    for _ in 0..2 {
        instance = instance.restart().await;
        let (ana, bo) = (instance.visitor("ana"), instance.visitor("bo"));
        ana.carries(cookies[0].clone());
        bo.carries(cookies[1].clone());
        assert_eq!(ana.reads(&kitchen).await, messages);
        assert_eq!((bo.list().await.text(), bo.list().await.version()), (list.clone(), version.clone()));
        bo.opens(&format!("/rooms/list?after={version}")).await.says_nothing();
    }
    instance.visitor("cy").signs_up().await;
}
