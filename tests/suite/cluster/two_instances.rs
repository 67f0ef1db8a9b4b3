//! What is done at one instance holds at the other: for writes at once, for reads soon.

use rocket::futures::future::join_all;
use rocket::tokio::join;

use crate::fixtures::{Instance, Message, Person, Post, eventually};

on_postgres![
    a_log_in_holds_everywhere,
    logging_out_here_ends_writes_there_at_once,
    barring_here_ends_writes_there_at_once_and_reads_soon,
    admins_who_bar_each_other_do_not_both_succeed,
    of_accounts_made_at_once_one_is_the_first,
    leaving_here_ends_writes_there_at_once,
    deleting_here_ends_writes_there_at_once,
    joining_here_opens_the_room_there,
    a_move_here_is_a_leave_and_a_join_there,
    one_is_in_one_room_wherever_one_asks,
    messages_said_here_are_read_there,
    both_make_one_gapless_log,
    a_post_repeated_elsewhere_is_the_same_message,
    logging_out_here_ends_reads_there_soon,
    a_deletion_here_is_told_there,
    the_list_there_follows,
    two_instances_start_on_an_empty_database_at_once,
    one_name_wanted_at_both_goes_to_one,
];

async fn a_log_in_holds_everywhere(instance: Instance) {
    let other = instance.another().await;
    let ana = instance.person("ana").await;
    ana.at(&other).opens("/rooms").await.is(200);
    let room = ana.at(&other).creates("Kitchen").await;
    ana.says(&room, "soup").await;
    ana.at(&other).logs_out().await;
    ana.opens("/rooms").await.is(401);
}

async fn logging_out_here_ends_writes_there_at_once(instance: Instance) {
    let other = instance.another().await;
    let ana = instance.person("ana").await;
    let ana_there = ana.at(&other);
    let room = ana.creates("Kitchen").await;
    ana_there.says(&room, "there").await;
    ana_there.polls(&room, "0").await.is(200);
    ana.logs_out().await;
    ana_there.tries_to_post(&room, &Post::new("too late")).await.is_problem(401, "logged-out");
    ana_there.tries_to_create("Hall").await.is(401);
    ana_there.opens("/rooms").await.is(401);
}

async fn barring_here_ends_writes_there_at_once_and_reads_soon(instance: Instance) {
    let other = instance.another().await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let bo_there = bo.at(&other);
    bo_there.says(&room, "there").await;
    bo_there.polls(&room, "0").await.is(200);
    ana.sends("/admin/people/bar", &[("account", "2")]).await.leads_to("/admin");
    bo_there.tries_to_post(&room, &Post::new("too late")).await.is_problem(401, "logged-out");
    bo_there.tries_to_log_in(Person::PASSWORD).await.is(403);
    eventually("bo reads nothing", async || bo_there.polls(&room, "0").await.status == 401).await;
    assert_eq!(ana.bodies_in(&room).await, ["there"]);
}

async fn admins_who_bar_each_other_do_not_both_succeed(instance: Instance) {
    let other = instance.another().await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let bo = bo.at(&other);
    ana.sends("/admin/people/name-admin", &[("account", "2")]).await.leads_to("/admin");
    let (by_ana, by_bo) = join!(
        ana.sends("/admin/people/bar", &[("account", "2")]),
        bo.sends("/admin/people/bar", &[("account", "1")])
    );
    let barred = [&by_ana, &by_bo].iter().filter(|answer| answer.status == 303).count();
    assert_eq!(barred, 1, "{by_ana:?} {by_bo:?}");
    assert_eq!(instance.query_number("select count(*) from account where barred_at is not null").await, 1);
}

async fn of_accounts_made_at_once_one_is_the_first(instance: Instance) {
    let other = instance.another().await;
    let names = ["ana", "bo", "cy", "dee"];
    let at = |n: usize| if n.is_multiple_of(2) { &instance } else { &other };
    let people: Vec<_> = names.iter().enumerate().map(|(n, name)| at(n).visitor(name)).collect();
    join_all(people.iter().map(Person::signs_up)).await;
    assert_eq!(instance.query_number("select count(*) from account where role = 'admin'").await, 1);
}

async fn leaving_here_ends_writes_there_at_once(instance: Instance) {
    let other = instance.another().await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let bo_there = bo.at(&other);
    bo_there.says(&room, "there").await;
    bo.leaves(&room).await;
    bo_there.tries_to_post(&room, &Post::new("too late")).await.is_problem(403, "not-a-member");
    bo_there.tries_to_say_by_form(&room, "too late").await.is(403);
    eventually("bo is outside", async || bo_there.polls(&room, "1").await.status == 403).await;
    assert_eq!(ana.bodies_in(&room).await, ["there"]);
}

async fn deleting_here_ends_writes_there_at_once(instance: Instance) {
    let other = instance.another().await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let bo_there = bo.at(&other);
    bo_there.says(&room, "there").await;
    ana.deletes(&room).await;
    bo_there.tries_to_post(&room, &Post::new("too late")).await.is_problem(410, "room-deleted");
    bo_there.opens(&room.path("")).await.leads_to("/rooms");
}

async fn joining_here_opens_the_room_there(instance: Instance) {
    let other = instance.another().await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    ana.says(&room, "soup").await;
    let bo_there = bo.at(&other);
    bo_there.polls(&room, "0").await.is_problem(403, "not-a-member");
    bo.joins(&room).await;
    // Before anybody is refused the database is asked, so there is nothing to wait for.
    assert_eq!(bo_there.sees_after(&room, "0").await.bodies(), ["soup"]);
    bo_there.says(&room, "thanks").await;
    bo_there.enters_page_of(&room).await;
}

async fn a_move_here_is_a_leave_and_a_join_there(instance: Instance) {
    let other = instance.another().await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (kitchen, hall) = (ana.creates("Kitchen").await, bo.creates("Hall").await);
    let cy = instance.person("cy").await;
    cy.joins(&hall).await;
    let (ana_there, cy_there) = (ana.at(&other), cy.at(&other));
    cy.moves(&hall, &kitchen).await;
    let bo_there = bo.at(&other);
    eventually("both rooms have changed there", async || {
        let has_cy =
            async |person: &Person<'_>, room| person.sees_people_in(room).await.text().contains("cy");
        !has_cy(&bo_there, &hall).await && has_cy(&ana_there, &kitchen).await
    })
    .await;
    cy_there.tries_to_post(&hall, &Post::new("too late")).await.is_problem(403, "not-a-member");
    cy_there.says(&kitchen, "there").await;
}

async fn one_is_in_one_room_wherever_one_asks(instance: Instance) {
    let other = instance.another().await;
    let ana = instance.person("ana").await;
    let mut rooms = Vec::new();
    for n in 0..6 {
        let room = ana.creates(&format!("Room {n}")).await;
        ana.leaves(&room).await;
        rooms.push(room);
    }
    let bo = instance.person("bo").await;
    let bo_there = bo.at(&other);
    for _ in 0..5 {
        let browsers = [&bo, &bo_there].into_iter().cycle();
        let answers = join_all(rooms.iter().zip(browsers).map(|(room, bo)| bo.tries_to_join(room))).await;
        let entered: Vec<_> = rooms.iter().zip(&answers).filter(|(_, answer)| answer.status == 303).collect();
        assert_eq!(entered.len(), 1, "{answers:?}");
        bo_there.leaves(entered[0].0).await;
    }
}

async fn messages_said_here_are_read_there(instance: Instance) {
    let other = instance.another().await;
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let ana_there = ana.at(&other);
    ana_there.polls(&room, "0").await.says_nothing();
    ana.says_many(&room, 3).await;
    let read = ana.reads(&room).await;
    eventually("all three are there", async || ana_there.reads(&room).await == read).await;
    assert_eq!(ana_there.enters_page_of(&room).await.messages().len(), 3);
}

async fn both_make_one_gapless_log(instance: Instance) {
    let other = instance.another().await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let bo_there = bo.at(&other);
    join!(ana.says_many(&room, 40), bo_there.says_many(&room, 40));
    eventually("all are read at both", async || {
        let (here, there) = (ana.reads(&room).await, bo_there.reads(&room).await);
        let gapless = here.iter().map(|message| message.seq).eq(1..=80);
        gapless && here == there
    })
    .await;
    let authors = ana.reads(&room).await.into_iter().filter(|message: &Message| message.author == "bo");
    assert_eq!(authors.count(), 40);
}

async fn a_post_repeated_elsewhere_is_the_same_message(instance: Instance) {
    let other = instance.another().await;
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    let ana_there = ana.at(&other);
    for n in 1..=10 {
        let post = Post::new("soup");
        let (here, there) = join!(ana.tries_to_post(&room, &post), ana_there.tries_to_post(&room, &post));
        let mut statuses = [here.status, there.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
        assert_eq!((here.json()["seq"].as_u64(), there.json()["seq"].as_u64()), (Some(n), Some(n)));
    }
}

async fn logging_out_here_ends_reads_there_soon(instance: Instance) {
    let other = instance.another().await;
    let ana = instance.person("ana").await;
    let phone = ana.in_a_second_browser().await;
    let room = ana.creates("Kitchen").await;
    let ana_there = ana.at(&other);
    ana_there.polls(&room, "0").await.says_nothing();
    ana.logs_out().await;
    eventually("the poll is refused", async || ana_there.polls(&room, "0").await.status == 401).await;
    phone.at(&other).polls(&room, "0").await.says_nothing();
}

async fn a_deletion_here_is_told_there(instance: Instance) {
    let other = instance.another().await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let bo_there = bo.at(&other);
    bo_there.polls(&room, "0").await.says_nothing();
    ana.deletes(&room).await;
    eventually("the poll is told", async || bo_there.polls(&room, "0").await.status == 410).await;
    let problem = bo_there.polls(&room, "0").await.is_problem(410, "room-deleted");
    assert_eq!((problem["room"].as_str(), problem["by"].as_str()), (Some("Kitchen"), Some("ana")));
    bo_there.list().await.calls_out(&["Kitchen", "ana"]);
}

async fn the_list_there_follows(instance: Instance) {
    let other = instance.another().await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let bo_there = bo.at(&other);
    let version = bo_there.list().await.version();
    let uri = format!("/rooms/list?after={version}");
    bo_there.opens(&uri).await.says_nothing();
    ana.creates("Kitchen").await;
    // A page is read from the database; the fragment follows by the next tick.
    assert!(bo_there.list().await.text().contains("Kitchen"));
    eventually("the fragment has the room", async || bo_there.opens(&uri).await.body.contains("Kitchen"))
        .await;
}

async fn two_instances_start_on_an_empty_database_at_once(instance: Instance) {
    // This instance has run the migrations already; an empty database is needed here.
    drop(instance);
    let database = crate::fixtures::Database::create(crate::fixtures::Engine::Postgres).await;
    let (one, two) = join!(Instance::open(&database), Instance::open(&database));
    let ana = one.person("ana").await;
    let room = ana.at(&two).creates("Kitchen").await;
    ana.says(&room, "soup").await;
    drop((one, two));
    database.discard().await;
}

async fn one_name_wanted_at_both_goes_to_one(instance: Instance) {
    let other = instance.another().await;
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    for n in 0..5 {
        let name = format!("Room {n}");
        let bo_there = bo.at(&other);
        let (here, there) = join!(ana.tries_to_create(&name), bo_there.tries_to_create(&name));
        let mut statuses = [here.status, there.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
        let winner = if here.status == 303 { &ana } else { &bo };
        let answer = if here.status == 303 { &here } else { &there };
        let path = answer.header("Location").expect("a room").to_owned();
        winner.sends(&format!("{path}/leave"), &[]).await.leads_to("/rooms");
    }
}
